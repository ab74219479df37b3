"""Counts that follow from market and design alone."""

from __future__ import annotations

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import Market


def universe_counts(market: Market) -> tuple[dict[str, float], dict[str, float]]:
    """Return outlets and category cases per week of the universe, by area and ``all``."""
    areas = len(market.areas)
    count = np.bincount(market.outlets.area, minlength=areas).astype(np.float64)
    weight = np.bincount(market.outlets.area, market.outlets.category_cases, minlength=areas)
    count += market.areas.universe_outlets.sum(axis=1)
    weight += (market.areas.universe_outlets * market.areas.universe_cases).sum(axis=1)
    outlets = dict(zip(market.areas.ids, count.tolist(), strict=True))
    volume = dict(zip(market.areas.ids, weight.tolist(), strict=True))
    return outlets | {"all": float(count.sum())}, volume | {"all": float(weight.sum())}


def account_counts(market: Market, design: Design) -> dict[int, float]:
    """Return accounts (bill-to of the manufacturer) per mode.

    An outlet (or its chain) served from an own site is an account; so is an open
    independent site that buys from an own site.
    """
    plan, sites = design.outlets, design.sites
    result = dict.fromkeys(range(len(market.modes)), 0.0)
    direct = (plan.mode >= 0) & ~market.sites.independent[np.maximum(plan.site, 0)]
    chain = market.outlets.chain
    account = np.where(chain >= 0, len(chain) + chain, np.arange(len(chain)))
    for mode in np.unique(plan.mode[direct]).tolist():
        result[mode] += float(np.unique(account[direct & (plan.mode == mode)]).size)
    parent = np.maximum(sites.parent, 0)
    own_parent = (sites.parent >= 0) & ~market.sites.independent[parent]
    houses = sites.open & market.sites.independent & own_parent & (sites.mode >= 0)
    for mode in sites.mode[houses].tolist():
        result[mode] += 1.0
    return result
