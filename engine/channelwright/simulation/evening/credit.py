"""19:00: the credit check of new orders, and what advances and deposits do to capital.

docs/world/credit.md; without credit rules every mode holds orders (section 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, IntArray, share
from channelwright.model.credit import CASH, HOLD, PARTIAL, CreditRules, plain_rules
from channelwright.rules.account_credit import accounts_of, has_limit, of_account
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State

ON_TERMS = -1
AT_DOOR = 2**40
FAR = 2**40
CONSIGNED = 2**41
_ENDED_SHARE = 4  # of the invoices that may be overdue, dropped when a fourth has been paid


@dataclass(frozen=True)
class Verdict:
    """What the check says of n orders.

    Attributes
    ----------
    refused : (n,) bool
    held : (n, P) int64, cases that end now although the order goes on
    pay_day : (n,) int64, ON_TERMS or the day on which the order is paid, AT_DOOR = delivery,
        CONSIGNED = when the goods have been sold
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
    plain = credit_rules(network) is None and not len(state.bills)
    if plain and not network.plain.consigns:
        return _hold(network, state, orders, new)
    return _Check(network, address, state, orders, new).run()


def _hold(network: Network, state: State, orders: Rows, new: BoolArray) -> Verdict:
    """Check new orders where no rules are named: every order is accepted or refused whole."""
    terms, unpaid = network.design.terms, state.overdue
    refused, ended = _held_or_not(
        new,
        orders.columns(("outlet", "option", "mode", "ordered")),
        (terms.credit_days, terms.overdue_grace),
        (network.account, state.limit, state.receivable, state.accepted),
        network.price,
        unpaid.columns(("account", "due", "paid")),
        state.day,
    )
    if _ENDED_SHARE * ended > len(unpaid):
        unpaid.keep(unpaid["paid"] > state.day)
    none = np.zeros((len(new), len(network.plain.unit)), dtype=np.int64)
    return Verdict(refused, none, orders["pay_day"])


@kernel
def _held_or_not(
    new: BoolArray,
    orders: tuple[IntArray, ...],
    terms: tuple[IntArray, IntArray],
    accounts: tuple[IntArray, ...],
    price: IntArray,
    unpaid: tuple[IntArray, ...],
    day: int,
) -> tuple[BoolArray, int]:
    """Return which orders are refused, and how many of the unpaid invoices have been paid.

    Parameters
    ----------
    orders : (n,) outlet, option and mode, (n, P) cases ordered
    terms : (M,) credit days, days of grace
    accounts : (O,) account; limit, receivable and accepted value of every account, the last changed
    price : (O, N, P) ticks per case
    unpaid : account, due and paid day of invoices that may be overdue
    """
    outlet, option, mode, ordered = orders
    credit_days, grace = terms
    account, limit, receivable, accepted = accounts
    owner, due, paid = unpaid
    oldest = np.full(len(limit), FAR, dtype=np.int64)
    ended = 0
    for row in range(len(owner)):
        if paid[row] > day:
            oldest[owner[row]] = min(oldest[owner[row]], due[row])
        else:
            ended += 1
    refused = np.zeros(len(outlet), dtype=np.bool_)
    for row in range(len(outlet)):
        if not new[row]:
            continue
        place, value = outlet[row], np.int64(0)
        for product in range(ordered.shape[1]):
            value += ordered[row, product] * price[place, option[row], product]
        payer = account[place]
        if credit_days[mode[row]] > 0:
            free = limit[payer] - receivable[payer] - accepted[payer]
            late = oldest[payer] + grace[mode[row]] < day
            refused[row] = late or value > free
        if not refused[row]:
            accepted[payer] += value
    return refused, ended


