"""What outlets order by the stock policies of their shelves (docs/world/shelves.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
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


def policy_cases(
    network: Network, rules: StockRules, outlet: IntArray, position: IntArray, expected: FloatArray
) -> IntArray:
    """Return the cases that policies order: (n, P), 0 for products without a policy.

    Parameters
    ----------
    position : (n, P) units on the shelf and on order, less those that consumers wait for
    """
    targets = shelf_targets(network, rules, outlet, expected)
    units = rules.orders(outlet, position, targets)
    return np.where(expected > 0, units // network.market.products.units_per_case, 0)
