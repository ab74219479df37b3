"""What outlets order by the stock policies of their shelves (docs/world/shelves.md)."""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.rules.stock_kernels import CASE, POLICY, numbers_of, order_of
from channelwright.rules.stock_levels import StockRules, daily_variance
from channelwright.rules.stock_policies import Targets
from channelwright.simulation.network import Network


def shelf_targets(
    network: Network, rules: StockRules, outlet: IntArray, expected: FloatArray
) -> Targets:
    """Return the numbers of some shelves for their expected demand: (n, P) each."""
    deviation = np.sqrt(daily_variance(network.market, expected))
    return rules.targets(outlet, expected, deviation)


def opening_levels(
    network: Network, outlet: IntArray, level: FloatArray, expected: FloatArray
) -> FloatArray:
    """Return levels (n, P) of the opening shelf, those of policies where there are some."""
    rules = network.shelves
    if rules is None:
        return level
    found = shelf_targets(network, rules, outlet, expected).level
    ruled = np.where(expected > 0, found, 0).astype(np.float64)
    return np.where(rules.policy[outlet] >= 0, ruled, level)


@kernel
def ordered_cases(
    whole: IntArray,
    real: FloatArray,
    row: int,
    product: int,
    mean: float,
    terms: tuple[BoolArray, FloatArray],
    position: int,
) -> int:
    """Return the cases that the policy of a shelf orders.

    Parameters
    ----------
    mean : units a day; terms : as of `variance_terms`
    position : units on the shelf and on order, less those that consumers wait for
    """
    counted, mixed = terms
    variance = (mean if counted[product] else 0.0) + mean * mean * mixed[product]
    found = numbers_of(whole, real, row, product, mean, math.sqrt(variance))
    units = order_of(whole[POLICY, row, product], position, *found)
    cases: int = -(-units // whole[CASE, row, product])
    return cases
