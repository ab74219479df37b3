"""Every KPI: formula, unit, and its value from the tables of one replication.

Definitions follow docs/models.md. A KPI is a quotient or sum of the additive columns of
the KPI tables over the measured periods (period >= 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.cost_to_serve import serving_kpis
from channelwright.rules.kpi_collecting import collecting_kpis
from channelwright.rules.kpi_credit import approval_kpis, credit_kpis, limit_kpis
from channelwright.rules.kpi_family import tier_fill_rates
from channelwright.rules.kpi_losses import loss_kpis
from channelwright.rules.kpi_money import money_kpis, site_results
from channelwright.rules.kpi_rows import ALL, rows
from channelwright.rules.kpi_share import share_kpis
from channelwright.rules.kpi_static import account_counts, universe_counts
from channelwright.rules.kpi_stock import stock_kpis
from channelwright.rules.kpi_supply import supply_kpis
from channelwright.rules.kpi_team import team_kpis
from channelwright.rules.suppliers import from_own_sites
from channelwright.tables.sink import Chunk

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


def measured(tables: Mapping[str, Chunk]) -> dict[str, pd.DataFrame]:
    """Return the KPI tables as frames without the warm-up."""
    frames = {name: pd.DataFrame(chunk) for name, chunk in tables.items()}
    return {
        name: frame[frame["period"] >= 0].reset_index(drop=True) if "period" in frame else frame
        for name, frame in frames.items()
    }


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
    frames = measured(tables)
    cells = frames["cells"].copy()
    cells["units_lost"] = cells["units_demanded"] - cells["units_sold"]
    cells["units_left"] = cells[["units_sold", "units_expired", "units_shrunk"]].sum(axis=1)
    cells["stops"] = cells["drops"] + cells["drops_failed"]
    cells["promises"] = cells["orders_promised"] + cells["calls_planned"]
    cells["promises_kept"] = cells["orders_on_time_full"] + cells["calls_made"]
    parts = [
        _cell_kpis(market, cells),
        _distribution(market, cells),
        team_kpis(market, design, frames["rep_cells"], measured_days(market)),
        _volume_kpis(market, design, cells, frames),
        supply_kpis(market, design, frames),
        _site_kpis(market, design, tables, frames),
        stock_kpis(market, design, frames, measured_days(market)),
        money_kpis(market, design, tables, frames),
        credit_kpis(market, frames, measured_days(market)),
        share_kpis(market, frames),
        limit_kpis(market, design, frames, measured_days(market)),
        serving_kpis(market, design, tables),
        approval_kpis(market, frames),
        collecting_kpis(market, frames),
        loss_kpis(market, design, frames, measured_days(market)),
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return table[np.isfinite(table["value"])].reset_index(drop=True)


def _groups(market: Market, cells: pd.DataFrame) -> pd.DataFrame:
    """Return sums of all columns by (area, mode), with totals over both."""
    area = np.array([*market.areas.ids, ALL])
    mode = np.array([*market.modes.ids, ALL])
    total = cells.drop(columns="period")
    parts = []
    for keep_area in (True, False):
        for keep_mode in (True, False):
            part = total.copy()
            if not keep_area:
                part["area"] = len(area) - 1
            if not keep_mode:
                part["mode"] = len(mode) - 1
            parts.append(part.groupby(["area", "mode"], as_index=False).sum())
    table = pd.concat(parts, ignore_index=True)
    table["area"] = area[table["area"].to_numpy()]
    table["mode"] = mode[table["mode"].to_numpy()]
    return table


def _cell_kpis(market: Market, cells: pd.DataFrame) -> pd.DataFrame:
    sums = _groups(market, cells)
    last = _groups(market, cells[cells["period"] == cells["period"].max()])
    parts = []
    for kpi, top, bottom in RATIOS:
        base = sums[bottom].to_numpy(dtype=np.float64)
        value = np.divide(sums[top], base, out=np.full(len(base), np.nan), where=base > 0)
        parts.append(_column(sums, kpi, value))
    parts += [_column(sums, kpi, sums[column] * factor) for kpi, column, factor in SUMS]
    parts += [_column(last, kpi, last[column]) for kpi, column in LAST]
    covered = last["outlets_covered"].to_numpy(dtype=np.float64)
    parts.append(_column(last, RANGE, last["products_stocked"] / covered))
    return pd.concat(parts, ignore_index=True)


def _column(groups: pd.DataFrame, kpi: Kpi, value: object) -> pd.DataFrame:
    table = groups[["area", "mode"]].copy()
    table.insert(0, "kpi", kpi.name)
    table["value"] = np.asarray(value, dtype=np.float64)
    table["unit"] = kpi.unit
    return table


def _distribution(market: Market, cells: pd.DataFrame) -> pd.DataFrame:
    """Numeric and weighted distribution by area, over the universe of outlets."""
    last = _groups(market, cells[cells["period"] == cells["period"].max()])
    last = last[last["mode"] == ALL]
    outlets, weight = universe_counts(market)
    numeric = {
        (area, ALL): stocked / outlets[area]
        for area, stocked in zip(last["area"], last["outlets_stocked"], strict=True)
    }
    weighted = {
        (area, ALL): stocked / 1000 / weight[area]
        for area, stocked in zip(last["area"], last["weight_stocked"], strict=True)
        if weight[area] > 0
    }
    parts = [rows("numeric_distribution", "share", numeric)]
    if weighted:
        parts.append(rows("weighted_distribution", "share", weighted))
    return pd.concat(parts, ignore_index=True)


def _volume_kpis(
    market: Market, design: Design, cells: pd.DataFrame, frames: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Sell-in volume and accounts by mode, and their shares."""
    direct = cells.groupby("mode")["cases_direct"].sum()
    bought = _bought(market, design, frames)
    volume = {
        row: float(direct.get(row, 0)) + float(bought.get(row, 0))
        for row in range(len(market.modes))
    }
    accounts = account_counts(market, design)
    parts = []
    for name, unit, share_name, values in (
        ("sell_in_cases", "cases", "volume_share", volume),
        ("accounts", "accounts", "account_share", accounts),
    ):
        total = sum(values.values())
        by_mode = {(ALL, market.modes.ids[row]): value for row, value in values.items() if value}
        parts.append(rows(name, unit, {**by_mode, (ALL, ALL): total}))
        if total > 0:
            shares = {key: value / total for key, value in by_mode.items()}
            parts.append(rows(share_name, "share", shares))
    parts.append(_mean_outlet(market, design, cells))
    return pd.concat(parts, ignore_index=True)


