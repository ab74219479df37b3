"""Market share, where the pack has a catchment with rivals or without; parcels are own sales."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from channelwright.model.market import Market

_ALL = "all"
_THOUSAND = 1_000


def share_kpis(market: Market, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return own sell-out over own and rivals', by area and in total; empty without the table."""
    cells = frames.get("market_cells")
    if cells is None or not len(cells):
        return pd.DataFrame()
    sums = cells.groupby("area")[["own", "rivals"]].sum()
    sums["own"] += _THOUSAND * _parcel_cases(market, frames).reindex(sums.index, fill_value=0.0)
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


def _parcel_cases(market: Market, frames: Mapping[str, pd.DataFrame]) -> pd.Series[float]:
    """Return the cases that consumers got by parcel and kept, by area."""
    cells = frames.get("parcel_cells")
    if cells is None or not len(cells):
        return pd.Series(dtype=float)
    case = market.products.units_per_case[cells["product"].to_numpy()]
    kept = (cells["delivered"] - cells["returned"]) / case
    return kept.groupby(cells["area"]).sum()
