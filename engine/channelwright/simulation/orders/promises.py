"""Orders are judged on the last day of their promise, whenever they were delivered before."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.network import Network


class Promises:
    """Counts orders, and those that were kept, by the day on which their promise ends.

    Two rings of counts, (days + 1, O) each: the longest promise, at most the horizon. Orders are
    added to ``given`` where they are placed, and those that were delivered whole and in time to
    ``kept`` where the drops are walked over. ``days`` : (M,) of each promise.
    """

    def __init__(self, network: Network) -> None:
        self.days = network.plain.promise_days
        horizon = network.market.calendar.horizon_days
        longest = min(int(self.days.max(initial=0)), horizon)
        shape = (longest + 1, len(network.market.outlets))
        self._rings = np.zeros((2, *shape), dtype=np.int32)
        self.given, self.kept = self._rings
        self.horizon = horizon

    def judge(self, day: int, promised: IntArray, kept: IntArray) -> None:
        """Count by outlet (O,) the orders whose promise ends, and those that kept it."""
        _judge(self._rings, day % len(self.given), promised, kept)


@kernel
def _judge(rings: np.ndarray, place: int, promised: IntArray, kept: IntArray) -> None:
    """Add the counts of a day to totals (O,) and forget them."""
    given_today, kept_today = rings[0, place], rings[1, place]
    for outlet in range(len(promised)):
        promised[outlet] += given_today[outlet]
        kept[outlet] += kept_today[outlet]
    given_today[:] = 0
    kept_today[:] = 0
