"""08:00-18:00, continued: requests above authority wait at the desk (docs/world/approval.md).

The recursion is that of the pick desk: a request begins at the later of its arrival and the
earliest free clerk (Kiefer and Wolfowitz 1955).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import DAY_SECONDS, FloatArray, IntArray
from channelwright.model.approval import ApprovalDesk
from channelwright.model.market import PICK_LAWS
from channelwright.simulation import laws
from channelwright.simulation.network import Network
from channelwright.tables.approval_outputs import APPROVAL_CELLS
from channelwright.tables.sink import Chunk

LATEST = 68_400  # the credit check of the day
_ROWS = ("day", "outlet", "mode", "second", "begin", "end", "granted")
_DAY, _OUTLET, _MODE, _SECOND, _BEGIN, _END, _GRANTED, _ORDER = range(len(_ROWS) + 1)
_ASK, _GRANT = int(Purpose.DISCOUNT_ASK), int(Purpose.DISCOUNT_GRANTED)
_EXPONENTIAL = PICK_LAWS.index("exponential")
_NEVER = 2**62
#: Seconds after midnight from and to which a decision begins, ppm of discount, and the latest end
#: for an attempt on the same day: by mode, (M,) each.
Rules: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]


class Approvals:
    """The desks of a replication."""

    def __init__(self, network: Network, address: Address, desk: ApprovalDesk) -> None:
        self._address = address
        latest = np.minimum(network.design.service.cutoff, LATEST)
        self._asking = (desk.ask.copy(), desk.granted.copy())
        self._rules: Rules = (desk.opens.copy(), desk.closes.copy(), desk.discount.copy(), latest)
        self._seconds, self._exponential = desk.seconds.copy(), desk.law == _EXPONENTIAL
        self._free = np.full((len(desk), max(1, int(desk.clerks.max(initial=0)))), _NEVER)
        for mode, clerks in enumerate(desk.clerks.tolist()):
            self._free[mode, :clerks] = 0
        self._sums = np.zeros((3, len(desk)), dtype=np.int64)
        self._requests = np.zeros((len(_ROWS) + 1, 0), dtype=np.int64)

    def decide(
        self, day: int, outlet: IntArray, mode: IntArray, second: IntArray, attempt: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return the day of the first attempt and the discount (ppm) of the orders of a day."""
        today = (day, self._address.key)
        requests = _requests(today, (outlet, mode, second), self._asking)
        if requests.shape[1] > 1:
            order = np.lexsort((requests[_OUTLET], requests[_SECOND]))
            requests = requests.take(order, axis=1)
        service = self._service(day, requests)
        self._requests = requests
        result = np.zeros((2, len(attempt)), dtype=np.int64)
        result[0] = attempt
        _serve(day, requests, service, self._rules, self._free, self._sums, result)
        return result[0], result[1]

    @property
    def rows(self) -> Chunk:
        """The requests of the day as rows of `approvals`."""
        return dict(zip(_ROWS, self._requests[: len(_ROWS)], strict=True))

    def _service(self, day: int, requests: IntArray) -> IntArray:
        """Return the seconds that each decision takes: (r,)."""
        service, random = self._seconds[requests[_MODE]], self._exponential[requests[_MODE]]
        if not random.any():
            return np.asarray(service)
        uniform = self._address.at(Purpose.APPROVAL_TIME, day, requests[_OUTLET])
        drawn = laws.exponential_seconds(uniform, service.astype(np.float64))
        return np.asarray(np.where(random, drawn, service))

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        modes = np.flatnonzero(self._sums[0])
        chunk = {"period": np.full(len(modes), period, dtype=np.int64), "mode": modes}
        chunk |= dict(zip(APPROVAL_CELLS.names[2:], self._sums[:, modes], strict=True))
        self._sums[:] = 0
        return chunk


@kernel
def _requests(
    today: tuple[int, tuple[np.uint64, np.uint64]],
    orders: tuple[IntArray, IntArray, IntArray],
    asking: tuple[FloatArray, FloatArray],
) -> IntArray:
    """Return the requests of a day, (8, r) rows of `approvals` and the row of each order.

    Parameters
    ----------
    orders : (n,) outlet, mode, second; asking : (M,) chances to ask, and to get it
    """
    outlet, mode, second = orders
    ask, granted = asking
    day, key = today
    result, used = np.zeros((_ORDER + 1, len(outlet)), dtype=np.int64), 0
    for row in range(len(outlet)):
        kind = mode[row]
        if not uniform_at(outlet[row], 0, key, _ASK, day) < ask[kind]:
            continue
        result[_DAY, used], result[_OUTLET, used], result[_MODE, used] = day, outlet[row], kind
        result[_SECOND, used], result[_ORDER, used] = second[row], row
        result[_GRANTED, used] = uniform_at(outlet[row], 0, key, _GRANT, day) < granted[kind]
        used += 1
    return result[:, :used].copy()


@kernel
def _serve(
    day: int,
    requests: IntArray,
    service: IntArray,
    rules: Rules,
    free: IntArray,
    sums: IntArray,
    result: IntArray,
) -> None:
    """Decide requests (8, r) in order of their arrival; write when, and what follows for orders.

    Parameters
    ----------
    service : (r,) seconds of each decision
    free : (M, clerks) absolute seconds at which each is free, changed; `_NEVER` = no such clerk
    sums : (3, M) requests, grants and seconds of waiting, added to
    result : (2, n) day of the first attempt and discount of the orders, written
    """
    opens, closes, discount, latest = rules
    midnight = day * DAY_SECONDS
    for row in range(requests.shape[1]):
        kind, order = requests[_MODE, row], requests[_ORDER, row]
        begin, clerk = midnight + requests[_SECOND, row], 0
        for other in range(1, free.shape[1]):
            if free[kind, other] < free[kind, clerk]:
                clerk = other
        if free[kind, clerk] != _NEVER:
            begin = max(begin, free[kind, clerk])
        begin = _open_from(begin, opens[kind], closes[kind])
        end = begin + service[row]
        if free[kind, clerk] != _NEVER:
            free[kind, clerk] = end
        requests[_BEGIN, row], requests[_END, row] = begin - midnight, end - midnight
        result[0, order] = end // DAY_SECONDS + (end % DAY_SECONDS > latest[kind])
        result[1, order] = discount[kind] if requests[_GRANTED, row] else 0
        sums[0, kind] += 1
        sums[1, kind] += requests[_GRANTED, row]
        sums[2, kind] += begin - midnight - requests[_SECOND, row]


@kernel
def _open_from(moment: int, opens: int, closes: int) -> int:
    second = moment % DAY_SECONDS
    if opens <= second < closes:
        return moment
    return moment - second + opens + (0 if second < opens else DAY_SECONDS)
