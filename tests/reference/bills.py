"""00:00: what outlets and chains owe is paid, reminded of or given up (docs/world/credit.md)."""

import math

from channelwright.foundation.random import Purpose
from channelwright.model.payments import PaymentBehaviour
from channelwright.tables.codes import Account, ReceiptKind
from channelwright.tables.outputs import PAYMENTS, RECEIPTS
from tests.reference.credit import account_entity, payer_outlet, review_limits
from tests.reference.laws import payment_delay, share, shock
from tests.reference.records import Invoice
from tests.reference.state import State
from tests.reference.world import OUTSIDE

NEVER = 10**9


def followed(state: State) -> bool:
    """Say whether invoices are followed one by one."""
    credit = state.design.credit
    named = credit is not None and (
        credit.rules is not None or credit.dunning is not None or credit.collecting is not None
    )
    return state.market.payments is not None or named


def behaviour(state: State) -> PaymentBehaviour | None:
    """Return how accounts pay."""
    return state.market.payments


def segment_of(state: State, outlet: int) -> int:
    """Return the segment of an outlet."""
    return state.market.outlets.segment[outlet]


def delay_of(state: State, outlet: int, mode: int, day: int) -> int:
    """Return the days that an invoice of today will be late."""
    mean = state.design.terms.payment_delay[mode]
    paying = behaviour(state)
    if paying is not None:
        first = payer_outlet(state, state.payer(outlet))
        entity, sub = account_entity(state.market, outlet)
        uniform = state.uniform(Purpose.PAYMENT_CHARACTER, 0, entity, sub)
        character = shock(uniform, paying.spread[segment_of(state, first)])
        mean = mean * paying.delay_factor[segment_of(state, outlet)] * character
    if mean <= 0:
        return 0
    return payment_delay(state.uniform(Purpose.PAYMENT_DELAY, day, outlet), mean)


def part_of(state: State, outlet: int, day: int, amount: int) -> int:
    """Return what of an invoice is paid when it falls due, whatever happens to the rest."""
    paying = behaviour(state)
    if paying is None:
        return 0
    segment = segment_of(state, outlet)
    drawn = state.uniform(Purpose.PAYMENT_PART, day, outlet)
    if drawn >= paying.part_chance[segment]:
        return 0
    return share(amount, paying.part_share[segment])


def collect(state: State, day: int) -> None:
    """Run 00:00 of a day over all bills."""
    bills = [invoice for owed in state.unpaid.values() for invoice in owed if invoice.outlet >= 0]
    stop_paying(state, day)
    for bill in bills:
        if falls_due(bill) == day and bill.part > 0 and not has_stopped(state, bill, day):
            pay(state, bill, bill.part, day, ReceiptKind.PART)
    for bill in bills:
        if bill.paid_day == day and bill.open > 0:
            if has_stopped(state, bill, day):
                bill.paid_day = NEVER
            else:
                pay(state, bill, bill.open, day, ReceiptKind.REST)
    for bill in bills:
        if falls_due(bill) == day:
            state.fell_due.append((day, bill.payer, bill.amount, bill.open))
    for bill in bills:
        remind(state, bill, day)
    for bill in bills:
        write_off(state, bill, day)
    review_limits(state, day)
    for bill in [bill for bill in bills if bill.open == 0]:
        state.unpaid[bill.payer].remove(bill)
        write_bill(state, bill, day)


def falls_due(bill: Invoice) -> int:
    """Return the day on which a bill falls due."""
    return max(bill.due_day, bill.day + 1)


def stop_paying(state: State, day: int) -> None:
    """On the first day of a month some accounts stop paying."""
    month, paying = state.market.calendar.month, behaviour(state)
    if paying is None or day == 0 or month[day] == month[day - 1]:
        return
    for payer in {state.payer(outlet) for outlet in state.covered}:
        first = payer_outlet(state, payer)
        segment = segment_of(state, first)
        entity, sub = account_entity(state.market, first)
        drawn = state.uniform(Purpose.DEFAULT, day, entity, sub)
        if drawn < paying.default_rate[segment]:
            state.stopped_until[payer] = day + paying.default_days[segment]


def has_stopped(state: State, bill: Invoice, day: int) -> bool:
    """Say whether the payer of a bill does not pay today."""
    return state.stopped_until.get(bill.payer, 0) > day


def pay(state: State, bill: Invoice, amount: int, day: int, kind: ReceiptKind) -> None:
    """Take an amount from what is open."""
    bill.open -= amount
    if kind is not ReceiptKind.WRITTEN_OFF:
        state.cash[bill.site] += amount
    state.books.write(
        RECEIPTS,
        day=day,
        invoice_day=bill.day,
        payer=bill.payer,
        payee=bill.payee,
        outlet=bill.outlet,
        site=bill.site,
        kind=int(kind),
        amount=amount,
    )


def remind(state: State, bill: Invoice, day: int) -> None:
    """Send the reminder of the day, if there is one."""
    credit = state.design.credit
    levels = None if credit is None else credit.dunning
    for level in range(0 if levels is None else len(levels)):
        assert levels is not None
        if bill.open == 0 or bill.due_day + levels.days[level] != day:
            continue
        cost = levels.cost[level]
        place = place_of(state, bill)
        state.books.post(day, Account.DUNNING, bill.payee, OUTSIDE, cost, **place)
        if bill.paid_day < NEVER and not has_stopped(state, bill, day):
            left = bill.paid_day - day
            bill.paid_day = day + max(1, math.ceil(left * levels.keep[level] / 1_000_000))


def write_off(state: State, bill: Invoice, day: int) -> None:
    """Give up a bill that is too old, but for what is recovered."""
    paying = behaviour(state)
    if paying is None or bill.open == 0:
        return
    segment = segment_of(state, bill.outlet)
    after = paying.write_off_days[segment]
    if after == 0 or bill.due_day + after != day:
        return
    recovered = share(bill.open, paying.recovered[segment])
    if recovered > 0:
        pay(state, bill, recovered, day, ReceiptKind.RECOVERED)
    if bill.open > 0:
        place = place_of(state, bill)
        state.books.post(day, Account.WRITE_OFF, bill.payee, bill.payer, bill.open, **place)
        pay(state, bill, bill.open, day, ReceiptKind.WRITTEN_OFF)


def place_of(state: State, bill: Invoice) -> dict[str, int]:
    """Return mode, site and outlet of a bill."""
    mode = state.sale_mode(bill.outlet, state.column_of(bill.outlet, bill.site))
    return {"mode": mode, "site": bill.site, "outlet": bill.outlet}


def write_bill(state: State, bill: Invoice, paid_day: int) -> None:
    """Write an invoice when its end is known."""
    state.books.write(
        PAYMENTS,
        invoice_day=bill.day,
        due_day=bill.due_day,
        paid_day=paid_day,
        payer=bill.payer,
        payee=bill.payee,
        outlet=bill.outlet,
        site=bill.site,
        amount=bill.amount,
    )


def write_open_bills(state: State) -> None:
    """Write the bills that are open at the horizon."""
    for owed in state.unpaid.values() if followed(state) else ():
        for bill in owed:
            if bill.outlet >= 0:
                write_bill(state, bill, -1)
