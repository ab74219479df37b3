"""From the tables of collecting to the model, and what may not stand in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.collecting import CollectingResponse, CollectingRules
from channelwright.model.market import Market
from channelwright.scenario.design_case import Case
from channelwright.scenario.market_builder import codes, to_ppm, to_ticks, whole
from channelwright.tables.cells import Cells, TypedTable


def _spread(rows: Cells, values: Cells, count: int) -> Cells:
    column: Cells = np.zeros(count, dtype=values.dtype)
    column[rows] = values
    return column


def build_response(table: TypedTable, segments: tuple[str, ...]) -> CollectingResponse:
    """Return what outlets of each segment answer."""
    rows, count = codes(table["segment"], segments), len(segments)
    return CollectingResponse(
        pays=_spread(rows, table["pays"], count),
        pay_share=_spread(rows, to_ppm(table["pay_share"]), count),
        promises=_spread(rows, table["promises"], count),
        kept=_spread(rows, table["kept"], count),
        promise_days=_spread(rows, table["promise_days"], count),
    )


def build_collecting(market: Market, table: TypedTable) -> CollectingRules:
    """Return when people of each mode ask for money."""
    rows, count = codes(table["mode"], market.modes.ids), len(market.modes)
    vat = 1.0 + market.finance.vat_ppm / 1e6
    return CollectingRules(
        asks=_spread(rows, np.ones(len(table), dtype=np.bool_), count),
        seconds=_spread(rows, whole(table["minutes"] * 60), count),
        overdue_days=_spread(rows, table["overdue_days"], count),
        minimum=_spread(rows, to_ticks(table["minimum"], vat), count),
        after=_spread(rows, table["place"] == "after", count),
        refuse=_spread(rows, table["unpaid_order"] == "refused", count),
    )


def collecting_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with how a design collects."""
    table = case.part("collecting")
    if table is None:
        return
    if "collecting" not in case.market:
        message = "the market does not say what outlets answer who asks for money"
        remedy = "name a table collecting below market.tables"
        yield Problem(table.file, "", "", message, remedy)
    capture = case.attribute("modes", "capture")
    uncalled = np.array([capture.get(mode, "visit") != "visit" for mode in table["mode"]], bool)
    yield from table.problems(
        "mode",
        table.good("mode") & uncalled,
        lambda row: (
            f"nobody calls on outlets of mode {table['mode'][row]!r}",
            "remove the row",
        ),
    )
    yield from table.problems(
        "unpaid_order",
        table.good("place", "unpaid_order")
        & (table["place"] == "after")
        & (table["unpaid_order"] == "refused"),
        lambda row: (
            f"in mode {table['mode'][row]!r} the order is taken before the money is asked for",
            "set place to before, or unpaid_order to taken",
        ),
    )


def response_problems(tables: Mapping[str, TypedTable]) -> Iterator[Problem]:
    """Yield outlets that answer more often than they are asked."""
    table = tables["collecting"]
    total = table["pays"] + table["promises"]
    yield from table.problems(
        "promises",
        table.good("pays", "promises") & (total > 1),
        lambda row: (
            f"{table['pays'][row]:g} pay and {table['promises'][row]:g} promise: more than all",
            "let both be at most 1 together",
        ),
    )