def _bought(market: Market, design: Design, frames: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return cases that independent sites bought from the manufacturer, by mode."""
    total = np.zeros(len(market.sites))
    sites = frames["site_cells"]
    np.add.at(total, sites["site"].to_numpy(), sites["cases_in"].to_numpy(dtype=np.float64))
    own = ~market.sites.independent
    bought = from_own_sites(design, own, total, frames.get("supply_cells"), "cases")
    rows = np.flatnonzero(market.sites.independent & (bought != 0))
    return pd.Series(bought[rows]).groupby(design.sites.mode[rows]).sum()


def _mean_outlet(market: Market, design: Design, cells: pd.DataFrame) -> pd.DataFrame:
    """Mean cases per week and covered outlet, by mode."""
    weeks = measured_days(market) / PERIOD_DAYS
    cases = cells.groupby("mode")["cases_delivered"].sum()
    count = np.bincount(design.outlets.mode[design.outlets.mode >= 0], minlength=len(market.modes))
    values = {
        (ALL, market.modes.ids[row]): float(cases.get(row, 0)) / count[row] / weeks
        for row in range(len(market.modes))
        if count[row]
    }
    return rows("cases_per_outlet_week", "cases/week", values)


def _site_kpis(
    market: Market, design: Design, tables: Mapping[str, Chunk], frames: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Stock days by tier, pick wait, tour load, and distributor ROI."""
    cells = frames["site_cells"]
    kind = market.sites.kind[cells["site"].to_numpy()]
    parts = [rows("sites_open", "sites", {(ALL, ALL): float(design.sites.open.sum())})]
    for row, name in enumerate(SITE_KINDS):
        mine = cells[kind == row]
        out = float(mine["cases_out"].sum())
        if out > 0 and name != "plant":
            days = float(mine["stock_case_days"].sum()) / out
            parts.append(rows(f"stock_days_{name}", "days", {(ALL, ALL): days}))
    tours = float(cells["tours"].sum())
    if tours:
        parts += [
            rows("cases_per_tour", "cases", {(ALL, ALL): cells["tour_cases"].sum() / tours}),
            rows("hours_per_tour", "h", {(ALL, ALL): cells["tour_seconds"].sum() / tours / 3600}),
            rows("tours", "tours", {(ALL, ALL): tours}),
        ]
    picked = float(cells["orders_picked"].sum())
    if picked:
        wait = cells["pick_wait"].sum() / picked / 60
        parts.append(rows("pick_wait_minutes", "min", {(ALL, ALL): wait}))
    houses = site_results(market, design, tables)
    houses = houses[houses["independent"] & np.isfinite(houses["roi"])]
    for name, found in (
        ("distributor_roi_min", houses["roi"].min()),
        ("distributor_roi_mean", houses["roi"].mean()),
        ("distributor_roi_max", houses["roi"].max()),
    ):
        if len(houses):
            parts.append(rows(name, "per year", {(ALL, ALL): float(found)}))
    of_kind = houses["roi"].groupby(market.sites.kind[houses["site"].to_numpy()]).mean()
    for row, mean in of_kind.items():
        parts.append(rows(f"roi_{SITE_KINDS[int(row)]}", "per year", {(ALL, ALL): float(mean)}))
    for name, fill in tier_fill_rates(market, frames).items():
        parts.append(rows(f"fill_rate_{name}", "share", {(ALL, ALL): fill}))
    return pd.concat(parts, ignore_index=True)
