"""What plants with a limited capacity let through (docs/world/supply.md).

In the long run no more is sold than is made: a fluid that fills every period's capacity.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.expected_money import site_demand
from channelwright.rules.flows import Flows


def within_capacity(market: Market, design: Design, flows: Flows) -> Flows:
    """Return the flows that plants can supply: all products of a plant's outlets in the same part.

    What lies at sites at the start is used up; parcels count as demand and are not cut.
    """
    if market.supply is None or not (market.supply.capacity >= 0).any():
        return flows
    limit = market.supply.capacity / market.products.units_per_case
    limit = limit / market.supply.capacity_days[:, None]
    below = site_demand(market, design, flows) - _direct(market, design, flows)
    share = np.divide(limit, below, out=np.ones_like(below), where=below > 0)
    share = np.where(market.supply.capacity >= 0, np.minimum(1.0, share), 1.0)
    top = _plants(design.sites.parent)
    # What a plant gives to its own outlets is not limited.
    own = np.arange(len(top)) == top
    share = np.where(own[:, None], 1.0, share[top])
    covered = np.flatnonzero(design.outlets.mode >= 0)
    cases, before = flows.cases.copy(), flows.cases.sum(axis=1)
    cases[covered] *= share[design.outlets.site[covered]]
    part = np.divide(cases.sum(axis=1), before, out=np.ones_like(before), where=before > 0)
    return replace(flows, cases=cases, online_units=flows.online_units * part)


def _plants(parent: IntArray) -> IntArray:
    """Return the topmost site above each one, itself where it has no parent: (S,)."""
    top = np.arange(len(parent))
    for _ in range(len(parent)):
        above = parent[top]
        top = np.where(above >= 0, above, top)
    return top


def _direct(market: Market, design: Design, flows: Flows) -> FloatArray:
    """Return cases a day to the outlets of each site: (S, P)."""
    covered = np.flatnonzero(design.outlets.mode >= 0)
    found = np.zeros((len(market.sites), len(market.products)))
    np.add.at(found, design.outlets.site[covered], flows.cases[covered] / 7)
    return found
