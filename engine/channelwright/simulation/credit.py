"""19:00: the credit check of new orders, and what advances and deposits do to capital.

docs/world/credit.md; without credit rules every mode holds orders (section 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, IntArray, share
from channelwright.model.credit import CASH, HOLD, PARTIAL, CreditRules
from channelwright.simulation.network import Network
from channelwright.simulation.state import Rows, State

ON_TERMS = -1
AT_DOOR = 2**40
FAR = 2**40


@dataclass(frozen=True)
class Verdict:
    """What the check says of n orders.

    Attributes
    ----------
    refused : (n,) bool
    held : (n, P) int64, cases that end now although the order goes on
    pay_day : (n,) int64, ON_TERMS or the day on which the order is paid, AT_DOOR = delivery
    """

    refused: BoolArray
    held: IntArray
    pay_day: IntArray


def credit_rules(network: Network) -> CreditRules | None:
    """Return the credit rules of the design, None if it names none."""
    policy = network.design.credit
    return None if policy is None else policy.rules


def check(
    network: Network, address: Address, state: State, orders: Rows, new: BoolArray
) -> Verdict:
    """Check the new orders in sequence; accepted ones add to the exposure of their account."""
    return _Check(network, address, state, orders, new).run()


class _Check:
    """One evening's check."""

    def __init__(
        self, network: Network, address: Address, state: State, orders: Rows, new: BoolArray
    ) -> None:
        terms, mode = network.design.terms, orders["mode"]
        self._network, self._address, self._state = network, address, state
        self._orders, self._new = orders, new
        self._account = network.account[orders["outlet"]]
        self._price = network.price[orders["outlet"], orders["option"]]
        self._value = (orders["ordered"] * self._price).sum(axis=1)
        rules = credit_rules(network)
        self._rules = rules
        count = len(mode)
        self._action = np.full(count, HOLD) if rules is None else rules.action[mode]
        prepay = np.full(count, -1) if rules is None else rules.prepay_days[mode]
        self._prepaid = new & (prepay >= 0)
        self._checked = new & ~self._prepaid & (terms.credit_days[mode] > 0)
        oldest = _oldest(network, state, self._account, self._checked)
        self._late = self._checked & (oldest + terms.overdue_grace[mode] < state.day)
        self._refused = np.zeros(count, dtype=bool)
        self._held = np.zeros_like(orders["ordered"])
        self._pay_day = orders["pay_day"].copy()
        promised = orders["day"] + network.design.service.promise_days[mode] - prepay
        paid = np.maximum(state.day, promised)
        self._pay_day[self._prepaid] = paid[self._prepaid]

    def run(self) -> Verdict:
        """Decide every new order."""
        state, account = self._state, self._account
        asking = self._new & ~self._prepaid
        used = np.bincount(account[asking], minlength=len(state.limit))
        exposure = state.receivable[account] + state.accepted[account]
        over = self._checked & (exposure + self._value > state.limit[account])
        single = asking & (used[account] == 1)
        good = single & ~self._late & ~over
        held = single & ~good & (self._action == HOLD)
        self._refused |= held
        state.accepted[account[good]] += self._value[good]
        for row in np.flatnonzero(asking & ~good & ~held).tolist():
            self._decide(row)
        return Verdict(self._refused, self._held, self._pay_day)

    def _decide(self, row: int) -> None:
        state, account = self._state, self._account[row]
        exposure = int(state.receivable[account] + state.accepted[account])
        free = int(state.limit[account]) - exposure
        late, action = bool(self._late[row]), int(self._action[row])
        if not late and (not self._checked[row] or self._value[row] <= free):
            state.accepted[account] += self._value[row]
        elif action == PARTIAL and not late:
            self._release(row, max(0, free))
        elif action == CASH:
            self._refused[row] = not self._pays_at_door(row)
            self._pay_day[row] = AT_DOOR
        else:
            self._refused[row] = True

    def _release(self, row: int, free: int) -> None:
        """Release products in pack order, whole cases, up to the free limit."""
        ordered = self._orders["ordered"][row]
        price = self._price[row]
        taken = np.zeros_like(ordered)
        left = free
        for product in range(len(ordered)):
            cost = int(price[product])
            cases = int(ordered[product])
            taken[product] = min(cases, left // cost) if cost else cases
            left -= int(taken[product]) * cost
        if taken.any():
            self._held[row] = ordered - taken
            self._state.accepted[self._account[row]] += free - left
        else:
            self._refused[row] = True

    def _pays_at_door(self, row: int) -> bool:
        assert self._rules is not None
        chance = float(self._rules.cash_share[self._orders["mode"][row]])
        day, outlet = int(self._orders["day"][row]), int(self._orders["outlet"][row])
        return self._address.uniform(Purpose.CASH_AT_DOOR, day, outlet) < chance


def _oldest(network: Network, state: State, account: IntArray, checked: BoolArray) -> IntArray:
    """Return the earliest due day of the unpaid invoices of each order's account."""
    far = np.full(len(network.limit), FAR, dtype=np.int64)
    if checked.any():
        state.overdue.keep(state.overdue["paid"] > state.day)
        np.minimum.at(far, state.overdue["account"], state.overdue["due"])
        np.minimum.at(far, state.bills["account"], state.bills["due"])
    return far[account]


def deposits(network: Network) -> IntArray:
    """Return what each outlet has lodged with its assigned site: (O,) ticks."""
    rules, mode = credit_rules(network), network.design.outlets.mode
    if rules is None:
        return np.zeros(len(mode), dtype=np.int64)
    return np.where(mode >= 0, share(network.own_limit, rules.deposit[mode]), 0)


def limits(network: Network, score: IntArray) -> IntArray:
    """Return the credit limit of every account for scores (O,) of its outlets: (A,) ticks."""
    rules = credit_rules(network)
    if rules is None:
        return network.limit.copy()
    rows = network.covered
    mode, own = network.design.outlets.mode[rows], network.own_limit[rows]
    low, high = rules.limit_low[mode], rules.limit_high[mode]
    scored = share(own, low + (high - low) * score[rows] // 1000)
    part = np.where(rules.review_days[mode] > 0, scored, own) + deposits(network)[rows]
    limit = np.zeros_like(network.limit)
    np.add.at(limit, network.account[rows], part)
    return limit


def customers_money(network: Network, state: State) -> IntArray:
    """Return advances and deposits that each site holds: (S,) ticks."""
    held = advances(network, state)
    if credit_rules(network) is not None:
        rows = network.covered
        np.add.at(held, network.design.outlets.site[rows], deposits(network)[rows])
    return held


def advances(network: Network, state: State) -> IntArray:
    """Return what has been paid for goods that are still to be delivered: (S,) ticks."""
    held = np.zeros(len(network.market.sites), dtype=np.int64)
    orders = state.orders
    paid = (orders["pay_day"] >= 0) & (orders["pay_day"] <= state.day)
    if paid.any():
        cases = orders["missing"][paid] + orders["pending"][paid]
        price = network.price[orders["outlet"][paid], orders["option"][paid]]
        value = (cases * price).sum(axis=1)
        np.add.at(held, orders["site"][paid], value)
    return held
