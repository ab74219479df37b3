"""Goods that get old, go missing or leave empties: built and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import PPM, TICKS_PER_UNIT, IntArray
from channelwright.model.columns import index_of
from channelwright.model.empties import Empties
from channelwright.model.market import Market
from channelwright.model.perishing import Perishing

if TYPE_CHECKING:
    from channelwright.tables.cells import Cells, TypedTable

_RULES = ("site_days", "shelf_days")


def build_perishing(tables: Mapping[str, TypedTable]) -> Perishing | None:
    """Return lives and losses; None where the pack names none."""
    products = tables["products"]
    sites, shelves = tables["sites"]["shrinkage"], tables["segments"]["shrinkage"]
    if not any((products[name] > 0).any() for name in _RULES) and not (
        (sites > 0).any() or (shelves > 0).any()
    ):
        return None
    return Perishing(
        site_days=products["site_days"],
        shelf_days=products["shelf_days"],
        sell_off_days=products["sell_off_days"],
        sell_off_cut=_rounded(products["sell_off_cut"], PPM),
        site_shrinkage=_rounded(sites, PPM),
        shelf_shrinkage=_rounded(shelves, PPM),
    )


def build_empties(tables: Mapping[str, TypedTable]) -> Empties | None:
    """Return deposits; None where no product carries one."""
    products = tables["products"]
    if not (products["deposit"] > 0).any():
        return None
    deposit = _rounded(products["deposit"], TICKS_PER_UNIT)
    return Empties(deposit, _rounded(products["empties_returned"], PPM))


def _rounded(values: Cells, scale: int) -> IntArray:
    return np.floor(np.asarray(values) * scale + 0.5).astype(np.int64)


def build_returns(market: Market, table: TypedTable) -> tuple[IntArray | None, IntArray | None]:
    """Return credit (M,) and cost of collecting (M,); None where nothing gets old or returns."""
    rules = market.perishing
    if rules is None or not rules.shelf_days.any() or not (table["return_credit"] > 0).any():
        return None, None
    modes = index_of(market.modes.ids)
    rows = [modes[name] for name in table["mode"]]
    credit, collect = (np.zeros(len(market.modes), dtype=np.int64) for _ in range(2))
    credit[rows] = _rounded(table["return_credit"], PPM)
    collect[rows] = _rounded(table["collect_case"], TICKS_PER_UNIT)
    return credit, collect


def shelf_lives(tables: Mapping[str, TypedTable]) -> Iterator[Problem]:
    """Yield products that are sold off for longer than they may lie, or never."""
    products = tables["products"]
    life, last, cut = (products[name] for name in ("shelf_days", "sell_off_days", "sell_off_cut"))
    good = products.good("shelf_days", "sell_off_days", "sell_off_cut")
    yield from products.problems(
        "sell_off_days",
        good & (last > 0) & (last >= life),
        lambda row: (
            f"{products['id'][row]!r} is sold off for {last[row]} days and lies "
            f"{life[row]} at most",
            "give fewer days than shelf_days",
        ),
    )
    yield from products.problems(
        "sell_off_cut",
        good & ((last > 0) != (cut > 0)),
        lambda row: (
            f"{products['id'][row]!r} has a price cut of {cut[row]:g} for {last[row]} days",
            "give both sell_off_days and sell_off_cut, or neither",
        ),
    )
