"""KPIs of sites that choose where they buy (docs/world/market-wholesalers.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi_rows import ALL, KpiRows

if TYPE_CHECKING:
    import pandas as pd


def supply_kpis(market: Market, design: Design, frames: Mapping[str, pd.DataFrame]) -> KpiRows:
    """Return the KPIs of `supply_cells` by mode of the site and in total; empty without it."""
    moved = frames.get("supply_cells")
    result = KpiRows()
    if moved is None or not len(moved):
        return result
    site, source = moved["site"].to_numpy(), moved["source"].to_numpy()
    moved = moved.assign(
        mode=design.sites.mode[site],
        elsewhere=np.where(design.sites.parent[site] == source, 0, moved["cases"]),
        landed=moved["value"] + moved["freight"],
    )
    by_mode = moved.groupby("mode")[["cases", "elsewhere", "landed"]].sum()
    names = [market.modes.ids[int(row)] for row in by_mode.index]
    sums = dict(zip(names, by_mode.to_numpy(dtype=np.float64), strict=True))
    sums[ALL] = by_mode.to_numpy(dtype=np.float64).sum(axis=0)
    share = {(ALL, mode): part[1] / part[0] for mode, part in sums.items()}
    cost = {(ALL, mode): part[2] / part[0] / TICKS_PER_UNIT for mode, part in sums.items()}
    result.add_values("bought_elsewhere_share", "share", share)
    result.add_values("landed_cost_per_case", "currency/case", cost)
    return result
