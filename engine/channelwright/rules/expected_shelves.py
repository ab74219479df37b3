"""What shelves with stock policies are expected to order and to serve (docs/world/shelves.md).

A policy that fills up at every chance orders what was sold since; one with a reorder point waits
until its batch is sold, and what lies at the point has to last until the next delivery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import REORDER_QUANTITY, REORDER_UP_TO
from channelwright.rules.availability import availability
from channelwright.rules.shelf_levels import shelf_rules
from channelwright.rules.stock_levels import StockRules, daily_variance

_SMALL = 1e-6


@dataclass(frozen=True)
class ShelfChances:
    """When outlets can order (O,) each: times a week, chance that one becomes an order, days.

    Attributes
    ----------
    visits : calls or order days a week
    chance : probability that an order can be made at one
    lead : days from the order to the shelf
    """

    visits: FloatArray
    chance: FloatArray
    lead: FloatArray


class PolicyShelves:
    """Shelves of a design that have policies."""

    def __init__(self, market: Market, rules: StockRules) -> None:
        self._market, self._rules = market, rules
        self._waits = np.isin(rules.policy, (REORDER_UP_TO, REORDER_QUANTITY))
        self.ruled: BoolArray = rules.policy >= 0

    def served(self, daily: FloatArray, chances: ShelfChances) -> FloatArray:
        """Return the share of a day's units that policies serve: (O, P)."""
        mean = np.maximum(daily, _SMALL)
        waits, point, batch = self._numbers(daily, chances)
        interval = (7 / np.maximum(chances.visits, 1e-3))[:, None]
        chance = np.maximum(chances.chance, 0.05)[:, None]
        cycle = np.maximum(batch / mean, interval / chance)
        # A point is reached between two chances: the next one comes half a step later, and those
        # that fail are added. The days before it cost nothing.
        late = interval * (1 / chance - 0.5)
        cover = point / mean + np.where(waits, cycle - late, 0.0)
        step = np.where(waits, cycle, interval)
        often = np.where(waits, 1.0, chance)
        return availability(self._market, mean, cover, step, often, chances.lead)

    def orders(self, daily: FloatArray, chances: ShelfChances) -> FloatArray:
        """Return how many times a week each product is ordered: (O, P), 0 without a policy."""
        _, _, batch = self._numbers(daily, chances)
        most = (chances.visits * chances.chance)[:, None]
        return np.where(self.ruled, np.minimum(most, 7 * daily / batch), 0.0)

    def _numbers(
        self, daily: FloatArray, chances: ShelfChances
    ) -> tuple[BoolArray, FloatArray, FloatArray]:
        """Return whether a point is waited for, point or level, units of an order: (O, P) each."""
        targets = self._rules.all_targets(daily, np.sqrt(daily_variance(self._market, daily)))
        case = self._market.products.units_per_case.astype(np.float64)
        between = 7 / np.maximum(chances.visits * chances.chance, 1e-3)
        sold = daily * between[:, None]
        # Who fills up by whole cases and sells less between chances waits for one as for a batch.
        slow = ~self._waits & (sold < case)
        gap = np.maximum(np.where(slow, case, targets.level - targets.reorder), case)
        # Orders are rounded up: on average half a case more than was wanted.
        level = targets.level + (case - 1) / 2
        waits = self._waits | slow
        point = np.where(slow, targets.level - 1.0, targets.reorder)
        return waits, np.where(waits, point, level), np.where(waits, gap, sold)


def policy_shelves(market: Market, design: Design, cover: FloatArray) -> PolicyShelves | None:
    """Return the shelves of a design that have policies, None without any.

    Parameters
    ----------
    cover : (O,) float64, days of demand that the mode's shelves cover
    """
    rules = shelf_rules(market, design, cover)
    return None if rules is None else PolicyShelves(market, rules)


def union(orders: FloatArray, other: FloatArray, most: FloatArray) -> FloatArray:
    """Return how many orders a week hold any product, were products independent: (O,).

    Parameters
    ----------
    orders : (O, P) by product; other : (O,) of the products without policies
    most : (O,) orders that can be made
    """
    whole = np.maximum(most, 1e-9)
    none = (1 - np.minimum(1.0, orders / whole[:, None])).prod(axis=1)
    return np.asarray(most * (1 - none * (1 - np.minimum(1.0, other / whole))))
