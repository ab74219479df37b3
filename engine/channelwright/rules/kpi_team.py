"""KPIs of people: calls per day, utilisation, outlets and pay per person."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi_rows import ALL, KpiRows
from channelwright.tables.sink import Chunk


def team_kpis(market: Market, design: Design, people: Chunk, measured: int) -> KpiRows:
    """Calls per day, utilisation, outlets and pay per person, by mode."""
    result, rep = KpiRows(), people["rep"]
    if not len(rep) or not len(design.reps):
        return result
    months = measured / (365 / 12)
    mode = design.reps.mode[rep]
    available = people["working_days"] * market.roles.field_seconds[design.reps.role[rep]]
    for row, name in [*enumerate(market.modes.ids), (-1, ALL)]:
        chosen = mode == row if row >= 0 else np.ones(len(rep), dtype=bool)
        count = int((design.reps.mode == row).sum()) if row >= 0 else len(design.reps)
        if not count or not chosen.any():
            continue
        served = (design.outlets.rep >= 0) & ((design.outlets.mode == row) | (row < 0))
        days = max(float(people["working_days"][chosen].sum()), 1.0)
        field = people["field_seconds"][chosen].sum() / max(float(available[chosen].sum()), 1.0)
        sold = people["sales"][chosen].sum()
        pay = people["pay"][chosen].sum() / TICKS_PER_UNIT
        for kpi, unit, value in (
            ("people", "people", count),
            ("outlets_per_person", "outlets", served.sum() / count),
            ("calls_per_day", "calls", people["made"][chosen].sum() / days),
            ("sales_per_day", "currency", sold / TICKS_PER_UNIT / days),
            ("field_utilisation", "share", field),
            ("pay_per_month", "currency", pay / count / months),
        ):
            result.add_values(kpi, unit, {(ALL, name): float(value)})
    return result
