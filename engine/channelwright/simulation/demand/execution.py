"""Execution in full: parts and range of every outlet (docs/world/execution.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.execution import Execution
from channelwright.simulation.demand.expecting import Shown
from channelwright.simulation.network import Network

_GAIN = int(Purpose.RANGE_GAIN)


class Shops:
    """What outlets show and list.

    Attributes
    ----------
    parts : (C, O) float64, display, cold space and price compliance
    low, width : (C,) float64, demand multiplier without a part, and what the full part adds to it
    lift : (C,) float64, share of what is missing that an order restores, over that of the mode
    listed : (O, P) bool, or None: everything
    gain : float, chance that an order day lists a missing product, over the lift of the mode
    """

    def __init__(self, network: Network, address: Address, execution: Execution) -> None:
        self._network = network
        self._address = address
        self._execution = execution
        outlets, products = network.rate.shape
        opening = execution.parts.opening
        self.parts = np.repeat(opening[:, None], outlets, axis=1)
        table = execution.parts
        self.low, self.width, self.lift = (
            table.low.copy(),
            table.high - table.low,
            table.lift.copy(),
        )
        self.gain = 0.0 if execution.range is None else execution.range.gain
        self._left = 2.0 ** (-1.0 / execution.parts.half_life)
        self.listed: BoolArray | None = None
        if execution.range is not None:
            self.listed = np.zeros((outlets, products), dtype=bool)
            drawn = address.grid(Purpose.RANGE_OPENING, 0, network.covered, products)
            self.listed[network.covered] = drawn < execution.range.opening

    def night(self, day: int) -> FloatArray:
        """Lose what a night costs; return the mean of the parts: (O,)."""
        if self.listed is not None and self._execution.range is not None:
            rows = self._network.covered
            drawn = self._address.grid(Purpose.RANGE_LOSS, day, rows, self.listed.shape[1])
            _lose(self.listed, rows, drawn, 1 - 2.0 ** (-1.0 / self._execution.range.half_life))
        return _fade(self.parts, self._left)


@kernel
def _lose(listed: BoolArray, rows: IntArray, drawn: FloatArray, chance: float) -> None:
    """Drop what some outlets list (O, P) where a number (n, P) is below the chance of a night."""
    for row in range(len(rows)):
        for product in range(listed.shape[1]):
            if drawn[row, product] < chance:
                listed[rows[row], product] = False


@kernel
def _fade(parts: FloatArray, left: FloatArray) -> FloatArray:
    """Leave shares (C,) of the parts (C, O); return their mean: (O,), 0 without parts."""
    mean = np.zeros(parts.shape[1])
    for part in range(len(parts)):
        for outlet in range(parts.shape[1]):
            parts[part, outlet] *= left[part]
            mean[outlet] += parts[part, outlet]
    for outlet in range(len(mean)):
        if len(parts) > 0:
            mean[outlet] /= len(parts)
    return mean


@kernel
def list_missing(
    outlets: IntArray,
    listed: BoolArray,
    gain: float,
    lifts: FloatArray,
    today: tuple[int, tuple[np.uint64, np.uint64]],
) -> None:
    """Let outlets (n,) list products that they lack (O, P), each by a chance; no rows: all are.

    Parameters
    ----------
    gain : chance over the lift; lifts : (n,) of mode and effort; today : day and key of draws
    """
    if len(listed) == 0:
        return
    for row in range(len(outlets)):
        outlet = outlets[row]
        for product in range(listed.shape[1]):
            if not listed[outlet, product]:
                drawn = uniform_at(outlet, product, today[1], _GAIN, today[0])
                listed[outlet, product] = drawn < min(1.0, gain * lifts[row])


@kernel
def restore(
    outlets: IntArray, rows: IntArray, shown: Shown, lifts: FloatArray, relative: FloatArray
) -> None:
    """Restore what orders restore of the execution of outlets (n,), or of its parts.

    Parameters
    ----------
    rows : (n,) of ``lifts``, which are of mode and effort
    relative : (C,) lift of each part over it
    """
    full, execution, _, _, parts, _, _ = shown
    for place in range(len(outlets)):
        outlet, lift = outlets[place], lifts[rows[place]]
        if full:
            for part in range(len(relative)):
                share = min(1.0, lift * relative[part])
                parts[part, outlet] += share * (1 - parts[part, outlet])
        else:
            execution[outlet] += min(1.0, lift) * (1 - execution[outlet])
