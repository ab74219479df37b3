"""Money KPIs: the manufacturer's profit and loss, the parties' profits, distributor ROI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT, BoolArray, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import CAPTURES, Market
from channelwright.rules.cost_lines import cost_lines
from channelwright.rules.kpi_parcels import parcel_cases_by_mode
from channelwright.rules.kpi_rows import ALL, KpiRows, Measured, sums_at
from channelwright.rules.suppliers import choosers, sold_to_choosers
from channelwright.tables.codes import Account, Party
from channelwright.tables.sink import Chunk

_PULL = CAPTURES.index("pull")
#: What a mode costs the manufacturer and serving does not: the goods, their credit, a deposit.
_NOT_SERVING = frozenset(("production", "good_returns", "deposits"))
_SELLING = ("wages", "commission", "bonus", "delivery", "promotion")
_BEFORE_CALLS = (
    "production",
    "freight",
    "handling",
    "commission",
    "bonus",
    "platform",
    "promotion",
)
PRICE_CUTS = (int(Account.REBATE), int(Account.DISCOUNT))


@dataclass(frozen=True)
class Lines:
    """The manufacturer's profit and loss by mode, in currency; costs are positive numbers.

    Attributes
    ----------
    modes : (n,) int64, -1 = none
    columns : (n,) float64 each: gross_sales, rebates, the names of `cost_lines`, contribution
    """

    modes: IntArray
    columns: dict[str, FloatArray]

    def total(self, name: str) -> float:
        """Return the sum of a line over all modes."""
        return float(self.columns[name].sum())

    def named(self, market: Market) -> list[tuple[int, str]]:
        """Return place and name of every mode."""
        modes = enumerate(self.modes.tolist())
        return [(place, market.modes.ids[mode]) for place, mode in modes if mode >= 0]


def manufacturer_lines(market: Market, design: Design, ledger: Chunk) -> Lines:
    """Return the manufacturer's profit and loss by mode."""
    maker, goods = int(Party.MANUFACTURER), int(Account.GOODS)
    paid, got = ledger["payer"] == maker, ledger["payee"] == maker
    account, modes = ledger["account"], np.unique(ledger["mode"])
    place = np.searchsorted(modes, ledger["mode"])

    def by_mode(mine: BoolArray) -> FloatArray:
        return sums_at(place[mine], ledger["amount"][mine], len(modes)) / TICKS_PER_UNIT

    lines = {"gross_sales": by_mode(got & (account == goods)) - by_mode(paid & (account == goods))}
    lines["rebates"] = by_mode(paid & np.isin(account, PRICE_CUTS))
    names = []
    for name, number in cost_lines(market, design, ledger):
        lines[name] = by_mode(paid & (account == int(number)))
        names.append(name)
    if "deposits" in lines:
        lines["deposits"] = lines["deposits"] - by_mode(got & (account == int(Account.DEPOSIT)))
    costs = np.zeros(len(modes))
    for name in names:
        costs += lines[name]
    lines["contribution"] = lines["gross_sales"] - lines["rebates"] - costs
    return Lines(modes, lines)


def stock_change(market: Market, tables: Mapping[str, Chunk]) -> FloatArray:
    """Return the change of stock value over the measured time by site: (S,) currency."""
    cells = tables["site_cells"]
    # Reports, which add runs up, hand over floats; a run hands over whole ticks.
    change = np.zeros(len(market.sites), dtype=cells["closing_value"].dtype)
    for period, sign in ((cells["period"].max(initial=-1), 1), (-1, -1)):
        mine = cells["period"] == period
        change[cells["site"][mine]] += sign * cells["closing_value"][mine]
    return np.asarray(change / TICKS_PER_UNIT)


