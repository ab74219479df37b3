"""Execution in full: parts and range of every outlet (docs/world/execution.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.execution import Execution
from channelwright.simulation.network import Network


class Shops:
    """What outlets show and list.

    Attributes
    ----------
    parts : (C, O) float64, display, cold space and price compliance
    listed : (O, P) bool, or None: everything
    """

    def __init__(self, network: Network, address: Address, execution: Execution) -> None:
        self._network = network
        self._address = address
        self._execution = execution
        outlets, products = network.rate.shape
        opening = execution.parts.opening
        self.parts = np.repeat(opening[:, None], outlets, axis=1)
        self._left = 2.0 ** (-1.0 / execution.parts.half_life)
        self.listed: BoolArray | None = None
        if execution.range is not None:
            self.listed = np.zeros((outlets, products), dtype=bool)
            drawn = address.grid(Purpose.RANGE_OPENING, 0, network.covered, products)
            self.listed[network.covered] = drawn < execution.range.opening

    def multiplier(self, rows: IntArray) -> FloatArray:
        """Return the demand multiplier of some outlets: (n,)."""
        table = self._execution.parts
        level = np.ones(len(rows))
        for row in range(len(table)):
            width = table.high[row] - table.low[row]
            level *= table.low[row] + width * self.parts[row, rows]
        return level

    def list_products(self, day: int, rows: IntArray, lift: FloatArray) -> None:
        """Let some outlets list missing products; ``lift`` : (n,) of mode and effort."""
        if self.listed is None or self._execution.range is None or not rows.size:
            return
        chance = np.minimum(1.0, self._execution.range.gain * lift)
        drawn = self._address.grid(Purpose.RANGE_GAIN, day, rows, self.listed.shape[1])
        self.listed[rows] |= drawn < chance[:, None]

    def raise_parts(self, rows: IntArray, lift: FloatArray) -> None:
        """Restore what an order restores."""
        for row, relative in enumerate(self._execution.parts.lift.tolist()):
            part = self.parts[row, rows]
            self.parts[row, rows] = part + np.minimum(1.0, lift * relative) * (1 - part)

    def wanted(self, mean: FloatArray, shelf: IntArray) -> FloatArray:
        """Return the demand of covered outlets: none for what is neither listed nor there."""
        if self.listed is None:
            return mean
        return np.where(self.listed[self._network.covered] | (shelf > 0), mean, 0.0)

    def night(self, day: int) -> FloatArray:
        """Lose what a night costs; return the mean of the parts: (O,)."""
        self.parts *= self._left[:, None]
        if self.listed is not None and self._execution.range is not None:
            rows = self._network.covered
            drawn = self._address.grid(Purpose.RANGE_LOSS, day, rows, self.listed.shape[1])
            self.listed[rows] &= drawn >= 1 - 2.0 ** (-1.0 / self._execution.range.half_life)
        return self.parts.mean(axis=0) if len(self.parts) else np.zeros(self.parts.shape[1])
