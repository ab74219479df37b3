"""What outlets order by the stock policies of their shelves (docs/world/shelves.md)."""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.stock import NO_POLICY
from channelwright.rules.stock_kernels import CASE, POLICY, numbers_of, order_of
from channelwright.rules.stock_levels import StockRules, daily_variance, variance_terms
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


class PolicyCases:
    """Suggests what outlets order where some of their shelves have policies."""

    def __init__(self, network: Network, rules: StockRules) -> None:
        self._numbers = rules.numbers
        self._unit = network.market.products.units_per_case
        self._terms = variance_terms(network.market)

    def suggest(
        self,
        outlet: IntArray,
        days: tuple[FloatArray, FloatArray],
        expected: FloatArray,
        position: IntArray,
        waiting: IntArray,
    ) -> IntArray:
        """Return the cases that outlets want, by policy or up to their cover: (n, P).

        Parameters
        ----------
        days : (n,), (n,) cover, and position in days below which a shelf without policy orders
        position : (n, P) units on the shelf and on order
        waiting : (n, P) units that consumers wait for, which policies count as gone
        """
        blocks = (self._numbers.whole, self._numbers.real)
        return _suggest(*blocks, outlet, days, expected, (position, waiting), self._terms)


@kernel
def _suggest(
    whole: IntArray,
    real: FloatArray,
    rows: IntArray,
    days: tuple[FloatArray, FloatArray],
    expected: FloatArray,
    held: tuple[IntArray, IntArray],
    terms: tuple[BoolArray, FloatArray],
) -> IntArray:
    """Write the cases of every outlet and product; see `PolicyCases.suggest`."""
    cover, reorder = days
    position, waiting = held
    cases = np.zeros(position.shape, dtype=np.int64)
    for place in range(len(rows)):
        row = rows[place]
        plain, wanted = np.int64(0), 0.0
        for product in range(position.shape[1]):
            if whole[POLICY, row, product] == NO_POLICY:
                plain += position[place, product]
                wanted += expected[place, product]
        low = reorder[place] < 0 or plain < reorder[place] * wanted
        for product in range(position.shape[1]):
            mean, case = expected[place, product], whole[CASE, row, product]
            if whole[POLICY, row, product] != NO_POLICY:
                if mean > 0:
                    gone = position[place, product] - waiting[place, product]
                    units = _ordered(whole, real, row, product, mean, terms, gone)
                    cases[place, product] = -(-units // case)
            elif low:
                level = np.int64(math.floor(cover[place] * mean + 0.5))
                gap = level - position[place, product]
                if gap > 0:
                    cases[place, product] = (2 * gap + case) // (2 * case)
    return cases


@kernel
def _ordered(
    whole: IntArray,
    real: FloatArray,
    row: int,
    product: int,
    mean: float,
    terms: tuple[BoolArray, FloatArray],
    position: int,
) -> int:
    """Return the units that the policy of a shelf orders, not yet whole cases."""
    counted, mixed = terms
    variance = (mean if counted[product] else 0.0) + mean * mean * mixed[product]
    found = numbers_of(whole, real, row, product, mean, math.sqrt(variance))
    return order_of(whole[POLICY, row, product], position, *found)
