"""From the table of shelf policies to the model, and what may not stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.market import GRADES, Market
from channelwright.model.stock import NO_POLICY, POLICIES, SERVICES, ShelfStock
from channelwright.scenario.design_case import Case
from channelwright.scenario.market_builder import codes
from channelwright.scenario.references import among
from channelwright.tables.cells import Cells, TypedTable, shown
from channelwright.tables.checks import nearest
from channelwright.tables.stock_inputs import ANY

NOT_GIVEN = {"reorder": -1, "level": -1, "quantity": -1}
_KEYS = ("segment", "grade", "product")


def policy_values(table: TypedTable) -> dict[str, Cells]:
    """Return the columns of a table of policies as the model has them."""
    values = {
        "policy": codes(table["policy"], POLICIES),
        "service": codes(table["service"], SERVICES),
    }
    return values | {name: table[name] for name in (*NOT_GIVEN, "cover_days", "target")}


def build_shelves(market: Market, table: TypedTable) -> ShelfStock:
    """Return the policies of shelves; of rows that fit the one that names most columns wins."""
    ids = (market.segments.ids, GRADES, market.products.ids)
    place = [codes(table[key], names) for key, names in zip(_KEYS, ids, strict=True)]
    named = np.array([table[key] != ANY for key in _KEYS])
    rank = named.sum(axis=0) * 8 + named.T @ np.array([4, 2, 1])
    other = {"policy": NO_POLICY, **NOT_GIVEN}
    columns = {}
    for name, value in policy_values(table).items():
        grid = np.full([len(one) for one in ids], other.get(name, 0), dtype=value.dtype)
        for row in np.argsort(rank, kind="stable").tolist():
            where = (slice(None) if one[row] < 0 else int(one[row]) for one in place)
            grid[tuple(where)] = value[row]
        columns[name] = grid
    return ShelfStock(**columns)


def shelf_problems(case: Case) -> Iterator[Problem]:
    """Yield rows of shelf policies that name what is not there."""
    table = case.part("shelves")
    if table is None:
        return
    known = {"segment": case.ids("segments"), "grade": list(GRADES), "product": _products(case)}
    for key, names in known.items():
        if names:
            yield from _unknown(table, key, [ANY, *names])


def _products(case: Case) -> list[str]:
    return case.ids("products") if "products" in case.market else []


def _unknown(table: TypedTable, key: str, known: Sequence[str]) -> Iterator[Problem]:
    yield from table.problems(
        key,
        table.good(key) & ~among(table[key], known),
        lambda row: (
            f"{shown(table[key][row])} is no {key} of the pack",
            f"* = all; {nearest(table[key][row], known)}",
        ),
    )
