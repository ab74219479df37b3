"""KPIs of stock and ordering: bullwhip, stock-outs, turns, sell-in against sell-through."""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.kpi_rows import KpiRows, Measured, sums_at
from channelwright.rules.suppliers import from_own_sites
from channelwright.tables.sink import Chunk

_YEAR = 365
THOUSANDTHS, HUNDREDTHS = 1_000, 100


def stock_kpis(market: Market, design: Design, frames: Measured, days: int) -> KpiRows:
    """Return the KPIs of `stock_cells`; empty without the table.

    Parameters
    ----------
    frames : KPI tables of the measured periods
    days : int, days measured
    """
    result = KpiRows()
    if "stock_cells" not in frames or not len(frames.columns("stock_cells")["site"]):
        return result
    sums, plain = (_by_site(market, frames.columns(name)) for name in ("stock_cells", "site_cells"))
    values: dict[str, tuple[str, float]] = {}
    for number, kind in enumerate(SITE_KINDS):
        if kind != "plant":
            mine = market.sites.kind == number
            values |= _of_kind(kind, _rows(sums, mine), _rows(plain, mine), days)
    values["bullwhip_outlets"] = "", _of_outlets(frames.columns("outlet_cells"), days)
    values["bullwhip_total"] = "", _of_the_channel(frames.columns("flow_cells"), days)
    values |= _selling_in(market, design, frames, sums, plain)
    for name, (unit, value) in values.items():
        if np.isfinite(value):
            result.add_total(name, unit, value)
    return result


def _by_site(market: Market, cells: Chunk) -> Chunk:
    """Return the sums of all columns over the periods: (S,) each."""
    names = [name for name in cells if name not in ("period", "site")]
    return {name: sums_at(cells["site"], cells[name], len(market.sites)) for name in names}


def _rows(columns: Chunk, chosen: BoolArray) -> Chunk:
    return {name: column[chosen] for name, column in columns.items()}


def _of_kind(kind: str, sums: Chunk, plain: Chunk, days: int) -> dict[str, tuple[str, float]]:
    above, below = _variances(sums, "ordered", days), _variances(sums, "asked", days)
    held, out = float(plain["stock_case_days"].sum()), float(plain["cases_out"].sum())
    watched = float(sums["product_days"].sum())
    return {
        f"bullwhip_{kind}": ("", _quotient(float(above.sum()), float(below.sum()))),
        f"stock_turns_{kind}": ("per year", _quotient(out * _YEAR, held)),
        f"stock_outs_{kind}": ("share", _quotient(float(sums["empty_days"].sum()), watched)),
    }


def _variances(sums: Chunk, name: str, days: int) -> FloatArray:
    """Return the variance of a day's cases of every site: (n,)."""
    mean = sums[name] / days
    return np.asarray(sums[f"{name}_squared"] / days - mean * mean)


def _of_outlets(cells: Chunk, days: int) -> float:
    """Return the bullwhip ratio of outlets: orders over what consumers ask for."""
    columns = {
        "ordered": cells["cases_ordered"],
        "ordered_squared": cells["ordered_squared"],
        "asked": cells["asked"] / THOUSANDTHS,
        "asked_squared": cells["asked_squared"] / THOUSANDTHS**2,
    }
    above, below = (_variances(columns, name, days).sum() for name in ("ordered", "asked"))
    return _quotient(float(above), float(below))


def _of_the_channel(cells: Chunk, days: int) -> float:
    """Return the bullwhip ratio from consumers to plants, all sites and outlets together."""
    total = {name: np.array([math.fsum(cells[name])]) for name in cells}
    above, below = (float(_variances(total, name, days)[0]) for name in ("ordered", "asked"))
    return _quotient(above * HUNDREDTHS**2, below)


def _selling_in(
    market: Market, design: Design, frames: Measured, sums: Chunk, plain: Chunk
) -> dict[str, tuple[str, float]]:
    cells, moved = frames.columns("cells"), frames.get("supply_cells")
    buyers = market.sites.independent

    def from_own(total: IntArray, column: str) -> float:
        whole = total.astype(np.float64)
        return float(from_own_sites(design, ~buyers, whole, moved, column)[buyers].sum())

    bought = from_own(plain["cases_in"], "cases")
    late = from_own(sums["bought_late"], "cases_late")
    direct, direct_late = float(sums["direct"].sum()), float(sums["direct_late"].sum())
    through = float(cells["cases_delivered"].sum()) - float(cells["cases_direct"].sum())
    units = float(cells["units_sold"].sum())
    # Where nobody stands between the manufacturer and outlets there is no such difference.
    between = bool((design.sites.open & buyers).any())
    return {
        "sell_in_minus_through": ("cases", bought - through if between else float("nan")),
        "sell_in_late_share": ("share", _quotient(late + direct_late, bought + direct)),
        "stock_days_outlets": ("days", _quotient(float(cells["shelf_units"].sum()), units)),
    }


def _quotient(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("nan")
