"""Market share, where the pack has a catchment with rivals or without."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from channelwright.model.market import Market

_ALL = "all"


def share_kpis(market: Market, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return own sell-out over own and rivals', by area and in total; empty without the table."""
    cells = frames.get("market_cells")
    if cells is None or not len(cells):
        return pd.DataFrame()
    sums = cells.groupby("area")[["own", "rivals"]].sum()
    sums.index = pd.Index([market.areas.ids[row] for row in sums.index])
    sums.loc[_ALL] = sums.sum()
    sums = sums[sums["own"] + sums["rivals"] > 0]
    share = sums["own"] / (sums["own"] + sums["rivals"])
    return pd.DataFrame(
        {
            "kpi": "market_share",
            "area": share.index,
            "mode": _ALL,
            "value": share.to_numpy(dtype=float),
            "unit": "share",
        }
    )
