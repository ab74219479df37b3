"""00:00: bills are paid in part or in full, reminded of, given up; limits are reviewed.

docs/world/credit.md. A bill is an invoice of an outlet or chain that is not paid on its own day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray, share
from channelwright.model.payments import punctual
from channelwright.simulation import laws
from channelwright.simulation.cash.bill_kernels import (
    COLUMNS,
    Columns,
    Money,
    pay_due,
    pay_some,
    remind,
    write_off,
)
from channelwright.simulation.evening.credit import credit_rules, limits
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at
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
        levels = None if network.design.credit is None else network.design.credit.dunning
        self._levels = (_NONE, _NONE, _NONE)
        if levels is not None:
            self._levels = (levels.days, levels.keep, levels.cost)
        self._giving_up = (self._paying.write_off_days, self._paying.recovered)

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
        columns, money = _columns(bills), _money(state)
        stopped = self._stopped > day
        fell, paid = pay_due(day, columns, stopped, money)
        self._remember(day, bills, fell)
        reminded, cost = remind(day, columns, stopped, self._levels)
        segment = self._network.market.outlets.segment
        lost = write_off(day, columns, money, segment, self._giving_up)
        self._review(state)
        return Collected(
            moved=_moved(bills, np.concatenate([paid, lost], axis=1)),
            reminded=bills.take(reminded).plus(cost=cost),
            fell_due=bills.take(fell),
            ended=_close(bills),
        )

    def stopped(self, day: int, outlet: IntArray) -> BoolArray:
        """Return whose accounts do not pay on a day: (n,)."""
        return np.asarray(self._stopped[self._network.account[outlet]] > day)

    def collect(self, state: State, rows: IntArray, value: IntArray) -> Collected:
        """Take money for some bills at calls of today."""
        bills, some = state.bills, value > 0
        rows, value = rows[some], value[some]
        pay_some(_columns(bills), _money(state), rows, value)
        moves = np.stack([rows, np.full_like(rows, ReceiptKind.COLLECTED), value])
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

    def _remember(self, day: int, bills: Rows, rows: IntArray) -> None:
        """Note what fell due today and what of it is late, by account."""
        slot = self._history[:, day % self._history.shape[1]]
        slot[:] = 0
        add_at(slot[0], bills["account"][rows], bills["amount"][rows])
        add_at(slot[1], bills["account"][rows], bills["open"][rows])

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


def _columns(bills: Rows) -> Columns:
    account, outlet, site, day, due, paid, left, part = (bills[name] for name in COLUMNS)
    return account, outlet, site, day, due, paid, left, part


def _money(state: State) -> Money:
    return state.receivable, state.site_receivable, state.cash


def _moved(bills: Rows, moves: IntArray) -> Rows:
    row, kind, value = moves
    return bills.take(row).plus(kind=kind, value=value)


def _close(bills: Rows) -> Rows:
    ended = bills.take(np.flatnonzero(bills["open"] == 0))
    if len(ended):
        bills.keep(bills["open"] > 0)
    return ended
