"""How orders vary by the day against what consumers ask for: by outlet and of the whole channel."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.rules.kpi_stock import THOUSANDTHS
from channelwright.simulation.network import Network
from channelwright.simulation.state import State
from channelwright.tables.sink import Chunk
from channelwright.tables.stock_outputs import FLOW_CELLS


class FlowRecorder:
    """Adds up days and their squares until the period ends.

    ``per_case`` : (P,) thousandths of a case in a unit, which `ShelfSums` counts in
    """

    def __init__(self, network: Network) -> None:
        market = network.market
        self.per_case: FloatArray = THOUSANDTHS / market.products.units_per_case
        self._outlets = np.zeros((3, len(market.outlets)), dtype=np.int64)
        self.asked, self.asked_squared, self.ordered_squared = self._outlets
        self._sums = dict.fromkeys(FLOW_CELLS.names[1:], 0)
        self._day_asked = self._day_ordered = 0

    @property
    def by_outlet(self) -> dict[str, IntArray]:
        """Sums of the period by outlet: name -> (O,)."""
        names = ("asked", "asked_squared", "ordered_squared")
        return dict(zip(names, self._outlets, strict=True))

    def consumers(self, asked: int) -> None:
        """Add what consumers asked for today, in thousandths of a case."""
        self._day_asked += asked

    def ordered(self, cases: np.int64) -> None:
        """Add what sites ordered from plants today."""
        self._day_ordered += int(cases)

    def midnight(self, state: State) -> None:
        """Add the day, and how much of their credit accounts use at its end."""
        used, limit = _credit(state.limit, state.receivable, state.accepted)
        self._sums["exposure_days"] += int(used)
        self._sums["limit_days"] += int(limit)
        # Hundredths: the squares of a channel of ten million cases a day have room.
        asked = (self._day_asked + 5) // 10
        for name, amount in (("asked", asked), ("ordered", self._day_ordered)):
            self._sums[name] += amount
            self._sums[f"{name}_squared"] += amount * amount
        self._day_asked = self._day_ordered = 0

    def close(self, period: int) -> Chunk:
        """Return the row of the period and start the next one."""
        row = {"period": period, **self._sums}
        self._sums = dict.fromkeys(self._sums, 0)
        self._outlets[:] = 0
        return {name: np.array([value], dtype=np.int64) for name, value in row.items()}


@kernel
def _credit(limit: IntArray, receivable: IntArray, accepted: IntArray) -> tuple[np.int64, np.int64]:
    """Return exposure and limit of the accounts (A,) that have one: ticks each."""
    used = whole = np.int64(0)
    for account in range(len(limit)):
        has = np.int64(limit[account] > 0)
        used += has * (receivable[account] + accepted[account])
        whole += max(np.int64(0), limit[account])
    return used, whole
