"""Demand as a function of which outlets a design covers.

docs/world/catchment.md is the exact statement. Huff (1964), "Defining and estimating a
trading area", Journal of Marketing 28(3); McFadden (1974), "Conditional logit analysis".
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.catchment import Catchment, Reach
from channelwright.model.design import Design
from channelwright.model.market import Market


def stated_cases(market: Market) -> FloatArray:
    """Return cases per week of every outlet at its stated rates: (O,)."""
    daily = market.outlets.rate / market.products.units_per_case
    return np.asarray(7 * daily.sum(axis=1))


def catchment_rate(market: Market, design: Design) -> FloatArray:
    """Return demand at factor 1 and multiplier 1 before prices: (O, P) units a day."""
    rate = market.outlets.rate
    if market.catchment is None:
        return rate
    stated = stated_cases(market)
    volume = outlet_cases(market.catchment, design)
    scale = np.divide(volume, stated, out=np.zeros(len(stated)), where=stated > 0)
    return np.asarray(rate * scale[:, None])


def outlet_cases(catchment: Catchment, design: Design) -> FloatArray:
    """Return cases per week that consumers buy at every outlet: (O,), 0 if not covered."""
    reach, mode = catchment.outlets, design.outlets.mode
    weight = np.where(mode[reach.place] >= 0, reach.weight, 0.0)
    bought = _bought(catchment, design)
    flow = weight * bought[reach.consumer]
    return _sums(reach.place, flow, len(mode))


def rival_cases(catchment: Catchment, design: Design) -> FloatArray:
    """Return cases per week that consumers buy at every rival: (R,)."""
    reach = catchment.rivals_reach
    flow = reach.weight * _bought(catchment, design)[reach.consumer]
    return _sums(reach.place, flow, len(catchment.rivals))


def has_rivals(market: Market) -> bool:
    """Return whether consumers can buy from rivals."""
    catchment = market.catchment
    return catchment is not None and bool((catchment.rivals_reach.weight > 0).any())


def rivals_held(market: Market, design: Design) -> Market:
    """Return the market in which rivals do not answer: they sell what they sell beside a design.

    At every consumer place these cases are set aside, and the rest is split among outlets and no
    purchase. In a logit this leaves the outlets of that design what they sell; another design
    gains from neighbours and from no purchase alone.
    """
    catchment = market.catchment
    if catchment is None:
        return market
    reach, places = catchment.rivals_reach, len(catchment.consumers)
    flow = reach.weight * _bought(catchment, design)[reach.consumer]
    left = np.maximum(catchment.consumers.cases - _sums(reach.consumer, flow, places), 0.0)
    nobody = np.zeros(0, dtype=np.int64)
    held = replace(
        catchment,
        consumers=replace(catchment.consumers, cases=left),
        rivals_reach=Reach(nobody, nobody, np.zeros(0)),
    )
    return replace(market, catchment=held)


def _bought(catchment: Catchment, design: Design) -> FloatArray:
    """Return cases per week and unit of weight of every consumer place: (Z,)."""
    places = len(catchment.consumers)
    reach = catchment.outlets
    weight = np.where(design.outlets.mode[reach.place] >= 0, reach.weight, 0.0)
    total = _sums(reach.consumer, weight, places)
    rivals = catchment.rivals_reach
    total = catchment.none + total + _sums(rivals.consumer, rivals.weight, places)
    cases = catchment.consumers.cases
    return np.divide(cases, total, out=np.zeros(places), where=total > 0)


def _sums(rows: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Return sums of values by row number, added in the order in which they stand."""
    return np.bincount(rows, values, minlength=size).astype(np.float64)
