"""Every KPI: formula, unit, and its value from the tables of one replication.

Definitions follow docs/models.md. A KPI is a quotient or sum of the additive columns of
the KPI tables over the measured periods (period >= 0).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.cost_to_serve import serving_kpis
from channelwright.rules.kpi_collecting import collecting_kpis
from channelwright.rules.kpi_credit import approval_kpis, credit_kpis, limit_kpis
from channelwright.rules.kpi_family import tier_fill_rates
from channelwright.rules.kpi_losses import loss_kpis
from channelwright.rules.kpi_money import money_kpis, site_results
from channelwright.rules.kpi_rows import ALL, KpiRows, Measured, sums_at
from channelwright.rules.kpi_share import share_kpis
from channelwright.rules.kpi_static import account_counts, universe_counts
from channelwright.rules.kpi_stock import stock_kpis
from channelwright.rules.kpi_supply import supply_kpis
from channelwright.rules.kpi_team import team_kpis
from channelwright.rules.suppliers import from_own_sites
from channelwright.tables.sink import Chunk

if TYPE_CHECKING:
    import pandas as pd

PERIOD_DAYS = 7


@dataclass(frozen=True)
class Kpi:
    """One KPI: name, unit, meaning, and whether more is better (None: neither)."""

    name: str
    unit: str
    meaning: str
    more_is_better: bool | None = None


_LOST = ("units that got old on the shelf / sold, got old or missing", False)
_MISSING = ("units missing on the shelf / sold, got old or missing", False)
_RATIO_ROWS = (
    ("call_compliance", "share", "calls made / planned", True, "calls_made", "calls_planned"),
    (
        "strike_rate",
        "share",
        "calls with an order / made",
        True,
        "calls_productive",
        "calls_made",
    ),
    (
        "lines_per_call",
        "lines",
        "lines / productive call",
        True,
        "call_lines",
        "calls_productive",
    ),
    ("drop_size", "cases", "cases / delivery stop", True, "cases_delivered", "drops"),
    (
        "delivery_days",
        "days",
        "from order to delivery, mean of delivered cases",
        False,
        "case_days",
        "cases_delivered",
    ),
    (
        "case_fill_rate",
        "share",
        "cases allocated at the first attempt / ordered",
        True,
        "cases_first",
        "cases_attempted",
    ),
    (
        "substitution_rate",
        "share",
        "cases allocated in place of another product / ordered",
        None,
        "cases_substituted",
        "cases_attempted",
    ),
    (
        "otif",
        "share",
        "orders delivered whole by the promised day / orders whose promised day is over",
        True,
        "orders_on_time_full",
        "orders_promised",
    ),
    (
        "satisfaction",
        "share",
        "orders on time in full + calls made / orders promised + calls planned",
        True,
        "promises_kept",
        "promises",
    ),
    (
        "delivery_failure_rate",
        "share",
        "stops where nobody took the goods / all stops",
        False,
        "drops_failed",
        "stops",
    ),
    (
        "on_shelf_availability",
        "share",
        "outlet-product-days with stock / all",
        True,
        "stocked_days",
        "product_days",
    ),
    ("sales_service", "share", "units sold / demanded", True, "units_sold", "units_demanded"),
    ("online_share", "share", "units sold online / sold", None, "units_online", "units_sold"),
    (
        "refusal_rate",
        "share",
        "orders refused for credit / placed",
        False,
        "orders_refused",
        "orders",
    ),
    ("shelf_expiry_rate", "share", *_LOST, "units_expired", "units_left"),
    ("shelf_shrinkage_rate", "share", *_MISSING, "units_shrunk", "units_left"),
    ("metres_per_drop", "m", "tour distance / stop", False, "metres", "drops"),
)
RATIOS: tuple[tuple[Kpi, str, str], ...] = tuple(
    (Kpi(name, unit, meaning, better), top, bottom)
    for name, unit, meaning, better, top, bottom in _RATIO_ROWS
)
SUMS: tuple[tuple[Kpi, str, float], ...] = (
    (Kpi("sell_out_units", "units", "sold to consumers", True), "units_sold", 1.0),
    (Kpi("lost_units", "units", "demanded and not sold", False), "units_lost", 1.0),
    (Kpi("delivered_cases", "cases", "delivered to outlets", True), "cases_delivered", 1.0),
    (Kpi("orders", "orders", "placed"), "orders", 1.0),
    (Kpi("calls", "calls", "made"), "calls_made", 1.0),
    (Kpi("drops", "stops", "delivery stops"), "drops", 1.0),
    (
        Kpi("consumer_sales", "currency", "consumer sales, ex VAT", True),
        "consumer_value",
        1.0 / TICKS_PER_UNIT,
    ),
    (
        Kpi("outlet_purchases", "currency", "invoices to outlets and chains, ex VAT", True),
        "outlet_value",
        1.0 / TICKS_PER_UNIT,
    ),
)
LAST: tuple[tuple[Kpi, str], ...] = (
    (Kpi("outlets_covered", "outlets", "covered by the design"), "outlets_covered"),
    (Kpi("outlets_stocked", "outlets", "with stock at the end", True), "outlets_stocked"),
    (Kpi("outlets_active", "outlets", "bought in the last 30 days", True), "outlets_active"),
)

RANGE = Kpi("products_stocked", "products", "in stock at the end / covered outlet", True)


def measured_days(market: Market) -> int:
    """Return the days after the warm-up."""
    return market.calendar.horizon_days - market.calendar.warmup_days


def kpi_table(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return every KPI of one replication.

    Parameters
    ----------
    tables : KPI tables by name, as a replication writes them

    Returns
    -------
    DataFrame with columns kpi, area, mode, value, unit; ``all`` marks a total; a quotient
    without a denominator is left out
    """
    frames = Measured(tables)
    cells = _with_sums(frames.columns("cells"))
    days, result = measured_days(market), KpiRows()
    for part in (
        _cell_kpis(market, cells),
        _distribution(market, cells),
        team_kpis(market, design, frames.columns("rep_cells"), days),
        _volume_kpis(market, design, cells, frames),
        supply_kpis(market, design, frames),
        _site_kpis(market, design, tables, frames),
        stock_kpis(market, design, frames, days),
        money_kpis(market, design, tables, frames),
        credit_kpis(market, design, frames, days),
        share_kpis(market, frames),
        limit_kpis(market, design, frames, days),
        serving_kpis(market, design, tables),
        approval_kpis(market, frames),
        collecting_kpis(market, frames),
        loss_kpis(market, design, frames, days),
    ):
        result.extend(part)
    return result.finite()


