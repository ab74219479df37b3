"""The demand multiplier of execution in the long run.

docs/world/execution.md is the exact statement.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import FloatArray
from channelwright.model.market import Market
from channelwright.rules import behaviour


def long_run_multiplier(
    market: Market, lift: FloatArray, orders: FloatArray, chances: FloatArray
) -> FloatArray:
    """Return mean demand over that at multiplier 1 and full range, when orders come steadily.

    Parameters
    ----------
    lift : (n,) share of missing execution that an order restores
    orders, chances : (n,) orders and chances to order per week
    """
    execution = market.execution
    long_run = behaviour.long_run_execution
    if execution is None:
        return behaviour.multiplier(market, long_run(market, lift, orders))
    level = np.ones(len(lift))
    parts = execution.parts
    for row in range(len(parts)):
        gain = np.minimum(1.0, lift * parts.lift[row])
        share = long_run(market, gain, orders, float(parts.half_life[row]))
        level = level * (parts.low[row] + (parts.high[row] - parts.low[row]) * share)
    if execution.range is not None:
        gain = np.minimum(1.0, lift * execution.range.gain)
        level = level * long_run(market, gain, chances, execution.range.half_life)
    return np.asarray(level)
