"""From typed tables to the rules of a design on missed calls and small orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.market import Market
from channelwright.model.order_capture import OrderCapture
from channelwright.scenario.market_builder import codes, to_ticks
from channelwright.scenario.references import among
from channelwright.tables.cells import TypedTable


def build_capture(market: Market, table: TypedTable) -> OrderCapture | None:
    """Return the rules of a design on missed calls and small orders; None where it has none."""
    carried, value = table["missed_calls"] == "carried", to_ticks(table["minimum_value"])
    if not carried.any() and not value.any():
        return None
    vat = 1.0 + market.finance.vat_ppm / 1e6
    rows = codes(table["mode"], market.modes.ids)
    carry_over = np.zeros(len(market.modes), dtype=np.bool_)
    minimum = np.zeros(len(market.modes), dtype=np.int64)
    carry_over[rows] = carried
    minimum[rows] = to_ticks(table["minimum_value"], vat)
    return OrderCapture(carry_over, minimum)


def carried_problems(table: TypedTable, capture: Mapping[str, str]) -> Iterator[Problem]:
    """Yield modes without calls whose missed calls are carried over."""
    uncalled = [mode for mode, word in capture.items() if word != "visit"]
    yield from table.problems(
        "missed_calls",
        table.good("mode", "missed_calls")
        & (table["missed_calls"] == "carried")
        & among(table["mode"], uncalled),
        lambda row: (
            f"nobody calls on outlets of mode {table['mode'][row]!r}",
            "clear the cell",
        ),
    )