class _Check:
    """One evening's check."""

    def __init__(
        self, network: Network, address: Address, state: State, orders: Rows, new: BoolArray
    ) -> None:
        terms, mode = network.design.terms, orders["mode"]
        self._network, self._address, self._state = network, address, state
        self._orders, self._new = orders, new
        account = self._account = network.account[orders["outlet"]]
        self._price = network.price[orders["outlet"], orders["option"]]
        self._value = (orders["ordered"] * self._price).sum(axis=1)
        named = credit_rules(network)
        rules = self._rules = plain_rules(len(network.market.modes)) if named is None else named
        count = len(mode)
        self._action = rules.action[mode]
        limited, grace = terms.credit_days[mode] > 0, terms.overdue_grace[mode]
        single = accounts_of(network.design)
        if single is not None:
            self._action = of_account(single.action, account, self._action)
            grace = of_account(single.grace, account, grace)
            limited |= has_limit(single, account)
        prepay = rules.prepay_days[mode]
        consigned = network.consigned[orders["outlet"]]
        self._prepaid = new & (prepay >= 0) & ~consigned
        self._checked = new & ~self._prepaid & limited
        oldest = _oldest(network, state, self._account, self._checked)
        self._late = self._checked & (oldest + grace < state.day)
        # Nothing is owed for goods on consignment until they are sold.
        self._checked &= ~consigned
        self._value[consigned] = 0
        self._action = np.where(consigned, HOLD, self._action)
        self._refused = np.zeros(count, dtype=bool)
        self._held = np.zeros_like(orders["ordered"])
        self._pay_day = orders["pay_day"].copy()
        promised = orders["day"] + network.design.service.promise_days[mode] - prepay
        paid = np.maximum(state.day, promised)
        self._pay_day[self._prepaid] = paid[self._prepaid]
        self._pay_day[new & consigned] = CONSIGNED

    def run(self) -> Verdict:
        """Decide every new order."""
        state = self._state
        asking = self._new & ~self._prepaid
        if asking.any():
            _decide(
                asking,
                self._checked,
                self._late,
                self._action,
                self._pays_at_door(asking),
                self._account,
                self._value,
                np.ascontiguousarray(self._orders["ordered"]),
                self._price,
                (state.limit, state.receivable, state.accepted),
                (self._refused, self._held, self._pay_day),
            )
        return Verdict(self._refused, self._held, self._pay_day)

    def _pays_at_door(self, asking: BoolArray) -> BoolArray:
        """Return which orders could be paid in cash at the door, where that is the action."""
        pays = np.zeros(len(asking), dtype=bool)
        rows = np.flatnonzero(asking & (self._action == CASH))
        if not rows.size:
            return pays
        days, outlets = self._orders["day"][rows], self._orders["outlet"][rows]
        chance = self._rules.cash_share[self._orders["mode"][rows]]
        for day in np.unique(days).tolist():
            mine = days == day
            uniform = self._address.at(Purpose.CASH_AT_DOOR, day, outlets[mine])
            pays[rows[mine]] = uniform < chance[mine]
        return pays


@kernel
def _decide(
    asking: BoolArray,
    checked: BoolArray,
    late: BoolArray,
    action: IntArray,
    pays: BoolArray,
    account: IntArray,
    value: IntArray,
    ordered: IntArray,
    price: IntArray,
    accounts: tuple[IntArray, IntArray, IntArray],
    verdict: tuple[BoolArray, IntArray, IntArray],
) -> None:
    """Decide the asking orders in turn: accepted ones add to the exposure of their account.

    Parameters
    ----------
    accounts : limit, receivable and accepted value of every account; the last is changed
    verdict : refused, cases held and day of payment of every order, changed
    """
    limit, receivable, accepted = accounts
    refused, held, pay_day = verdict
    for row in range(len(asking)):
        if not asking[row]:
            continue
        owner = account[row]
        free = limit[owner] - receivable[owner] - accepted[owner]
        if not late[row] and (not checked[row] or value[row] <= free):
            accepted[owner] += value[row]
        elif action[row] == PARTIAL and not late[row]:
            cost = _release(ordered[row], price[row], max(0, free), held[row])
            accepted[owner] += max(0, cost)
            refused[row] = cost < 0
        elif action[row] == CASH:
            refused[row] = not pays[row]
            pay_day[row] = AT_DOOR
        else:
            refused[row] = True


@kernel
def _release(ordered: IntArray, price: IntArray, free: int, held: IntArray) -> int:
    """Release products in pack order, whole cases, up to the free limit; hold back the rest.

    Returns
    -------
    ticks of what is released, -1 if nothing is (nothing is held back then)
    """
    left, taken = free, 0
    for product in range(len(ordered)):
        cases = ordered[product]
        if price[product] > 0:
            cases = min(cases, left // price[product])
        left -= cases * price[product]
        held[product] = ordered[product] - cases
        taken += cases
    if taken > 0:
        return free - left
    held[:] = 0
    return -1


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
    add_at(limit, network.account[rows], part)
    return limit


def customers_money(network: Network, state: State) -> IntArray:
    """Return advances and deposits that each site holds: (S,) ticks."""
    held = advances(network, state)
    if credit_rules(network) is not None:
        rows = network.covered
        add_at(held, network.design.outlets.site[rows], deposits(network)[rows])
    return held


def advances(network: Network, state: State) -> IntArray:
    """Return what has been paid for goods that are still to be delivered: (S,) ticks."""
    held = np.zeros(len(network.owner), dtype=np.int64)
    orders = state.orders
    if credit_rules(network) is None:  # nobody pays before the goods come
        return held
    paid = (orders["pay_day"] >= 0) & (orders["pay_day"] <= state.day)
    if paid.any():
        cases = orders["missing"][paid] + orders["pending"][paid]
        price = network.price[orders["outlet"][paid], orders["option"][paid]]
        value = (cases * price).sum(axis=1)
        add_at(held, orders["site"][paid], value)
    return held
