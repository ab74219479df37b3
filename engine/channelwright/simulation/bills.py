"""00:00: bills are paid in part or in full, reminded of, given up; limits are reviewed.

docs/world/credit.md. A bill is an invoice of an outlet or chain that is not paid on its own day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import PPM, BoolArray, FloatArray, IntArray, share
from channelwright.model.payments import punctual
from channelwright.simulation import laws
from channelwright.simulation.credit import FAR, credit_rules, limits
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import State
from channelwright.tables.codes import ReceiptKind


@dataclass(frozen=True)
class Collected:
    """What happened to bills at 00:00.

    Attributes
    ----------
    moved : Rows, bills with ``kind`` and ``value`` of a payment or write-off
    reminded : Rows, bills with the ``cost`` of a reminder
    fell_due : Rows, bills that fell due today
    ended : Rows, bills that are closed
    """

    moved: Rows
    reminded: Rows
    fell_due: Rows
    ended: Rows


def has_bills(network: Network) -> bool:
    """Return whether invoices are followed one by one."""
    policy = network.design.credit
    named = policy is not None and any(
        part is not None for part in (policy.rules, policy.dunning, policy.collecting)
    )
    return network.market.payments is not None or named


class Bills:
    """The open bills of a replication (kept in ``state.bills``) and how accounts pay."""

    def __init__(self, network: Network, address: Address, state: State) -> None:
        self._network, self._address = network, address
        self._paying = network.market.payments or punctual(len(network.market.segments))
        self._segment = _account_segment(network)
        self._stopped = np.zeros(len(network.limit), dtype=np.int64)
        self._character = self._characters()
        rules = credit_rules(network)
        longest = 0 if rules is None else int(rules.review_days.max(initial=0))
        self._history = np.zeros((2, max(1, longest), len(network.limit)), dtype=np.int64)
        self._score = np.full(len(network.market.outlets), 1000, dtype=np.int64)
        state.limit = limits(network, self._score)

    def delays(self, day: int, outlet: IntArray, mode: IntArray) -> IntArray:
        """Return days after the due date of invoices of a day: (n,)."""
        if not outlet.size:
            return np.zeros(0, dtype=np.int64)
        factor = self._paying.delay_factor[self._network.market.outlets.segment[outlet]]
        mean = self._network.design.terms.payment_delay[mode] * factor
        mean = mean * self._character[self._network.account[outlet]]
        uniform = self._uniform(Purpose.PAYMENT_DELAY, day, outlet)
        return np.where(mean > 0, laws.delay_days(uniform, mean), 0)

    def owe(
        self,
        state: State,
        outlet: IntArray,
        site: IntArray,
        mode: IntArray,
        due: IntArray,
        paid: IntArray,
        amount: IntArray,
    ) -> None:
        """Note the invoices of today that are paid later."""
        later = np.flatnonzero(paid > state.day)
        if not later.size:
            return
        outlet, amount, site = outlet[later], amount[later], site[later]
        segment = self._network.market.outlets.segment[outlet]
        chance = self._paying.part_chance[segment]
        in_part = self._uniform(Purpose.PAYMENT_PART, state.day, outlet) < chance
        account = self._network.account[outlet]
        state.bills.append(
            account=account,
            outlet=outlet,
            site=site,
            mode=mode[later],
            day=np.full(len(later), state.day, dtype=np.int64),
            due=due[later],
            paid=paid[later],
            amount=amount,
            open=amount,
            part=np.where(in_part, share(amount, self._paying.part_share[segment]), 0),
        )
        add_at(state.receivable, account, amount)
        add_at(state.site_receivable, site, amount)

    def midnight(self, state: State) -> Collected:
        """Let accounts pay, send reminders, write off, review limits."""
        day, bills = state.day, state.bills
        self._stop_paying(day)
        stopped = self._stopped[bills["account"]] > day
        falls = np.maximum(bills["due"], bills["day"] + 1) == day
        moves: list[tuple[IntArray, ReceiptKind, IntArray]] = []
        self._pay(state, falls & ~stopped, bills["part"], ReceiptKind.PART, moves)
        due = (bills["paid"] == day) & (bills["open"] > 0)
        self._pay(state, due & ~stopped, bills["open"], ReceiptKind.REST, moves)
        bills["paid"][due & stopped] = FAR
        self._remember(day, bills, falls)
        reminded = self._remind(state, stopped)
        self._write_off(state, moves)
        self._review(state)
        fell_due = bills.take(np.flatnonzero(falls))
        return Collected(_moved(bills, moves), reminded, fell_due, _close(bills))

    def stopped(self, day: int, outlet: IntArray) -> BoolArray:
        """Return whose accounts do not pay on a day: (n,)."""
        return np.asarray(self._stopped[self._network.account[outlet]] > day)

    def collect(self, state: State, rows: IntArray, value: IntArray) -> Collected:
        """Take money for some bills at calls of today."""
        bills = state.bills
        paid = np.zeros(len(bills), dtype=np.int64)
        paid[rows] = value
        moves: list[tuple[IntArray, ReceiptKind, IntArray]] = []
        self._pay(state, paid > 0, paid, ReceiptKind.COLLECTED, moves)
        none = bills.take(_NONE)
        return Collected(_moved(bills, moves), none.plus(cost=_NONE), none, _close(bills))

    def _uniform(self, purpose: Purpose, day: int, outlet: IntArray) -> FloatArray:
        return self._address.at(purpose, day, outlet)

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

    @staticmethod
    def _pay(
        state: State,
        who: BoolArray,
        value: IntArray,
        kind: ReceiptKind,
        moves: list[tuple[IntArray, ReceiptKind, IntArray]],
    ) -> None:
        rows = np.flatnonzero(who & (value > 0))
        if not rows.size:
            return
        paid, bills = value[rows].copy(), state.bills
        bills["open"][rows] -= paid
        subtract_at(state.receivable, bills["account"][rows], paid)
        subtract_at(state.site_receivable, bills["site"][rows], paid)
        if kind is not ReceiptKind.WRITTEN_OFF:
            add_at(state.cash, bills["site"][rows], paid)
        moves.append((rows, kind, paid))

    def _remember(self, day: int, bills: Rows, falls: BoolArray) -> None:
        """Note what fell due today and what of it is late, by account."""
        slot = self._history[:, day % self._history.shape[1]]
        slot[:] = 0
        rows = np.flatnonzero(falls)
        add_at(slot[0], bills["account"][rows], bills["amount"][rows])
        add_at(slot[1], bills["account"][rows], bills["open"][rows])

    def _remind(self, state: State, stopped: BoolArray) -> Rows:
        policy, bills = self._network.design.credit, state.bills
        levels = None if policy is None else policy.dunning
        sent: list[IntArray] = []
        costs: list[IntArray] = []
        for level in range(0 if levels is None else len(levels)):
            assert levels is not None
            today = (bills["open"] > 0) & (bills["due"] + levels.days[level] == state.day)
            rows = np.flatnonzero(today)
            sent.append(rows)
            costs.append(np.full(len(rows), levels.cost[level], dtype=np.int64))
            moved = rows[~stopped[rows] & (bills["paid"][rows] < FAR)]
            left = bills["paid"][moved] - state.day
            kept = -(-left * int(levels.keep[level]) // PPM)
            bills["paid"][moved] = state.day + np.maximum(1, kept)
        if not sent:
            return bills.take(_NONE).plus(cost=_NONE)
        return bills.take(np.concatenate(sent)).plus(cost=np.concatenate(costs))

    def _write_off(self, state: State, moves: list[tuple[IntArray, ReceiptKind, IntArray]]) -> None:
        bills = state.bills
        segment = self._network.market.outlets.segment[bills["outlet"]]
        after = self._paying.write_off_days[segment]
        ends = (after > 0) & (bills["due"] + after == state.day) & (bills["open"] > 0)
        if not ends.any():
            return
        recovered = share(bills["open"], self._paying.recovered[segment])
        self._pay(state, ends, recovered, ReceiptKind.RECOVERED, moves)
        self._pay(state, ends, bills["open"], ReceiptKind.WRITTEN_OFF, moves)

    def _review(self, state: State) -> None:
        rules, day = credit_rules(self._network), state.day
        if rules is None or day == 0:
            return
        plan, length = self._network.design.outlets, self._history.shape[1]
        changed = False
        for mode in np.flatnonzero(rules.review_days > 0).tolist():
            days = int(rules.review_days[mode])
            if day % days:
                continue
            slots = (day - np.arange(days)) % length
            due, late = self._history[:, slots].sum(axis=1)
            rows = np.flatnonzero(plan.mode == mode)
            fell, still = due[self._network.account[rows]], late[self._network.account[rows]]
            score = 1000 * (fell - still) // np.maximum(fell, 1)
            self._score[rows] = np.where(fell > 0, score, self._score[rows])
            changed = True
        if changed:
            state.limit = limits(self._network, self._score)


_NONE = np.zeros(0, dtype=np.int64)


def _account_segment(network: Network) -> IntArray:
    """Return the segment of each account's first covered outlet (0 without one): (A,)."""
    segment = np.zeros(len(network.limit), dtype=np.int64)
    rows = network.covered[::-1]
    segment[network.account[rows]] = network.market.outlets.segment[rows]
    return segment


def _moved(bills: Rows, moves: list[tuple[IntArray, ReceiptKind, IntArray]]) -> Rows:
    if not moves:
        return bills.take(_NONE).plus(kind=_NONE, value=_NONE)
    rows = np.concatenate([row for row, _, _ in moves])
    kind = np.concatenate([np.full(len(row), int(kind)) for row, kind, _ in moves])
    value = np.concatenate([value for _, _, value in moves])
    return bills.take(rows).plus(kind=kind, value=value)


def _close(bills: Rows) -> Rows:
    ended = bills.take(np.flatnonzero(bills["open"] == 0))
    bills.keep(bills["open"] > 0)
    return ended
