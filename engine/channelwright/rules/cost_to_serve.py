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


def outlet_costs(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return every cost of serving, outlet by outlet.

    Parameters
    ----------
    tables : at least `outlet_ledger` and `outlet_cells` of one replication

    Returns
    -------
    DataFrame with columns outlet, account, payer (kind of party), amount (int64 ticks); the
    sums by account and payer are those of the ledger, exactly
    """
    ledger = pd.DataFrame(tables["outlet_ledger"])
    ledger = ledger[~ledger["account"].isin([int(account) for account in NOT_SERVING])]
    direct, shared = ledger[ledger["outlet"] >= 0], ledger[ledger["outlet"] < 0]
    keys = CostKeys(market, design, tables["outlet_cells"])
    names = ["outlet", "account", "payer", "amount"]
    parts = [direct[names]]
    for row in shared.itertuples(index=False):
        weights = keys.weights(int(row.account), int(row.mode), int(row.site))
        amount = split_by_weight(int(row.amount), weights)
        used = np.flatnonzero(amount)
        parts.append(
            pd.DataFrame(
                {
                    "outlet": keys.outlets[used],
                    "account": int(row.account),
                    "payer": int(row.payer),
                    "amount": amount[used],
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table = table.groupby(["outlet", "account", "payer"], as_index=False)["amount"].sum()
    return table.astype(np.int64)


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
    whole = int(weights.sum())
    sign, rest = (1, total) if total >= 0 else (-1, -total)
    # Ticks times cases pass 64 bits in large markets; Python integers do not.
    product = weights.astype(object) * rest
    share = np.array(product // whole, dtype=np.int64)
    fraction = product - share * whole
    order = sorted(range(len(weights)), key=lambda row: (-fraction[row], row))
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


def serving_kpis(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return loaded cost per case and per order by area and mode, with totals."""
    if "outlet_ledger" not in tables:
        return pd.DataFrame()
    costs = outlet_costs(market, design, tables).groupby("outlet")["amount"].sum()
    cells = pd.DataFrame(tables["outlet_cells"]).set_index("outlet")
    cells["cost"] = costs.reindex(cells.index, fill_value=0) / TICKS_PER_UNIT
    rows = cells.index.to_numpy()
    area = np.array(market.areas.ids, dtype=object)[market.outlets.area[rows]]
    mode = np.array(market.modes.ids, dtype=object)[design.outlets.mode[rows]]
    parts = []
    for by_area in (area, _ALL):
        for by_mode in (mode, _ALL):
            keys = cells.assign(area=by_area, mode=by_mode)
            sums = keys.groupby(["area", "mode"], as_index=False).sum()
            for name, per, unit in (
                ("loaded_cost_per_case", "cases_delivered", "currency/case"),
                ("loaded_cost_per_order", "orders", "currency/order"),
            ):
                some = sums[sums[per] > 0]
                part = some[["area", "mode"]].assign(value=some["cost"] / some[per], unit=unit)
                part.insert(0, "kpi", name)
                parts.append(part)
    return pd.concat(parts, ignore_index=True)