def _with_sums(cells: Chunk) -> Chunk:
    """Return cells with the columns that are sums of others."""
    return cells | {
        "units_lost": cells["units_demanded"] - cells["units_sold"],
        "units_left": cells["units_sold"] + cells["units_expired"] + cells["units_shrunk"],
        "stops": cells["drops"] + cells["drops_failed"],
        "promises": cells["orders_promised"] + cells["calls_planned"],
        "promises_kept": cells["orders_on_time_full"] + cells["calls_made"],
    }


@dataclass(frozen=True)
class _Groups:
    """Sums of all columns by (area, mode), with totals over both: (n,) each."""

    area: list[str]
    mode: list[str]
    sums: Chunk


def _groups(market: Market, cells: Chunk) -> _Groups:
    areas, modes = (*market.areas.ids, ALL), (*market.modes.ids, ALL)
    names = [name for name in cells if name not in ("period", "area", "mode")]
    block = np.stack([cells[name] for name in names], axis=1)
    every_area = np.full_like(cells["area"], len(areas) - 1)
    every_mode = np.full_like(cells["mode"], len(modes) - 1)
    places, parts = [], []
    for area in (cells["area"], every_area):
        for mode in (cells["mode"], every_mode):
            found, place = np.unique(area * len(modes) + mode, return_inverse=True)
            places += found.tolist()
            parts.append(sums_at(place.ravel(), block, len(found)))
    sums = dict(zip(names, np.concatenate(parts).T, strict=True))
    keys = [divmod(place, len(modes)) for place in places]
    return _Groups([areas[row] for row, _ in keys], [modes[row] for _, row in keys], sums)


def _last(market: Market, cells: Chunk) -> _Groups:
    """Return the sums of the last period."""
    last = cells["period"] == cells["period"].max(initial=-1)
    return _groups(market, {name: column[last] for name, column in cells.items()})


def _cell_kpis(market: Market, cells: Chunk) -> KpiRows:
    groups, last = _groups(market, cells), _last(market, cells)
    result, sums, at_end = KpiRows(), groups.sums, last.sums
    for kpi, top, bottom in RATIOS:
        result.add(kpi.name, kpi.unit, groups.area, groups.mode, _quotient(sums[top], sums[bottom]))
    for kpi, column, factor in SUMS:
        result.add(kpi.name, kpi.unit, groups.area, groups.mode, sums[column] * factor)
    for kpi, column in LAST:
        result.add(kpi.name, kpi.unit, last.area, last.mode, at_end[column])
    stocked = _quotient(at_end["products_stocked"], at_end["outlets_covered"])
    result.add(RANGE.name, RANGE.unit, last.area, last.mode, stocked)
    return result


def _quotient(top: IntArray, bottom: IntArray) -> FloatArray:
    """Return quotients, NaN without a denominator."""
    nothing = np.full(len(bottom), np.nan)
    return np.asarray(np.divide(top, bottom, out=nothing, where=bottom > 0))


def _distribution(market: Market, cells: Chunk) -> KpiRows:
    """Numeric and weighted distribution by area, over the universe of outlets."""
    last, result = _last(market, cells), KpiRows()
    outlets, weight = universe_counts(market)
    every = [row for row, mode in enumerate(last.mode) if mode == ALL]
    stocked = {
        name: {last.area[row]: float(last.sums[name][row]) for row in every}
        for name in ("outlets_stocked", "weight_stocked")
    }
    numeric = {
        (area, ALL): count / outlets[area] for area, count in stocked["outlets_stocked"].items()
    }
    weighted = {
        (area, ALL): count / 1000 / weight[area]
        for area, count in stocked["weight_stocked"].items()
        if weight[area] > 0
    }
    result.add_values("numeric_distribution", "share", numeric)
    result.add_values("weighted_distribution", "share", weighted)
    return result


