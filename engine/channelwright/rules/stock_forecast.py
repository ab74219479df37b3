"""Expected stock of sites under their policies."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.flows import mean_factor
from channelwright.rules.offers import base_rate
from channelwright.rules.parcels import site_demand
from channelwright.rules.stock_levels import daily_variance, site_rules

_PLANT = SITE_KINDS.index("plant")


def expected_stock(market: Market, design: Design, demand: FloatArray) -> FloatArray:
    """Return the mean stock on hand of every site: (S, P) cases; plants hold none.

    Without policies the safety days and half a review period of demand; with policies the mean
    position of each less the demand of the lead time.

    Parameters
    ----------
    demand : (S, P) float64, cases a day that every site ships
    """
    plan = design.sites
    stocking = (market.sites.kind != _PLANT)[:, None]
    if design.stock is None or design.stock.sites is None:
        hold = plan.safety_days + plan.review_days / 2
        return np.asarray(np.where(stocking, demand * hold[:, None], 0.0))
    case = market.products.units_per_case
    rules = site_rules(market, design, lead_days(market, design))
    hold = rules.mean_stock(demand * case, np.sqrt(site_variance(market, design)))
    supplied = stocking & (plan.open & (plan.parent >= 0))[:, None]
    return np.asarray(np.where(supplied, hold / case, 0.0))


def lead_days(market: Market, design: Design) -> IntArray:
    """Return the days from the parent to every site, 0 without one: (S,)."""
    parent = design.sites.parent
    lead = market.sites.lead_days[np.arange(len(parent)), np.maximum(parent, 0)]
    return np.where(parent >= 0, np.maximum(lead, 0), 0)


def site_variance(market: Market, design: Design) -> FloatArray:
    """Return the variance of a day's consumer demand behind every site: (S, P) units^2.

    Orders in cases and on order days are lumpier, so safety stock is understated a little.
    """
    covered = np.flatnonzero(design.outlets.mode >= 0)
    units = base_rate(market, design)[covered] * mean_factor(market)
    variance = np.zeros((len(market.sites), len(market.products)))
    np.add.at(variance, design.outlets.site[covered], daily_variance(market, units))
    parcels = site_demand(market, design, mean_factor(market))
    if parcels is not None:
        variance += parcels[1]
    parent = design.sites.parent
    total = variance.copy()
    for site in range(len(parent)):
        above, steps = int(parent[site]), 0
        while above >= 0 and steps <= len(parent):
            total[above] += variance[site]
            above, steps = int(parent[above]), steps + 1
    return total
