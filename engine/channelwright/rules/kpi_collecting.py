"""KPIs of money that is asked for at calls (docs/world/collecting.md)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.market import Market

_ALL = "all"
_HOUR = 3600
#: name, unit, numerator, denominator (None: none), factor
_ROWS = (
    ("collecting_calls", "calls", "calls", None, 1.0),
    ("collecting_call_share", "share", "calls", "made", 1.0),
    ("collecting_success_rate", "share", "given", "calls", 1.0),
    ("collected_at_calls", "currency", "collected", None, 1.0 / TICKS_PER_UNIT),
    ("collected_at_calls_share", "share", "collected", "paid", 1.0),
    ("collected_per_collecting_hour", "currency/h", "collected", "seconds", _HOUR / TICKS_PER_UNIT),
    ("calls_without_order_for_debt", "calls", "calls_no_order", None, 1.0),
)


def collecting_kpis(market: Market, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the KPIs of `collecting_cells` by mode and in total; empty without the table."""
    cells = frames.get("collecting_cells")
    if cells is None or not len(cells):
        return pd.DataFrame()
    by_mode = cells.drop(columns=["period", "area"]).groupby("mode").sum()
    by_mode["given"] = by_mode["calls_paid"] + by_mode["calls_promised"]
    by_mode["made"] = frames["cells"].groupby("mode")["calls_made"].sum()
    by_mode["paid"] = frames["credit_cells"].groupby("mode")["collected"].sum()
    names = [market.modes.ids[int(row)] for row in by_mode.index]
    sums = pd.concat([by_mode, by_mode.sum().to_frame().T]).astype(np.float64)
    parts = []
    for kpi, unit, top, bottom, factor in _ROWS:
        value = sums[top].to_numpy() * factor
        if bottom is not None:
            base = sums[bottom].to_numpy()
            value = np.divide(value, base, out=np.full(len(base), np.nan), where=base > 0)
        parts.append(
            pd.DataFrame(
                {"kpi": kpi, "area": _ALL, "mode": [*names, _ALL], "value": value, "unit": unit}
            )
        )
    return pd.concat(parts, ignore_index=True)
