"""19:00: the credit check of new orders, and what advances and deposits do to capital.

docs/world/credit.md; without credit rules every mode holds orders (section 6).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray, share
from channelwright.model.credit import AS_MODE, CASH, PARTIAL, CreditRules, plain_rules
from channelwright.rules.account_credit import accounts_of
from channelwright.simulation.cash import bill_columns as columns
from channelwright.simulation.evening.work import HELD, NEW, REFUSED, ROW, Table
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import (
    DAY,
    MISSING,
    MODE,
    OPTION,
    ORDERED,
    OUTLET,
    PAY_DAY,
    PENDING,
    SITE,
)
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State

ON_TERMS = -1
AT_DOOR = 2**40
FAR = 2**40
CONSIGNED = 2**41
_ENDED_SHARE = 4  # of the invoices that may be overdue, dropped when a fourth has been paid
_PURPOSE = int(Purpose.CASH_AT_DOOR)
_LIMITED, _GRACE, _ACTION, _PREPAY, _PROMISE = range(5)
_OWN_LIMIT, _OWN_ACTION, _OWN_GRACE = range(3)

#: By mode (5, M) and by account (3, A), (3, 0) = none has its own; chance that an outlet pays at
#: the door (M,); seed and replication; account and consignment of outlets, prices (O, N, P).
CreditTerms: TypeAlias = tuple[
    IntArray,
    IntArray,
    FloatArray,
    tuple[np.uint64, np.uint64],
    tuple[IntArray, BoolArray, IntArray],
]
#: Limit, receivable, accepted value and oldest due day (written) by account.
Accounts: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]
#: Invoices that may be overdue and open bills, the numbers of each, the least days of grace.
Unpaid: TypeAlias = tuple[IntArray, IntArray, int, int, int]


def credit_rules(network: Network) -> CreditRules | None:
    """Return the credit rules of the design, None if it names none."""
    policy = network.design.credit
    return None if policy is None else policy.rules


class CreditDesk:
    """What the check of an evening reads."""

    def __init__(self, network: Network, address: Address, state: State) -> None:
        self._state = state
        named = credit_rules(network)
        rules = plain_rules(len(network.market.modes)) if named is None else named
        terms, single = network.design.terms, accounts_of(network.design)
        promise = network.design.service.promise_days
        limited, grace = terms.credit_days > 0, terms.overdue_grace
        modes = np.stack([limited, grace, rules.action, rules.prepay_days, promise])
        own = np.zeros((3, 0), dtype=np.int64)
        self._least_grace = int(grace.min(initial=0))
        if single is not None:
            own = np.stack([single.limit, single.action, single.grace])
            self._least_grace = min(self._least_grace, int(own[_OWN_GRACE].min(initial=0)))
        outlets = (network.account, network.consigned, network.price)
        self.terms: CreditTerms = (modes, own, rules.cash_share.copy(), address.key, outlets)
        self._oldest = np.empty(len(network.limit), dtype=np.int64)

    def accounts(self) -> Accounts:
        """Return the accounts as they are today."""
        state = self._state
        return state.limit, state.receivable, state.accepted, self._oldest

    def unpaid(self) -> Unpaid:
        """Return what is open today."""
        overdue, bills = self._state.overdue, self._state.bills
        blocks = overdue.storage()[0], bills.storage()[0]
        return *blocks, len(overdue), len(bills), self._least_grace

    def forget(self, ended: int) -> None:
        """Drop the invoices that have been paid, ``ended`` of them, once there are many."""
        unpaid = self._state.overdue
        if _ENDED_SHARE * ended > len(unpaid):
            unpaid.keep(unpaid["paid"] > self._state.day)


@kernel
def check(
    day: int, count: int, orders: Table, work: Table, terms: CreditTerms, accounts: Accounts
) -> None:
    """Check the new orders in sequence; accepted ones add to the exposure of their account.

    Without rules of the design every order is accepted or refused whole (`plain_rules`).

    Parameters
    ----------
    orders : the table of open orders, days of payment are written
    work : ``count`` orders; which are refused and what is held back are written
    accounts : `oldest_due` has been found; accepted values are changed
    """
    modes, own, cash_share, key, (account, consigned, price) = terms
    limit, receivable, accepted, oldest = accounts
    (numbers, grids), (marks, lines) = orders, work
    for place in range(count):
        row, marks[REFUSED, place] = marks[ROW, place], 0
        for product in range(lines.shape[2]):
            lines[HELD, place, product] = 0
        if marks[NEW, place] == 0:
            continue
        outlet, mode = numbers[OUTLET, row], numbers[MODE, row]
        owner, on_sale, prepay = account[outlet], consigned[outlet], modes[_PREPAY, mode]
        limited, grace, action = _of_account(modes, own, mode, owner)
        late = limited and oldest[owner] + grace < day
        if on_sale:  # nothing is owed for goods on consignment until they are sold
            numbers[PAY_DAY, row], marks[REFUSED, place] = CONSIGNED, late
            continue
        if prepay >= 0:
            numbers[PAY_DAY, row] = max(day, numbers[DAY, row] + modes[_PROMISE, mode] - prepay)
            continue
        option, value = numbers[OPTION, row], np.int64(0)
        for product in range(lines.shape[2]):
            value += grids[ORDERED, row, product] * price[outlet, option, product]
        free = limit[owner] - receivable[owner] - accepted[owner]
        if not late and (not limited or value <= free):
            accepted[owner] += value
        elif action == PARTIAL and not late:
            prices, held = price[outlet, option], lines[HELD, place]
            cost = _release(grids[ORDERED, row], prices, max(0, free), held)
            accepted[owner] += max(0, cost)
            marks[REFUSED, place] = cost < 0
        elif action == CASH:
            uniform = uniform_at(outlet, np.int64(0), key, np.int64(_PURPOSE), numbers[DAY, row])
            marks[REFUSED, place] = uniform >= cash_share[mode]
            numbers[PAY_DAY, row] = AT_DOOR
        else:
            marks[REFUSED, place] = 1


@kernel
def _of_account(modes: IntArray, own: IntArray, mode: int, owner: int) -> tuple[bool, int, int]:
    """Return whether an account has a limit, its days of grace and what happens beyond."""
    limited, grace, action = modes[_LIMITED, mode] > 0, modes[_GRACE, mode], modes[_ACTION, mode]
    if own.shape[1] == 0:
        return limited, grace, action
    limited = limited or own[_OWN_LIMIT, owner] >= 0
    if own[_OWN_GRACE, owner] != AS_MODE:
        grace = own[_OWN_GRACE, owner]
    if own[_OWN_ACTION, owner] != AS_MODE:
        action = own[_OWN_ACTION, owner]
    return limited, grace, action


@kernel
def oldest_due(day: int, unpaid: Unpaid, oldest: IntArray) -> int:
    """Find the earliest due day of what each account owes, `FAR` where none can be too late.

    Returns
    -------
    number of the invoices that may be overdue and have been paid
    """
    invoices, bills, count, open_bills, least_grace = unpaid
    ended, last = 0, day - least_grace
    oldest[:] = FAR
    for row in range(count):
        if invoices[columns.LATE_PAID, row] <= day:
            ended += 1
        elif invoices[columns.LATE_DUE, row] < last:
            owner = invoices[columns.LATE_ACCOUNT, row]
            oldest[owner] = min(oldest[owner], invoices[columns.LATE_DUE, row])
    for row in range(open_bills):
        if bills[columns.DUE, row] < last:
            owner = bills[columns.ACCOUNT, row]
            oldest[owner] = min(oldest[owner], bills[columns.DUE, row])
    return ended


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
    part = np.where(rules.review_days[mode] > 0, scored, own) + network.once(deposits)[rows]
    limit = np.zeros_like(network.limit)
    add_at(limit, network.account[rows], part)
    return limit


def customers_money(network: Network, state: State) -> IntArray:
    """Return advances and deposits that each site holds: (S,) ticks."""
    held = advances(network, state)
    if credit_rules(network) is not None:
        rows = network.covered
        add_at(held, network.design.outlets.site[rows], network.once(deposits)[rows])
    return held


def advances(network: Network, state: State) -> IntArray:
    """Return what has been paid for goods that are still to be delivered: (S,) ticks."""
    held = np.zeros(len(network.owner), dtype=np.int64)
    if credit_rules(network) is not None:  # else nobody pays before the goods come
        orders = state.orders
        advanced(state.day, len(orders), orders.storage(), network.price, held)
    return held


@kernel
def advanced(day: int, count: int, orders: Table, price: IntArray, held: IntArray) -> None:
    """Find what has been paid of ``count`` open orders that are still to come: (S,) ticks."""
    numbers, grids = orders
    held[:] = 0
    for row in range(count):
        if not 0 <= numbers[PAY_DAY, row] <= day:
            continue
        outlet, option = numbers[OUTLET, row], numbers[OPTION, row]
        for product in range(grids.shape[2]):
            cases = grids[MISSING, row, product] + grids[PENDING, row, product]
            held[numbers[SITE, row]] += cases * price[outlet, option, product]
