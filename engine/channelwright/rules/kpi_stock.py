"""KPIs of stock and ordering: bullwhip, stock-outs, turns, sell-in against sell-through."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from channelwright.foundation.units import FloatArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.suppliers import from_own_sites

_ALL = "all"
_YEAR = 365


def stock_kpis(
    market: Market, design: Design, frames: Mapping[str, pd.DataFrame], days: int
) -> pd.DataFrame:
    """Return the KPIs of `stock_cells`; empty without the table.

    Parameters
    ----------
    frames : KPI tables of the measured periods
    days : int, days measured
    """
    cells = frames.get("stock_cells")
    if cells is None or not len(cells):
        return pd.DataFrame()
    site = np.arange(len(market.sites))
    sums = cells.groupby("site").sum().reindex(site, fill_value=0)
    plain = frames["site_cells"].groupby("site").sum().reindex(site, fill_value=0)
    values: dict[str, tuple[str, float]] = {}
    for number, kind in enumerate(SITE_KINDS):
        if kind != "plant":
            mine = market.sites.kind == number
            values |= _of_kind(kind, sums[mine], plain[mine], days)
    values |= _selling_in(market, design, frames, sums, plain)
    known = [(name, *pair) for name, pair in values.items() if np.isfinite(pair[1])]
    return pd.DataFrame(
        {
            "kpi": [row[0] for row in known],
            "area": _ALL,
            "mode": _ALL,
            "value": np.array([row[2] for row in known], dtype=np.float64),
            "unit": [row[1] for row in known],
        }
    )


def _of_kind(
    kind: str, sums: pd.DataFrame, plain: pd.DataFrame, days: int
) -> dict[str, tuple[str, float]]:
    above, below = _variances(sums, "ordered", days), _variances(sums, "asked", days)
    held, out = float(plain["stock_case_days"].sum()), float(plain["cases_out"].sum())
    watched = float(sums["product_days"].sum())
    return {
        f"bullwhip_{kind}": ("", _quotient(float(above.sum()), float(below.sum()))),
        f"stock_turns_{kind}": ("per year", _quotient(out * _YEAR, held)),
        f"stock_outs_{kind}": ("share", _quotient(float(sums["empty_days"].sum()), watched)),
    }


def _variances(sums: pd.DataFrame, name: str, days: int) -> FloatArray:
    """Return the variance of a day's cases of every site: (n,)."""
    mean = sums[name].to_numpy(dtype=np.float64) / days
    return np.asarray(sums[f"{name}_squared"].to_numpy(dtype=np.float64) / days - mean * mean)


def _selling_in(
    market: Market,
    design: Design,
    frames: Mapping[str, pd.DataFrame],
    sums: pd.DataFrame,
    plain: pd.DataFrame,
) -> dict[str, tuple[str, float]]:
    cells, moved, buyers = frames["cells"], frames.get("supply_cells"), market.sites.independent

    def from_own(total: pd.Series, column: str) -> float:
        whole = total.to_numpy(dtype=np.float64)
        return float(from_own_sites(design, ~buyers, whole, moved, column)[buyers].sum())

    bought = from_own(plain["cases_in"], "cases")
    late = from_own(sums["bought_late"], "cases_late")
    direct, direct_late = float(sums["direct"].sum()), float(sums["direct_late"].sum())
    through = float(cells["cases_delivered"].sum()) - float(cells["cases_direct"].sum())
    units = float(cells["units_sold"].sum())
    return {
        "sell_in_minus_through": ("cases", bought - through),
        "sell_in_late_share": ("share", _quotient(late + direct_late, bought + direct)),
        "stock_days_outlets": ("days", _quotient(float(cells["shelf_units"].sum()), units)),
    }


def _quotient(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("nan")
