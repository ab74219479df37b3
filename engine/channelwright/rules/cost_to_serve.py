"""Loaded cost to serve: every cost of a run reaches an outlet, or the parcels of an area.

Both together sum back to the ledger.

docs/world/cost_to_serve.md says which key carries which shared cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT, BoolArray, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi_rows import KpiRows, sums_at
from channelwright.rules.parcels import parcel_shop
from channelwright.tables.codes import Account, Party
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
#: What parcels cost by themselves, as `parcel_cells` has it.
_OF_PARCELS = {
    "handling": Account.HANDLING,
    "delivery": Account.DELIVERY,
    "platform": Account.PLATFORM,
}
_BY_CALLS = (Account.WAGES, Account.BONUS)
_BY_VALUE = (Account.COMMISSION,)
#: Cases of parcels are fractions: keys count thousandths.
_THOUSAND = 1_000
_PER = (
    ("loaded_cost_per_case", "cases", "currency/case"),
    ("loaded_cost_per_order", "orders", "currency/order"),
    ("loaded_cost_per_drop", "drops", "currency/stop"),
)


def outlet_costs(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return every cost of serving, outlet by outlet, and of parcels area by area.

    Parameters
    ----------
    tables : at least `outlet_ledger` and `outlet_cells` of one replication, and `parcel_cells`
        of one with parcels

    Returns
    -------
    DataFrame with columns outlet (-1: parcels), area, account, payer (kind of party), amount
    (int64 ticks); the sums by account and payer are those of the ledger, exactly
    """
    served = served_by(market, design, tables)
    columns = np.stack(_loaded(market, design, tables, served))
    keys, place = np.unique(columns[:3], axis=1, return_inverse=True)
    amount = sums_at(place.ravel(), columns[3], keys.shape[1])
    outlet, area = served.outlet[keys[0]], served.area[keys[0]]
    names = ("outlet", "area", "account", "payer", "amount")
    return pd.DataFrame(dict(zip(names, (outlet, area, *keys[1:], amount), strict=True)))