def _volume_kpis(market: Market, design: Design, cells: Chunk, frames: Measured) -> KpiRows:
    """Sell-in volume and accounts by mode, and their shares."""
    count = len(market.modes)
    direct = sums_at(cells["mode"], cells["cases_direct"], count)
    bought = _bought(market, design, frames)
    volume = {row: float(direct[row]) + float(bought[row]) for row in range(count)}
    result = KpiRows()
    for name, unit, share_name, values in (
        ("sell_in_cases", "cases", "volume_share", volume),
        ("accounts", "accounts", "account_share", account_counts(market, design)),
    ):
        total = sum(values.values())
        by_mode = {(ALL, market.modes.ids[row]): value for row, value in values.items() if value}
        result.add_values(name, unit, {**by_mode, (ALL, ALL): total})
        if total > 0:
            shares = {key: value / total for key, value in by_mode.items()}
            result.add_values(share_name, "share", shares)
    result.add_values("cases_per_outlet_week", "cases/week", _mean_outlet(market, design, cells))
    return result


def _bought(market: Market, design: Design, frames: Measured) -> FloatArray:
    """Return cases that independent sites bought from the manufacturer, by mode: (M,)."""
    sites = frames.columns("site_cells")
    total = sums_at(sites["site"], sites["cases_in"].astype(np.float64), len(market.sites))
    own = ~market.sites.independent
    bought = from_own_sites(design, own, total, frames.get("supply_cells"), "cases")
    rows = np.flatnonzero(market.sites.independent & (bought != 0))
    return sums_at(design.sites.mode[rows], bought[rows], len(market.modes))


def _mean_outlet(market: Market, design: Design, cells: Chunk) -> dict[tuple[str, str], float]:
    """Mean cases per week and covered outlet, by mode."""
    weeks = measured_days(market) / PERIOD_DAYS
    cases = sums_at(cells["mode"], cells["cases_delivered"], len(market.modes))
    count = np.bincount(design.outlets.mode[design.outlets.mode >= 0], minlength=len(market.modes))
    return {
        (ALL, market.modes.ids[row]): float(cases[row]) / count[row] / weeks
        for row in range(len(market.modes))
        if count[row]
    }


def _site_kpis(
    market: Market, design: Design, tables: Mapping[str, Chunk], frames: Measured
) -> KpiRows:
    """Stock days by tier, pick wait, tour load, and distributor ROI."""
    cells, result = frames.columns("site_cells"), KpiRows()
    kind = market.sites.kind[cells["site"]]
    result.add_total("sites_open", "sites", float(design.sites.open.sum()))
    for row, name in enumerate(SITE_KINDS):
        out = float(cells["cases_out"][kind == row].sum())
        if out > 0 and name != "plant":
            days = float(cells["stock_case_days"][kind == row].sum()) / out
            result.add_total(f"stock_days_{name}", "days", days)
    tours = float(cells["tours"].sum())
    if tours:
        hours = cells["tour_seconds"].sum() / tours / 3600
        result.add_total("cases_per_tour", "cases", cells["tour_cases"].sum() / tours)
        result.add_total("hours_per_tour", "h", hours)
        result.add_total("tours", "tours", tours)
    picked = float(cells["orders_picked"].sum())
    if picked:
        result.add_total("pick_wait_minutes", "min", cells["pick_wait"].sum() / picked / 60)
    _add_returns(market, site_results(market, design, tables), result)
    for name, fill in tier_fill_rates(frames).items():
        result.add_total(f"fill_rate_{name}", "share", fill)
    return result


def _add_returns(market: Market, houses: pd.DataFrame, result: KpiRows) -> None:
    """Add profits of distributors by kind, and their returns: least, mean, most, means by kind."""
    roi, site = houses["roi"].to_numpy(), houses["site"].to_numpy()
    owned, profit = houses["independent"].to_numpy(), houses["profit"].to_numpy()
    for row in np.unique(market.sites.kind[site[owned]]).tolist():
        earned = profit[owned & (market.sites.kind[site] == row)].tolist()
        result.add_total(f"profit_{SITE_KINDS[row]}", "currency", math.fsum(earned))
    known = owned & np.isfinite(roi)
    roi, kind = roi[known], market.sites.kind[site[known]]
    if not len(roi):
        return
    for name, found in (("min", roi.min()), ("mean", roi.mean()), ("max", roi.max())):
        result.add_total(f"distributor_roi_{name}", "per year", float(found))
    for row in np.unique(kind).tolist():
        mine = roi[kind == row].tolist()
        mean = math.fsum(mine) / len(mine)
        result.add_total(f"roi_{SITE_KINDS[row]}", "per year", mean)
