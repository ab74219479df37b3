"""Expected stops until somebody takes the goods (docs/world/delivery.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market


def stops_per_order(market: Market, design: Design, rows: IntArray) -> FloatArray:
    """Return expected stops of an order of some outlets: (n,), 1 where stops never fail.

    (1 - p^n) / (1 - p) with failure probability p and at most n attempts.
    """
    rules, attempts = market.delivery, design.service.attempts
    if rules is None or attempts is None:
        return np.ones(len(rows))
    failure = rules.failure[market.outlets.segment[rows]]
    most = attempts[np.maximum(design.outlets.mode[rows], 0)]
    return np.asarray((1 - failure**most) / (1 - failure))