def _loaded(
    market: Market, design: Design, tables: Mapping[str, Chunk], served: Served
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return row of who is served, account, payer and ticks of every part of a cost."""
    ledger = tables["outlet_ledger"]
    serving = ~np.isin(ledger["account"], [int(account) for account in NOT_SERVING])
    direct, shared = serving & (ledger["outlet"] >= 0), serving & (ledger["outlet"] < 0)
    shop = parcel_shop(design)
    if shop is not None:  # it is known which area caused it
        known = np.isin(ledger["account"], [int(account) for account in _OF_PARCELS.values()])
        shared &= ~known | (ledger["mode"] != shop.mode)
    keys = CostKeys(market, design, served)
    row_of = np.full(len(market.outlets), -1, dtype=np.int64)
    outlets = np.flatnonzero(served.outlet >= 0)
    row_of[served.outlet[outlets]] = outlets
    parts = [
        (
            row_of[ledger["outlet"][direct]],
            ledger["account"][direct],
            ledger["payer"][direct],
            ledger["amount"][direct],
        ),
        *_of_parcels(served, tables),
    ]
    names = ("account", "mode", "site", "payer", "amount")
    for row in zip(*(ledger[name][shared].tolist() for name in names), strict=True):
        account, mode, site, payer, ticks = row
        amount = split_by_weight(ticks, keys.weights(account, mode, site))
        used = np.flatnonzero(amount)
        of_account, of_payer = np.full(len(used), account), np.full(len(used), payer)
        parts.append((used, of_account, of_payer, amount[used]))
    rows, accounts, payers, amounts = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows, accounts, payers, amounts


def _of_parcels(
    served: Served, tables: Mapping[str, Chunk]
) -> Iterator[tuple[IntArray, IntArray, IntArray, IntArray]]:
    """Yield what the parcels of each area cost by themselves."""
    rows = np.flatnonzero(served.outlet < 0)
    if not len(rows):
        return
    cells = _measured_parcels(tables)
    payer = np.full(len(rows), int(Party.MANUFACTURER))
    for name, account in _OF_PARCELS.items():
        by_area = sums_at(cells["area"], cells[name], int(served.area.max()) + 1)
        yield rows, np.full(len(rows), int(account)), payer, by_area[served.area[rows]]


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


@dataclass(frozen=True)
class Served:
    """Who is served: covered outlets, and then the parcels of areas, a row each.

    Attributes
    ----------
    outlet : (n,) int64, -1 = the parcels of an area
    area, mode, site : (n,) int64, the site is the assigned one or the one that ships
    calls, value, orders : (n,) int64, made; ticks invoiced to outlets; placed
    drops : (n,) int64, delivery stops; orders delivered of parcels
    cases : (n,) float64, delivered
    """

    outlet: IntArray
    area: IntArray
    mode: IntArray
    site: IntArray
    calls: IntArray
    value: IntArray
    orders: IntArray
    drops: IntArray
    cases: FloatArray


def served_by(market: Market, design: Design, tables: Mapping[str, Chunk]) -> Served:
    """Return who was served in the measured days of a replication."""
    cells, plan, shop = tables["outlet_cells"], design.outlets, parcel_shop(design)
    rows = np.asarray(cells["outlet"], dtype=np.int64)
    columns = {
        "outlet": rows,
        "area": market.outlets.area[rows],
        "mode": plan.mode[rows],
        "site": plan.site[rows],
        "calls": cells["calls_made"],
        "value": cells["outlet_value"],
        "orders": cells["orders"],
        "drops": cells["drops"],
        "cases": cells["cases_delivered"].astype(np.float64),
    }
    if shop is None or "parcel_cells" not in tables:
        return Served(**columns)
    parcels, zones = _measured_parcels(tables), shop.zones
    case, areas = market.products.units_per_case[parcels["product"]], len(market.areas)
    none = np.zeros(len(zones), dtype=np.int64)
    more = {
        "outlet": none - 1,
        "area": zones.area,
        "mode": none + shop.mode,
        "site": zones.site,
        "calls": none,
        "value": none,
        "orders": sums_at(parcels["area"], parcels["orders"], areas)[zones.area],
        "drops": sums_at(parcels["area"], parcels["delivered_orders"], areas)[zones.area],
        "cases": sums_at(parcels["area"], parcels["delivered"] / case, areas)[zones.area],
    }
    return Served(**{name: np.concatenate([columns[name], more[name]]) for name in columns})


def _measured_parcels(tables: Mapping[str, Chunk]) -> Chunk:
    cells = tables["parcel_cells"]
    return {name: column[cells["period"] >= 0] for name, column in cells.items()}


class CostKeys:
    """What shared costs are split by."""

    def __init__(self, market: Market, design: Design, served: Served) -> None:
        self._served = served
        self._cases = np.floor(_THOUSAND * served.cases + 0.5).astype(np.int64)
        self._served_from = _served_from(design, len(market.sites))

    def weights(self, account: int, mode: int, site: int) -> IntArray:
        """Return the weights of all who are served for a cost of a mode and site: (n,)."""
        for weights in self._candidates(account, mode, site):
            if weights.sum() > 0:
                return np.asarray(weights)
        return np.ones(len(self._cases), dtype=np.int64)

    def _candidates(self, account: int, mode: int, site: int) -> Iterator[IntArray]:
        served, cases = self._served, self._cases
        if account in _BY_CALLS or account in _BY_VALUE:
            team = (served.mode == mode) & (served.site == site)
            yield np.where(team, served.calls if account in _BY_CALLS else served.value, 0)
            yield np.where(team, 1, 0)
        parcels = (served.outlet < 0) & (served.mode == mode) & (served.site == site)
        yield np.where(parcels, cases, 0)
        below = self._below(site)
        yield np.where(below, cases, 0)
        yield np.where(below, 1, 0)
        yield cases

    def _below(self, site: int) -> BoolArray:
        if site < 0:
            return np.ones(len(self._cases), dtype=np.bool_)
        return np.asarray(self._served_from[site, self._served.site])


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
    """Return loaded cost per case, order and stop by area and mode, with totals."""
    result = KpiRows()
    if "outlet_ledger" not in tables:
        return result
    served = served_by(market, design, tables)
    row, _, _, amount = _loaded(market, design, tables, served)
    cost = sums_at(row, amount, len(served.outlet))
    area, mode = served.area, served.mode
    counts = {name: getattr(served, name).astype(np.float64) for _, name, _ in _PER}
    none = np.zeros_like(area)
    for by_area, areas in ((area, market.areas.ids), (none, (_ALL,))):
        for by_mode, modes in ((mode, market.modes.ids), (none, (_ALL,))):
            labels = [(a, m) for a in areas for m in modes]
            place = by_area * len(modes) + by_mode
            found = set(place.tolist())
            paid = sums_at(place, cost, len(labels)) / TICKS_PER_UNIT
            for name, per, unit in _PER:
                count = sums_at(place, counts[per], len(labels))
                shown = sorted((row for row in found if count[row] > 0), key=labels.__getitem__)
                value = paid[shown] / count[shown]
                keys = [labels[row] for row in shown]
                result.add(name, unit, [key[0] for key in keys], [key[1] for key in keys], value)
    return result
