"""When shipments between sites arrive (docs/world/supply.md), and what is on the way."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from scipy.special import gammaincinv

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.simulation.network import Network
from channelwright.simulation.state import State
from channelwright.simulation.stock.shipment_columns import ARRIVAL, PARENT, SHIPPED, SITE, Moved

_PURPOSE = int(Purpose.LANE_TIME)
_ROW, _MEAN, _VARIANCE, _UNIFORM = range(4)

#: Standard deviation of the days from parent (column) to child (row), and whether a later shipment
#: may arrive before an earlier one: (S, S) each.
Lanes: TypeAlias = tuple[FloatArray, BoolArray]


class Travel:
    """The goods on the way between sites, by the day of their arrival."""

    def __init__(self, network: Network, address: Address, state: State, lead: IntArray) -> None:
        supply = network.market.supply
        self._lead, self._goods = lead, (state.stock, state.transit)
        self._key = address.key
        self._horizon = network.market.calendar.horizon_days
        self._varies = supply is not None and bool(supply.lead_deviation.any())
        if supply is not None:
            self._lanes = supply.lead_deviation.copy(), supply.overtaking.copy()
        self._last = np.zeros(len(network.owner), dtype=np.int64)
        longest = int(network.market.sites.lead_days.max(initial=0))
        self._coming = np.zeros((longest + 2, *state.stock.shape), dtype=np.int64)

    def leave(self, day: int, moved: Moved) -> None:
        """Send shipments on their way; where days vary, those of arrival are written anew."""
        if self._varies:
            self._draw(day, moved[0])
        _leave(moved, self._horizon, self._coming)

    def arrive(self, day: int) -> None:
        """05:00: bring what arrives today to the stock of its site."""
        _arrive(self._coming[day % len(self._coming)], *self._goods)

    def _draw(self, day: int, numbers: IntArray) -> None:
        """Draw the days of travel, gamma by mean and deviation of the lane."""
        block = _varying(day, numbers, self._lead, self._lanes[0], self._key)
        _, mean, variance, uniform = block
        days = np.floor(gammaincinv(mean * mean / variance, uniform) * variance / mean + 0.5)
        latest = _in_line(day, numbers, block, days, self._lanes[1], self._last)
        if latest - day >= len(self._coming):
            self._coming = _longer(self._coming, day, 2 * (latest - day))


def _longer(coming: IntArray, day: int, length: int) -> IntArray:
    """Return what is on the way with room for more days."""
    days = day + np.arange(len(coming))
    result = np.zeros((length, *coming.shape[1:]), dtype=np.int64)
    result[days % length] = coming[days % len(coming)]
    return result


@kernel
def _leave(moved: Moved, horizon: int, coming: IntArray) -> None:
    """Add shipments to what comes (K, S, P) on the days of the horizon."""
    numbers, grids = moved
    for row in range(numbers.shape[1]):
        day, site = numbers[ARRIVAL, row], numbers[SITE, row]
        if day < horizon:
            for product in range(grids.shape[2]):
                coming[day % len(coming), site, product] += grids[SHIPPED, row, product]


@kernel
def _arrive(come: IntArray, stock: IntArray, transit: IntArray) -> None:
    """Move what comes today (S, P) from the way to the stock."""
    for site in range(come.shape[0]):
        for product in range(come.shape[1]):
            units = come[site, product]
            if units != 0:
                transit[site, product] -= units
                stock[site, product] += units
                come[site, product] = 0


@kernel
def _varying(
    day: int,
    numbers: IntArray,
    lead: IntArray,
    deviation: FloatArray,
    key: tuple[np.uint64, np.uint64],
) -> FloatArray:
    """Return row, mean, variance and uniform of the shipments whose travel varies: (4, m)."""
    block, count = np.empty((4, numbers.shape[1])), 0
    for row in range(numbers.shape[1]):
        site = numbers[SITE, row]
        spread = deviation[site, numbers[PARENT, row]]
        if spread > 0 and lead[site] > 0:
            block[_ROW, count], block[_MEAN, count] = row, lead[site]
            block[_VARIANCE, count] = spread * spread
            block[_UNIFORM, count] = uniform_at(site, np.int64(0), key, np.int64(_PURPOSE), day)
            count += 1
    return block[:, :count].copy()


@kernel
def _in_line(
    day: int,
    numbers: IntArray,
    drawn: FloatArray,
    days: FloatArray,
    overtaking: BoolArray,
    last: IntArray,
) -> int:
    """Write the days of arrival, not before an earlier shipment where lanes keep the order.

    Parameters
    ----------
    drawn : as of `_varying`; days : (m,) of travel
    last : (S,) arrival of the last shipment of each site, changed

    Returns
    -------
    the latest day of arrival
    """
    latest: int = day
    for place in range(len(days)):
        numbers[ARRIVAL, int(drawn[_ROW, place])] = day + max(1, int(days[place]))
    for row in range(numbers.shape[1]):
        site = numbers[SITE, row]
        if not overtaking[site, numbers[PARENT, row]]:
            numbers[ARRIVAL, row] = max(numbers[ARRIVAL, row], last[site])
        last[site] = numbers[ARRIVAL, row]
        latest = max(latest, last[site])
    return latest
