"""00:00: bills are paid in part or in full, reminded of, given up; limits are reviewed.

docs/world/credit.md. A bill is an invoice of an outlet or chain that is not paid on its own day.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.payments import punctual
from channelwright.simulation import laws
from channelwright.simulation.cash.bill_kernels import (
    BILL,
    KIND,
    VALUE,
    Money,
    Sums,
    night,
    pay_some,
    still_open,
)
from channelwright.simulation.evening.credit import credit_rules, limits
from channelwright.simulation.grouping import Whole
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State


class Collected:
    """What happened to bills, which are not closed yet.

    Attributes
    ----------
    moves : (3, k) int64, row of the bill, kind of receipt and ticks; the losses come last
    lost : the first of them where something is lost
    reminded : (3, r) int64, row of the bill, nothing, and the cost of the reminder
    paid, written_off : ticks
    """

    __slots__ = ("lost", "moves", "paid", "reminded", "written_off")

    def __init__(
        self, moves: IntArray, lost: int, reminded: IntArray, paid: Whole, written_off: Whole
    ) -> None:
        self.moves, self.lost, self.reminded = moves, lost, reminded
        self.paid, self.written_off = int(paid), int(written_off)


class Bills:
    """The open bills of a replication (kept in ``state.bills``) and how accounts pay."""

    def __init__(self, network: Network, address: Address, state: State, sums: Sums) -> None:
        self._network, self._address, self._sums = network, address, sums
        self._paying = network.market.payments or punctual(len(network.market.segments))
        self._segment = _account_segment(network)
        self._stopped = np.zeros(len(network.limit), dtype=np.int64)
        self.character = self._characters()
        rules = credit_rules(network)
        longest = 0 if rules is None else int(rules.review_days.max(initial=0))
        self._history = np.zeros((max(1, longest), 2, len(network.limit)), dtype=np.int64)
        self._score = np.full(len(network.market.outlets), 1000, dtype=np.int64)
        state.limit = limits(network, self._score)
        levels = None if network.design.credit is None else network.design.credit.dunning
        self._levels = (_NONE, _NONE, _NONE)
        if levels is not None:
            self._levels = (levels.days.copy(), levels.keep.copy(), levels.cost.copy())
        segment, paying = network.market.outlets.segment, self._paying
        self.delay_factor = paying.delay_factor[segment]
        self.parts = paying.part_chance[segment], paying.part_share[segment]
        giving_up = (segment.copy(), paying.write_off_days.copy(), paying.recovered.copy())
        self._rules = (self._levels, giving_up)
        self._moves = _NO_MOVES
        self._money: Money = (state.receivable, state.site_receivable, state.cash)

    def midnight(self, state: State) -> Collected:
        """Let accounts pay, send reminders, write off, review limits."""
        day, bills = state.day, state.bills
        self._stop_paying(day)
        room = len(bills) * (4 + len(self._levels[0]))
        if room > self._moves.shape[1]:
            self._moves = np.empty((3, 2 * room), dtype=np.int64)
        moves = self._moves
        moved, lost, ended, paid, written_off = night(
            bills.storage()[0],
            (len(bills), day),
            self._stopped > day,
            self._rules,
            self._money,
            self._history[day % len(self._history)],
            self._sums,
            moves,
        )
        self._review(state)
        return Collected(moves[:, :moved], lost, moves[:, moved:ended], paid, written_off)

    @property
    def stopped_until(self) -> IntArray:
        """First day on which each account pays again: (A,)."""
        return self._stopped

    def collect(self, state: State, rows: IntArray, value: IntArray) -> Collected:
        """Take money for some bills at calls of today."""
        moves, paid = pay_some(state.bills.storage()[0], self._money, rows, value, self._sums[1])
        return Collected(moves, moves.shape[1], _NO_MOVES, paid, 0)

    def _accounts_uniform(self, purpose: Purpose, day: int) -> FloatArray:
        market = self._network.market
        outlets = self._address.uniforms(purpose, day, len(market.outlets))
        chains = self._address.uniforms(purpose, day, len(market.chain_ids), sub=1)
        return np.concatenate([outlets, chains])

    def _characters(self) -> FloatArray:
        spread = self._paying.spread[self._segment]
        if not spread.any():
            return np.ones(len(spread))
        uniform = self._accounts_uniform(Purpose.PAYMENT_CHARACTER, 0)
        return laws.shocks(uniform, spread)

    def _stop_paying(self, day: int) -> None:
        month = self._network.market.calendar.month
        rate = self._paying.default_rate[self._segment]
        if day == 0 or month[day] == month[day - 1] or not rate.any():
            return
        stops = self._accounts_uniform(Purpose.DEFAULT, day) < rate
        until = day + self._paying.default_days[self._segment]
        self._stopped = np.where(stops, until, self._stopped)

    def _review(self, state: State) -> None:
        rules, day = credit_rules(self._network), state.day
        if rules is None or day == 0:
            return
        plan, length = self._network.design.outlets, len(self._history)
        changed = False
        for mode in np.flatnonzero(rules.review_days > 0).tolist():
            days = int(rules.review_days[mode])
            if day % days:
                continue
            slots = (day - np.arange(days)) % length
            due, late = self._history[slots].sum(axis=0)
            rows = np.flatnonzero(plan.mode == mode)
            fell, still = due[self._network.account[rows]], late[self._network.account[rows]]
            score = 1000 * (fell - still) // np.maximum(fell, 1)
            self._score[rows] = np.where(fell > 0, score, self._score[rows])
            changed = True
        if changed:
            state.limit = limits(self._network, self._score)


_NONE = np.zeros(0, dtype=np.int64)
_NO_MOVES = np.zeros((3, 0), dtype=np.int64)


def _account_segment(network: Network) -> IntArray:
    """Return the segment of each account's first covered outlet (0 without one): (A,)."""
    segment = np.zeros(len(network.limit), dtype=np.int64)
    rows = network.covered[::-1]
    segment[network.account[rows]] = network.market.outlets.segment[rows]
    return segment


def moved(bills: Rows, moves: IntArray) -> Rows:
    """Return the bills of some moves with ``kind`` and ``value``."""
    return bills.take(moves[BILL]).plus(kind=moves[KIND], value=moves[VALUE])


def close(bills: Rows, *, wanted: bool) -> Rows | None:
    """Drop the bills that are paid or lost; return them, if they are wanted."""
    count = len(bills)
    stays = np.empty(count, dtype=np.bool_)
    ended = None
    if still_open(bills.storage()[0], count, stays) < count:
        ended = bills.take(~stays) if wanted else None
        bills.keep(stays)
    elif wanted:
        ended = bills.take(_NONE)
    return ended
