"""Figures are shown with separators, scales, signs and intervals."""

import math

import pytest

from channelwright.reporting.estimates import Estimate
from channelwright.reporting.grid import Column, Grid, Row, digits_for
from channelwright.reporting.numbers import (
    between,
    compact,
    listed,
    many,
    money,
    money_estimate,
    more_or_less,
    percent,
    plain,
    scale_for,
    share_estimate,
)
from channelwright.reporting.view import Colours, grid_view
from channelwright.reporting.workbook import number_format

NO_COLOURS = Colours({}, {})


def spaced(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (7.0, "7"), (7.25, "7.25"), (12.34, "12.3"), (123.4, "123"), (999.6, "1.00 k"),
        (1_234.0, "1.23 k"), (12_345.0, "12.3 k"), (123_456.0, "123 k"), (1_234_567.0, "1.23 m"),
        (-1_234_567.0, "−1.23 m"), (2.5e9, "2.50 bn"), (math.nan, "·"),
    ],
)  # fmt: skip
def test_compact(value: float, text: str) -> None:
    assert spaced(compact(value)) == text


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "text"),
    [
        (1234567.0, 0, False, "1,234,567"), (-5.0, 1, False, "−5.0"), (5.0, 0, True, "+5"),
        (-0.04, 1, True, "0.0"), (0.0, 2, True, "0.00"), (math.inf, 0, False, "·"),
    ],
)  # fmt: skip
def test_plain(value: float, decimals: int, signed: bool, text: str) -> None:
    assert plain(value, decimals, signed=signed) == text


def test_intervals_share_one_scale() -> None:
    assert spaced(between(900_000.0, 1_500_000.0)) == "+0.90 to +1.50 m"
    assert spaced(between(-950.0, -40.0)) == "−950 to −40"
    assert between(math.nan, 1.0) == "no interval"


def test_sentences() -> None:
    value = Estimate(-1_200_000.0, -1_500_000.0, -900_000.0)
    assert spaced(more_or_less(value, "CNY")) == "CNY 1.20 m [0.90 to 1.50 m] less"
    assert spaced(money_estimate(value, "CNY")) == "CNY −1.20 m [−1.50 to −0.90 m]"
    assert spaced(money(3.0, "USD", signed=True)) == "USD +3"
    assert spaced(percent(0.125)) == "12.5 %"
    assert spaced(share_estimate(Estimate(0.49, 0.481, 0.499))) == "49.0 % [48.1 to 49.9]"
    assert share_estimate(Estimate(0.5)).startswith("50.0")
    assert (many(1, "house"), many(1200, "house"), many(2, "person", "people")) == (
        "1 house", "1,200 houses", "2 people",
    )  # fmt: skip
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("", "a", "a, b and c")


def test_columns_of_money_share_a_scale_unless_told_otherwise() -> None:
    columns = (Column("x"), Column("a", "money", "CNY"), Column("b", "money", "CNY", signed=True))
    rows = (Row(("r", 2_500_000.0, Estimate(1_000.0, 900.0, 1_100.0))),)
    shared = grid_view(Grid("t", columns, rows), NO_COLOURS)
    assert [head.unit for head in shared.heads] == ["", "m CNY", "m CNY"]
    assert shared.rows[0].cells[2].text == "0.00"
    own = grid_view(Grid("t", columns, rows, one_scale=False), NO_COLOURS)
    assert [head.unit for head in own.heads] == ["", "m CNY", "CNY"]
    assert own.rows[0].cells[2].interval == "+900 to +1,100"


def test_difference_that_may_be_zero_is_shown_softly() -> None:
    columns = (Column("x"), Column("a", "share", signed=True))
    rows = (Row(("r", Estimate(0.01, -0.01, 0.03))), Row(("s", Estimate(0.02, 0.01, 0.03))))
    view = grid_view(Grid("t", columns, rows), NO_COLOURS)
    assert [row.cells[1].tone for row in view.rows] == ["unsure", ""]
    assert view.rows[1].cells[1].text == "+2.0"


def test_scales_and_digits() -> None:
    assert scale_for([50.0]).suffix == ""
    assert scale_for([25_000.0]).suffix == "k"
    assert scale_for([9_999.0]).suffix == ""
    assert [digits_for([v]) for v in (1.234, 12.34, 123.4, 1234.5, 5.0)] == [2, 1, 1, 0, 0]
    assert number_format(Column("a", "share", signed=True), 0.1) == "+0.0%;-0.0%;0.0%"
    assert number_format(Column("a", "number"), 12.5) == "#,##0.00"
