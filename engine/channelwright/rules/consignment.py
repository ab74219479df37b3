"""Which outlets hold goods on consignment (docs/world/consignment.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.holders import holder_of


def settle_days(market: Market, design: Design) -> IntArray:
    """Return the days between settlements of each outlet, 0 = not on consignment: (O,)."""
    plan = design.outlets
    if design.goods is None or design.goods.consignment is None:
        return np.zeros(len(plan.mode), dtype=np.int64)
    days = design.goods.consignment.settle_days
    mine = days[holder_of(market, design, days >= 0)]
    single = (plan.options[:, 1:] < 0).all(axis=1)
    return np.where((plan.mode >= 0) & single, np.maximum(mine, 0), 0)
