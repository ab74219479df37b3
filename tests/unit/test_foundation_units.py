"""Money and rates: exact integers, one rounding, half up."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.foundation.units import (
    PPM,
    currency,
    scaled,
    share,
    share_of,
    ticks,
)

#: Up to 1e14 of a currency; at a rate of nine the result still fits 64 bits.
values = st.integers(-(10**18), 10**18)
rates = st.integers(-PPM, 9 * PPM)


@given(values, rates)
def test_share_is_the_exact_product_rounded_half_up(value, ppm):
    exact = Fraction(value * ppm, PPM) + Fraction(1, 2)
    assert int(share(value, ppm)) == floor(exact)
    assert share_of(value, ppm) == floor(exact)


@given(values, st.integers(0, 31 * PPM))
def test_a_month_of_interest_is_exact_however_large_the_base(value, rate):
    year = 365 * PPM
    assert int(scaled(np.int64(value), rate, year)) == (value * rate + year // 2) // year


@given(st.lists(st.tuples(values, rates), min_size=1, max_size=20))
def test_share_of_a_column_is_the_share_of_each_row(rows):
    column = np.array([value for value, _ in rows], dtype=np.int64)
    ppm = np.array([rate for _, rate in rows], dtype=np.int64)
    together = share(column, ppm)
    assert together.dtype == np.int64
    assert together.tolist() == [int(share(value, rate)) for value, rate in rows]


def test_share_is_exact_at_the_largest_value_it_promises():
    largest = 9_200_000_000_000_000_000
    assert int(share(largest, PPM)) == largest
    assert int(share(-largest, PPM)) == -largest


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (3, 2), (-1, 0), (-3, -1), (2, 1)])
def test_half_way_cases_go_up(value, expected):
    assert int(share(value, PPM // 2)) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (1.0, 10_000),
        (41.0 / 1.13, 362_832),
        (0.00005, 1),
        (0.000049, 0),
        (-0.00005, 0),
        (0.1, 1000),
    ],
)
def test_ticks_round_half_up(amount, expected):
    assert ticks(amount) == expected


@given(st.integers(-(10**13), 10**13))
def test_ticks_and_currency_are_inverse(amount):
    assert ticks(currency(amount)) == amount