def site_results(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return profit, capital and ROI of every open site.

    profit = money received - money paid + change of stock value; capital = mean of stock
    + receivables - payables; ROI = profit / capital per year (NaN without capital).

    Returns
    -------
    DataFrame with columns site, mode, independent, cases, profit, capital, roi
    """
    frames = Measured(tables)
    got = _owner_money(frames.columns("ledger"), design, market, frames.get("supply_cells"))
    cells, rows = frames.columns("site_cells"), np.flatnonzero(design.sites.open)
    days = market.calendar.horizon_days - market.calendar.warmup_days
    sums = {
        name: sums_at(cells["site"], cells[name], len(market.sites))[rows]
        for name in ("stock_value_days", "receivable_days", "payable_days", "cases_out")
    }
    tied_up = sums["stock_value_days"] + sums["receivable_days"] - sums["payable_days"]
    capital = tied_up / days / TICKS_PER_UNIT
    change = stock_change(market, tables)[rows]
    independent = market.sites.independent[rows]
    profit = np.where(independent, got[rows] + change, np.nan)
    roi = np.divide(profit * 365 / days, capital, out=np.full(len(rows), np.nan), where=capital > 0)
    return pd.DataFrame(
        {
            "site": rows,
            "mode": design.sites.mode[rows],
            "independent": independent,
            "cases": sums["cases_out"],
            "profit": profit,
            "capital": capital,
            "roi": roi,
        }
    )


def _owner_money(
    ledger: Chunk, design: Design, market: Market, moved: pd.DataFrame | None
) -> FloatArray:
    """Return money received less paid by the owner of each site: (S,) currency.

    Goods between sites carry the child's site: the parent's receipt is found by the
    design's parent, of a site that chooses by what it bought from whom.
    """
    result, owner = np.zeros(len(market.sites)), int(Party.OWNER)
    site, amount = ledger["site"], ledger["amount"].astype(np.float64)
    between = (ledger["account"] == int(Account.GOODS)) & (ledger["payee"] == owner)
    between &= ledger["payer"] == owner
    for side, sign in (("payee", 1.0), ("payer", -1.0)):
        mine = (ledger[side] == owner) & ~between
        np.add.at(result, site[mine], sign * amount[mine])
    child, traded = site[between], amount[between]
    np.add.at(result, child, -traded)
    appointed = ~choosers(design)[child]
    np.add.at(result, design.sites.parent[child[appointed]], traded[appointed])
    result += np.where(market.sites.independent, sold_to_choosers(design, moved), 0.0)
    return np.asarray(result / TICKS_PER_UNIT)


def money_kpis(
    market: Market, design: Design, tables: Mapping[str, Chunk], frames: Measured
) -> KpiRows:
    """Return the manufacturer's lines by mode and in total, and the parties' profits."""
    ledger, result = frames.columns("ledger"), KpiRows()
    lines = manufacturer_lines(market, design, ledger)
    change, named = stock_change(market, tables), lines.named(market)
    own = float(change[~market.sites.independent].sum())
    for name, line in lines.columns.items():
        values = {mode: float(line[row]) for row, mode in named}
        _add(result, name, values, lines.total(name))
    _add(result, "stock_change", {}, own)
    _add(result, "profit_manufacturer", {}, lines.total("contribution") + own)
    gross, rebates = lines.columns["gross_sales"], lines.columns["rebates"]
    net = {mode: float(gross[row] - rebates[row]) for row, mode in named}
    _add(result, "net_sales", net, lines.total("gross_sales") - lines.total("rebates"))
    _add_party_profits(ledger, change, market, result)
    sent = parcel_cases_by_mode(market, design, frames.get("parcel_cells"))
    _add_efficiency(market, lines, frames.columns("cells"), sent, result)
    return result


def _add(
    result: KpiRows,
    name: str,
    by_mode: Mapping[str, float],
    total: float,
    unit: str = "currency",
) -> None:
    """Add values by mode and the total; those that are not finite are left out in the end."""
    values = [*by_mode.values(), total]
    result.add(name, unit, [ALL] * len(values), [*by_mode, ALL], values)


def _add_party_profits(ledger: Chunk, change: FloatArray, market: Market, result: KpiRows) -> None:
    names = {
        Party.OWNER: "profit_distributors",
        Party.OUTLET: "profit_outlets",
        Party.CHAIN: "profit_chains",
        Party.PEOPLE: "pay_people",
    }
    houses = float(change[market.sites.independent].sum())
    for kind, name in names.items():
        got = ledger["amount"][ledger["payee"] == int(kind)].sum()
        paid = ledger["amount"][ledger["payer"] == int(kind)].sum()
        stock = houses if kind is Party.OWNER else 0.0
        _add(result, name, {}, float(got - paid) / TICKS_PER_UNIT + stock)


def _add_efficiency(
    market: Market, lines: Lines, cells: Chunk, sent: FloatArray, result: KpiRows
) -> None:
    """Cost to serve per case, selling-expense ratio, break-even drop by mode.

    ``sent`` : (M,) cases to consumers
    """
    count, none = len(market.modes), float("nan")
    delivered = sums_at(cells["mode"], cells["cases_delivered"], count)
    drops = sums_at(cells["mode"], cells["drops"], count)
    serving, ratio, share = _serving(lines), {}, {}
    moved = delivered + sent
    serve = {
        mode: float(serving[row] / moved[lines.modes[row]])
        for row, mode in lines.named(market)
        if moved[lines.modes[row]] > 0
    }
    for row, mode in lines.named(market):
        line = {name: float(column[row]) for name, column in lines.columns.items()}
        net = line["gross_sales"] - line["rebates"]
        if net > 0:
            ratio[mode] = sum(line[name] for name in _SELLING) / net
            share[mode] = float(serving[row]) / net
    cases = float(moved.sum())
    per_case = float(serving.sum()) / cases if cases > 0 else none
    sold = lines.total("gross_sales") - lines.total("rebates")
    for name, values, whole, unit in (
        ("cost_to_serve_per_case", serve, per_case, "currency/case"),
        ("cost_to_serve_share", share, float(serving.sum()) / sold if sold > 0 else none, "share"),
        ("selling_expense_ratio", ratio, _selling_expense(lines), "share"),
        ("break_even_drop", _break_even(market, lines, delivered, drops), none, "cases"),
    ):
        _add(result, name, values, whole, unit)


def _serving(lines: Lines) -> FloatArray:
    """Return the manufacturer's cost of serving by mode, every line of it: (n,) currency."""
    columns = lines.columns
    costs = columns["gross_sales"] - columns["rebates"] - columns["contribution"]
    for name in _NOT_SERVING & columns.keys():
        costs = costs - columns[name]
    return np.asarray(costs)


def _selling_expense(lines: Lines) -> float:
    """Return people, promotion and delivery over net sales, of all modes."""
    net = lines.total("gross_sales") - lines.total("rebates")
    return sum(lines.total(name) for name in _SELLING) / net if net > 0 else float("nan")


def _break_even(
    market: Market, lines: Lines, delivered: IntArray, stops: IntArray
) -> dict[str, float]:
    """Return the drop at which a mode earns the manufacturer what the pull modes would.

    (wages + delivery + own sites) per drop over (margin per case of the mode - margin per
    case of the modes without calls); without such sales the margin counts from zero.
    """
    columns = lines.columns
    spread = columns["gross_sales"] - columns["rebates"]
    for cost in _BEFORE_CALLS:
        spread = spread - columns[cost]
    cases, drops = (
        np.where(lines.modes >= 0, counted[lines.modes], 0).astype(np.float64)
        for counted in (delivered, stops)
    )
    named = lines.named(market)
    pull = [row for row, _ in named if market.modes.capture[lines.modes[row]] == _PULL]
    pulled = float(cases[pull].sum())
    rival = float(spread[pull].sum()) / pulled if pulled > 0 else 0.0
    per_drop = columns["wages"] + columns["delivery"] + columns["site_cost"]
    result = {}
    for row, mode in named:
        if row in pull or cases[row] <= 0 or drops[row] <= 0 or per_drop[row] <= 0:
            continue
        gain = float(spread[row]) / float(cases[row]) - rival
        if gain > 0:
            result[mode] = float(per_drop[row]) / float(drops[row]) / gain
    return result
