"""Loaded cost to serve: every cost of a run reaches an outlet and sums back to the ledger.

docs/world/cost_to_serve.md says which key carries which shared cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT, BoolArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi_rows import KpiRows, sums_at
from channelwright.rules.parcels import parcel_shop
from channelwright.tables.codes import Account
from channelwright.tables.sink import Chunk

_ALL = "all"
#: Prices and what consumers pay: not what serving costs.
NOT_SERVING = (
    Account.GOODS,
    Account.REBATE,
    Account.PRODUCTION,
    Account.CONSUMER,
    Account.PROMOTION,
    Account.DISCOUNT,
    Account.RETURN_GOOD,
    Account.SELL_OFF,
    Account.DEPOSIT,
)
_BY_CALLS = (Account.WAGES, Account.BONUS)
_BY_VALUE = (Account.COMMISSION,)
_PER = (
    ("loaded_cost_per_case", "cases_delivered", "currency/case"),
    ("loaded_cost_per_order", "orders", "currency/order"),
)


def outlet_costs(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return every cost of serving, outlet by outlet.

    Parameters
    ----------
    tables : at least `outlet_ledger` and `outlet_cells` of one replication

    Returns
    -------
    DataFrame with columns outlet, account, payer (kind of party), amount (int64 ticks); the
    sums by account and payer are those of the ledger without parcels, exactly
    """
    columns = np.stack(_loaded(market, design, tables))
    keys, place = np.unique(columns[:3], axis=1, return_inverse=True)
    amount = sums_at(place.ravel(), columns[3], keys.shape[1])
    names = ("outlet", "account", "payer", "amount")
    return pd.DataFrame(dict(zip(names, (*keys, amount), strict=True)))


def _loaded(
    market: Market, design: Design, tables: Mapping[str, Chunk]
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return outlet, account, payer and ticks of every part of a cost of serving."""
    ledger = tables["outlet_ledger"]
    serving = ~np.isin(ledger["account"], [int(account) for account in NOT_SERVING])
    direct, shared = serving & (ledger["outlet"] >= 0), serving & (ledger["outlet"] < 0)
    shop = parcel_shop(design)
    if shop is not None:  # what parcels cost no outlet causes
        shared &= ledger["mode"] != shop.mode
    keys = CostKeys(market, design, tables["outlet_cells"])
    parts = [
        (
            ledger["outlet"][direct],
            ledger["account"][direct],
            ledger["payer"][direct],
            ledger["amount"][direct],
        )
    ]
    names = ("account", "mode", "site", "payer", "amount")
    for row in zip(*(ledger[name][shared].tolist() for name in names), strict=True):
        account, mode, site, payer, ticks = row
        amount = split_by_weight(ticks, keys.weights(account, mode, site))
        used = np.flatnonzero(amount)
        of_account, of_payer = np.full(len(used), account), np.full(len(used), payer)
        parts.append((keys.outlets[used], of_account, of_payer, amount[used]))
    outlet, accounts, payers, amounts = (np.concatenate(part) for part in zip(*parts, strict=True))
    return outlet, accounts, payers, amounts


def split_by_weight(total: int, weights: IntArray) -> IntArray:
    """Split an integer by weights, the remainder by largest fraction (lowest row on ties).

    Parameters
    ----------
    total : int, of either sign
    weights : (n,) int64, at least 0, with a sum above 0

    Returns
    -------
    (n,) int64, with sum equal to ``total``
    """
    whole, some = int(weights.sum()), np.flatnonzero(weights)
    sign, rest = (1, total) if total >= 0 else (-1, -total)
    # Ticks times cases pass 64 bits in large markets; Python integers do not.
    wide = int(weights.max(initial=0)) * rest > np.iinfo(np.int64).max
    product = weights[some].astype(object if wide else np.int64) * rest
    share = np.zeros(len(weights), dtype=np.int64)
    share[some] = product // whole
    fraction = product - share[some] * whole
    order = some[np.argsort(-fraction, kind="stable")]
    share[order[: rest - int(share.sum())]] += 1
    return sign * share


class CostKeys:
    """What shared costs are split by."""

    def __init__(self, market: Market, design: Design, cells: Chunk) -> None:
        self.outlets = np.asarray(cells["outlet"], dtype=np.int64)
        plan = design.outlets
        self._mode, self._site = plan.mode[self.outlets], plan.site[self.outlets]
        self._cells = cells
        self._served_from = _served_from(design, len(market.sites))

    def weights(self, account: int, mode: int, site: int) -> IntArray:
        """Return the weights of the covered outlets for a cost of a mode and site: (C,)."""
        for weights in self._candidates(account, mode, site):
            if weights.sum() > 0:
                return np.asarray(weights)
        return np.ones(len(self.outlets), dtype=np.int64)

    def _candidates(self, account: int, mode: int, site: int) -> Iterator[IntArray]:
        cases = self._cells["cases_delivered"]
        if account in _BY_CALLS or account in _BY_VALUE:
            name = "calls_made" if account in _BY_CALLS else "outlet_value"
            team = (self._mode == mode) & (self._site == site)
            yield np.where(team, self._cells[name], 0)
            yield np.where(team, 1, 0)
        below = self._below(site)
        yield np.where(below, cases, 0)
        yield np.where(below, 1, 0)
        yield cases

    def _below(self, site: int) -> BoolArray:
        if site < 0:
            return np.ones(len(self.outlets), dtype=np.bool_)
        return np.asarray(self._served_from[site, self._site])


def _served_from(design: Design, count: int) -> BoolArray:
    """Return whether goods of a site (column) pass through another (row): (S, S)."""
    through = np.eye(count, dtype=np.bool_)
    for site in range(count):
        above = int(design.sites.parent[site])
        while above >= 0:
            through[above, site] = True
            above = int(design.sites.parent[above])
    return through


def serving_kpis(market: Market, design: Design, tables: Mapping[str, Chunk]) -> KpiRows:
    """Return loaded cost per case and per order by area and mode, with totals."""
    result = KpiRows()
    if "outlet_ledger" not in tables:
        return result
    outlet, _, _, amount = _loaded(market, design, tables)
    cells = tables["outlet_cells"]
    rows = cells["outlet"]
    cost = sums_at(outlet, amount, len(market.outlets))[rows]
    area, mode = market.outlets.area[rows], design.outlets.mode[rows]
    none = np.zeros_like(area)
    for by_area, areas in ((area, market.areas.ids), (none, (_ALL,))):
        for by_mode, modes in ((mode, market.modes.ids), (none, (_ALL,))):
            labels = [(a, m) for a in areas for m in modes]
            place = by_area * len(modes) + by_mode
            found = set(place.tolist())
            paid = sums_at(place, cost, len(labels)) / TICKS_PER_UNIT
            for name, per, unit in _PER:
                count = sums_at(place, cells[per], len(labels))
                shown = sorted((row for row in found if count[row] > 0), key=labels.__getitem__)
                value = paid[shown] / count[shown]
                keys = [labels[row] for row in shown]
                result.add(name, unit, [key[0] for key in keys], [key[1] for key in keys], value)
    return result
