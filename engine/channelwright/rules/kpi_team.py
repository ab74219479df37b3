"""KPIs of people: calls per day, utilisation, outlets and pay per person."""

from __future__ import annotations

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi_rows import ALL, rows


def team_kpis(market: Market, design: Design, people: pd.DataFrame, measured: int) -> pd.DataFrame:
    """Calls per day, utilisation, outlets and pay per person, by mode."""
    if not len(people) or not len(design.reps):
        return pd.DataFrame()
    months = measured / (365 / 12)
    mode = design.reps.mode[people["rep"].to_numpy()]
    field = market.roles.field_seconds[design.reps.role[people["rep"].to_numpy()]]
    available = people["working_days"] * field
    parts = []
    for row, name in [*enumerate(market.modes.ids), (-1, ALL)]:
        chosen = mode == row if row >= 0 else np.ones(len(people), dtype=bool)
        count = int((design.reps.mode == row).sum()) if row >= 0 else len(design.reps)
        mine = people[chosen]
        if not count or not len(mine):
            continue
        served = (design.outlets.rep >= 0) & ((design.outlets.mode == row) | (row < 0))
        key = (ALL, name)
        days = float(mine["working_days"].sum())
        pay = mine["pay"].sum() / TICKS_PER_UNIT
        parts += [
            rows("people", "people", {key: count}),
            rows("outlets_per_person", "outlets", {key: served.sum() / count}),
            rows("calls_per_day", "calls", {key: mine["made"].sum() / max(days, 1.0)}),
            rows(
                "field_utilisation",
                "share",
                {key: mine["field_seconds"].sum() / max(float(available[chosen].sum()), 1.0)},
            ),
            rows("pay_per_month", "currency", {key: pay / count / months}),
        ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
