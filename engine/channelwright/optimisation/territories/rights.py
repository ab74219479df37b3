"""Rights in a choice of territories: who may sell what to whom, by area, channel and product line.

A site that may sell an outlet nothing is no server of it. One that may sell it some lines only
loses the network what the others would have earned: price to the outlet less production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.rules.sourcing import draft_rights

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.rules.flows import Flows


def rights_costs(
    market: Market, prepared: Design, flows: Flows, rows: IntArray, sites: IntArray
) -> FloatArray | None:
    """Return what missing rights cost: (n, m) currency per week, inf where nothing may be sold.

    Parameters
    ----------
    prepared : Design, whose rights hold
    flows : Flows, expected
    rows : (n,) outlets; sites : (m,) sites

    Returns
    -------
    (n, m) float64, or None where the design names no rights
    """
    selling = prepared.selling
    if selling is None or not len(selling.rights):
        return None
    mode = prepared.outlets.mode[rows]
    margin = prepared.terms.price_outlet[mode] - market.products.production_cost
    weekly = flows.cases[rows] * np.maximum(margin, 0) / TICKS_PER_UNIT
    cost = np.zeros((rows.size, sites.size))
    for column, site in enumerate(sites.tolist()):
        everywhere = np.full((len(market.outlets), 1), site, dtype=np.int64)
        allowed = draft_rights(market, selling, everywhere, prepared.outlets.mode[:, None])
        if allowed is None:
            continue
        may = allowed[rows, 0]
        bought = flows.cases[rows] > 0
        cost[:, column] = np.where(may, 0.0, weekly).sum(axis=1)
        cost[~(may & bought).any(axis=1) & ~may.all(axis=1), column] = np.inf
    return cost
