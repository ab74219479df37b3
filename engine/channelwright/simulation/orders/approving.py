"""08:00-18:00, continued: requests above authority wait at the desk (docs/world/approval.md).

The recursion is that of the pick desk: a request begins at the later of its arrival and the
earliest free clerk (Kiefer and Wolfowitz 1955).
"""

from __future__ import annotations

import heapq

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import DAY_SECONDS, IntArray
from channelwright.model.approval import ApprovalDesk
from channelwright.simulation import laws
from channelwright.simulation.network import Network
from channelwright.simulation.scatter import add_at
from channelwright.tables.approval_outputs import APPROVAL_CELLS
from channelwright.tables.sink import Chunk

LATEST = 68_400  # the credit check of the day


class Approvals:
    """The desks of a replication."""

    def __init__(self, network: Network, address: Address, desk: ApprovalDesk) -> None:
        self._network, self._address, self._desk = network, address, desk
        self._free = [[0] * int(clerks) for clerks in desk.clerks]
        self._sums = np.zeros((3, len(desk)), dtype=np.int64)
        self.rows: Chunk = {}

    def decide(
        self, day: int, outlet: IntArray, mode: IntArray, second: IntArray, attempt: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return the day of the first attempt and the discount (ppm) of the orders of a day."""
        attempt, discount = attempt.copy(), np.zeros_like(attempt)
        desk = self._desk
        asks = self._uniform(Purpose.DISCOUNT_ASK, day, outlet) < desk.ask[mode]
        rows = np.flatnonzero(asks)
        rows = rows[np.lexsort((outlet[rows], second[rows]))]
        outlet, mode, second = outlet[rows], mode[rows], second[rows]
        begin, end = self._serve(day, outlet, mode, second)
        granted = self._uniform(Purpose.DISCOUNT_GRANTED, day, outlet) < desk.granted[mode]
        discount[rows] = np.where(granted, desk.discount[mode], 0)
        latest = np.minimum(self._network.design.service.cutoff[mode], LATEST)
        attempt[rows] = end // DAY_SECONDS + (end % DAY_SECONDS > latest)
        midnight = day * DAY_SECONDS
        self._note(day, outlet, mode, second, begin - midnight, end - midnight, granted)
        return attempt, discount

    def _uniform(self, purpose: Purpose, day: int, outlet: IntArray) -> np.ndarray:
        return self._address.at(purpose, day, outlet)

    def _serve(
        self, day: int, outlet: IntArray, mode: IntArray, second: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return begin and end of decisions, absolute seconds; rows in order of arrival."""
        desk = self._desk
        service = desk.seconds[mode]
        if (desk.law[mode] == 1).any():
            uniform = self._uniform(Purpose.APPROVAL_TIME, day, outlet)
            drawn = laws.exponential_seconds(uniform, service.astype(np.float64))
            service = np.where(desk.law[mode] == 1, drawn, service)
        begin = day * DAY_SECONDS + second
        for row, place in enumerate(mode.tolist()):
            free = self._free[place]
            moment = max(int(begin[row]), free[0]) if free else int(begin[row])
            begin[row] = _open_from(moment, int(desk.opens[place]), int(desk.closes[place]))
            if free:
                heapq.heapreplace(free, int(begin[row] + service[row]))
        return begin, begin + service

    def _note(
        self,
        day: int,
        outlet: IntArray,
        mode: IntArray,
        second: IntArray,
        begin: IntArray,
        end: IntArray,
        granted: np.ndarray,
    ) -> None:
        add_at(self._sums[0], mode, 1)
        add_at(self._sums[1], mode, granted.astype(np.int64))
        add_at(self._sums[2], mode, begin - second)
        self.rows = {
            "day": np.full(len(outlet), day, dtype=np.int64),
            "outlet": outlet,
            "mode": mode,
            "second": second,
            "begin": begin,
            "end": end,
            "granted": granted.astype(np.int64),
        }

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        modes = np.flatnonzero(self._sums[0])
        chunk = {"period": np.full(len(modes), period, dtype=np.int64), "mode": modes}
        chunk |= dict(zip(APPROVAL_CELLS.names[2:], self._sums[:, modes], strict=True))
        self._sums[:] = 0
        return chunk


def _open_from(moment: int, opens: int, closes: int) -> int:
    second = moment % DAY_SECONDS
    if opens <= second < closes:
        return moment
    return moment - second + opens + (0 if second < opens else DAY_SECONDS)
