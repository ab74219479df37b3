"""KPIs by product family, of outlets by area and mode and of sites by tier.

They are kept in a table of their own, `family_kpis`: the KPI table has no column for a family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.families import family_names, family_rows
from channelwright.rules.kpi_rows import ALL, Measured, sums_at
from channelwright.tables.sink import Chunk

_YEAR = 365
_TICK = 1.0 / TICKS_PER_UNIT
#: name, unit, meaning, better, numerator, denominator (empty: none), factor
_OUTLETS = (
    ("delivered_cases", "cases", "delivered to outlets", True, "cases_delivered", "", 1.0),
    ("sell_out_units", "units", "sold to consumers", True, "units_sold", "", 1.0),
    ("lost_units", "units", "asked for - sold", False, "units_lost", "", 1.0),
    ("sales_service", "share", "units sold / asked for", True, "units_sold", "units_asked", 1.0),
    (
        "case_fill_rate",
        "share",
        "cases allocated at the first attempt / ordered",
        True,
        "cases_first",
        "cases_attempted",
        1.0,
    ),
    (
        "on_shelf_availability",
        "share",
        "outlet-product-days with stock / all",
        True,
        "stocked_days",
        "product_days",
        1.0,
    ),
    (
        "stock_days_outlets",
        "days",
        "units on shelves in unit-days / units sold",
        False,
        "shelf_units",
        "units_sold",
        1.0,
    ),
    (
        "stock_turns_outlets",
        "per year",
        "365 × units sold / units on shelves in unit-days",
        True,
        "units_sold",
        "shelf_units",
        float(_YEAR),
    ),
    ("online_share", "share", "units sold online / sold", None, "units_online", "units_sold", 1.0),
    ("consumer_sales", "currency", "consumer sales, ex VAT", True, "consumer_value", "", _TICK),
    (
        "outlet_purchases",
        "currency",
        "invoices to outlets and chains, ex VAT: gross revenue",
        True,
        "outlet_value",
        "",
        _TICK,
    ),
    (
        "gross_margin",
        "currency",
        "outlet_purchases - production cost of what was delivered",
        True,
        "margin",
        "",
        _TICK,
    ),
    (
        "gross_margin_share",
        "share",
        "gross_margin / outlet_purchases",
        True,
        "margin",
        "outlet_value",
        1.0,
    ),
    (
        "outlet_margin",
        "currency",
        "consumer_sales - outlet_purchases",
        True,
        "outlet_margin",
        "",
        _TICK,
    ),
)
#: Of parcels, by area and family; numerator, denominator, factor.
_PARCELS = (
    ("parcel_cases", "cases", "delivered to consumers", True, "cases", "", 1.0),
    ("parcel_sales", "currency", "goods kept by consumers, ex VAT", True, "sales", "", _TICK),
    (
        "parcel_margin",
        "currency",
        "parcel_sales - production cost of what was kept",
        True,
        "margin",
        "",
        _TICK,
    ),
    ("parcel_lost_rate", "share", "units given up / ordered", False, "lost", "asked", 1.0),
    (
        "parcel_return_rate",
        "share",
        "units sent back / delivered",
        False,
        "returned",
        "delivered",
        1.0,
    ),
)
_SITES = (
    ("fill_rate", "share", "cases served when first asked for / asked for", True),
    ("stock_days", "days", "stock in case-days / cases out", False),
    ("stock_turns", "per year", "365 × cases out / stock in case-days", True),
    ("stock_outs", "share", "product-days with less than a case at 24:00 / all", False),
)
_PARTS = {
    "fill_rate": ("cases_first", "cases_asked", 1.0),
    "stock_days": ("stock_case_days", "cases_out", 1.0),
    "stock_turns": ("cases_out", "stock_case_days", float(_YEAR)),
    "stock_outs": ("empty_days", "product_days", 1.0),
}
#: name -> unit, meaning, whether more is better: every KPI that a family has.
FAMILY_KPIS: dict[str, tuple[str, str, bool | None]] = {
    name: (unit, meaning, better) for name, unit, meaning, better, *_ in (*_OUTLETS, *_PARCELS)
} | {
    f"{name}_{kind}": (unit, f"{meaning}, at sites of this kind", better)
    for name, unit, meaning, better in _SITES
    for kind in SITE_KINDS
    if kind != "plant"
}


def family_kpis(market: Market, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return the KPIs of every product family of one replication.

    Parameters
    ----------
    tables : KPI tables by name; without `family_cells` nothing is returned

    Returns
    -------
    DataFrame with columns kpi, area, mode, family, value, unit; ``all`` marks a total, KPIs of
    sites have only totals; a quotient without a denominator is left out
    """
    columns = ["kpi", "area", "mode", "family", "value", "unit"]
    if "family_cells" not in tables:
        return pd.DataFrame(columns=columns)
    parts = [
        *_outlet_kpis(market, _measured(tables["family_cells"])),
        *_site_kpis(market, _measured(tables["tier_cells"])),
        *_parcel_kpis(market, tables),
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table[np.isfinite(table["value"])].reset_index(drop=True)


def tier_fill_rates(frames: Measured) -> dict[str, float]:
    """Return the fill rate of every kind of site: kind -> share, those that nobody asks left out.

    Parameters
    ----------
    frames : KPI tables of the measured periods
    """
    if "tier_cells" not in frames:
        return {}
    cells, kinds = frames.columns("tier_cells"), len(SITE_KINDS)
    first = sums_at(cells["kind"], cells["cases_first"], kinds)
    asked = sums_at(cells["kind"], cells["cases_asked"], kinds)
    return {
        name: float(first[kind]) / float(asked[kind])
        for kind, name in enumerate(SITE_KINDS)
        if asked[kind] > 0 and name != "plant"
    }


def _measured(chunk: Chunk) -> pd.DataFrame:
    cells = pd.DataFrame(chunk)
    return cells[cells["period"] >= 0].drop(columns="period")


def _outlet_kpis(market: Market, cells: pd.DataFrame) -> list[pd.DataFrame]:
    cells = cells.assign(
        units_lost=cells["units_asked"] - cells["units_sold"],
        margin=cells["outlet_value"] - cells["production_value"],
        outlet_margin=cells["consumer_value"] - cells["outlet_value"],
    )
    sums = pd.concat(
        [_grouped(cells, area=area, mode=mode) for area in (True, False) for mode in (True, False)],
        ignore_index=True,
    )
    names = {
        "area": np.array([*market.areas.ids, ALL]),
        "mode": np.array([*market.modes.ids, ALL]),
        "family": np.array(family_names(market.products)),
    }
    keys = {name: known[sums[name].to_numpy()] for name, known in names.items()}
    parts = []
    for kpi, unit, _, _, top, bottom, factor in _OUTLETS:
        value = sums[top].to_numpy(dtype=np.float64) * factor
        value = value if not bottom else _quotient(value, sums[bottom].to_numpy(dtype=np.float64))
        parts.append(pd.DataFrame({"kpi": kpi, **keys, "value": value, "unit": unit}))
    return parts


def _grouped(cells: pd.DataFrame, *, area: bool, mode: bool) -> pd.DataFrame:
    """Return sums by family, by area and mode or over all of them (row -1: the last name)."""
    part = cells.copy()
    if not area:
        part["area"] = -1
    if not mode:
        part["mode"] = -1
    return part.groupby(["area", "mode", "family"], as_index=False).sum()


def _parcel_kpis(market: Market, tables: Mapping[str, Chunk]) -> Iterator[pd.DataFrame]:
    """Yield the KPIs of parcels by family, by area and over all of them."""
    if "parcel_cells" not in tables:
        return
    cells = _measured(tables["parcel_cells"])
    product = cells.pop("product").to_numpy()
    kept = (cells["delivered"] - cells["returned"]).to_numpy()
    sales = cells["value"] - cells["refunded"]
    case, cost = market.products.units_per_case, market.products.production_cost
    cells = cells.assign(
        family=family_rows(market.products)[product],
        mode=-1,
        cases=cells["delivered"] / case[product],
        sales=sales,
        margin=sales - kept / case[product] * cost[product],
    )
    names, areas = np.array(family_names(market.products)), np.array([*market.areas.ids, ALL])
    for by_area in (True, False):
        sums = _grouped(cells, area=by_area, mode=False)
        keys = {"area": areas[sums["area"].to_numpy()], "mode": ALL}
        keys["family"] = names[sums["family"].to_numpy()]
        for kpi, unit, _, _, top, bottom, factor in _PARCELS:
            value = sums[top].to_numpy(dtype=np.float64) * factor
            if bottom:
                value = _quotient(value, sums[bottom].to_numpy(dtype=np.float64))
            yield pd.DataFrame({"kpi": kpi, **keys, "value": value, "unit": unit})


def _site_kpis(market: Market, cells: pd.DataFrame) -> list[pd.DataFrame]:
    sums = cells.drop(columns=["area", "mode"]).groupby(["kind", "family"], as_index=False).sum()
    families = np.array(family_names(market.products))
    parts = []
    for row, kind in enumerate(SITE_KINDS):
        mine = sums[sums["kind"] == row]
        if kind == "plant" or not len(mine):
            continue
        keys = {"area": ALL, "mode": ALL, "family": families[mine["family"].to_numpy()]}
        for kpi, unit, *_ in _SITES:
            top, bottom, factor = _PARTS[kpi]
            value = mine[top].to_numpy(dtype=np.float64) * factor
            value = _quotient(value, mine[bottom].to_numpy(dtype=np.float64))
            name = f"{kpi}_{kind}"
            parts.append(pd.DataFrame({"kpi": name, **keys, "value": value, "unit": unit}))
    return parts


def _quotient(top: FloatArray, bottom: FloatArray) -> FloatArray:
    nothing = np.full(len(bottom), np.nan)
    return np.asarray(np.divide(top, bottom, out=nothing, where=bottom > 0))
