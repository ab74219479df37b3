"""Which sites replenish in which order, and how long their goods travel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from channelwright.foundation.errors import ChannelwrightError
from channelwright.foundation.units import IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.suppliers import sources_above


def supply_lanes(market: Market, design: Design) -> tuple[tuple[IntArray, ...], IntArray]:
    """Return the tiers of sites that replenish and the days from every site's parent: (S,).

    Raises
    ------
    ChannelwrightError
        If a lane is missing.
    """
    parent, open_sites = design.sites.parent, design.sites.open
    lead = np.zeros(len(parent), dtype=np.int64)
    depth = np.zeros(len(parent), dtype=np.int64)
    for site in np.flatnonzero(open_sites & (parent >= 0)):
        days = int(market.sites.lead_days[site, parent[site]])
        if days < 0:
            ids = market.sites.ids
            message = f"no lane from {ids[parent[site]]} to {ids[site]}; add it to lanes"
            raise ChannelwrightError(message)
        lead[site] = days
    above = sources_above(design)
    for row in np.flatnonzero(open_sites & (parent >= 0)).tolist():
        depth[row] = _depth(above, row)
    tiers = [np.flatnonzero(depth == steps) for steps in range(int(depth.max(initial=0)), 0, -1)]
    return tuple(tiers), lead


def _depth(above: Mapping[int, Sequence[int]], site: int) -> int:
    """Return the lanes on the longest way to a plant."""
    return max((1 + _depth(above, source) for source in above.get(site, ())), default=0)
