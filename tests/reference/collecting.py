"""Reps who ask for overdue money at their calls (docs/world/collecting.md)."""

from dataclasses import dataclass

from channelwright.foundation.random import Purpose
from channelwright.model.collecting import CollectingResponse, CollectingRules
from channelwright.tables.codes import CollectResult, ReceiptKind
from channelwright.tables.outputs import COLLECTIONS
from tests.reference.bills import has_stopped, pay, segment_of, write_bill
from tests.reference.laws import share
from tests.reference.records import Invoice
from tests.reference.state import State


@dataclass(frozen=True)
class Asking:
    """What a rep asks of an outlet at a call."""

    bills: list[Invoice]
    overdue: int
    seconds: int
    after: bool
    refuse: bool


def collecting_rules(state: State) -> CollectingRules | None:
    """Return when reps ask for money."""
    return None if state.design.credit is None else state.design.credit.collecting


def what_is_asked(state: State, outlet: int, day: int) -> Asking | None:
    """Return what a rep will ask for at a call of today, None if nothing."""
    rules, mode = collecting_rules(state), state.mode_of(outlet)
    if rules is None or not rules.asks[mode] or state.market.outlets.chain[outlet] >= 0:
        return None
    bills = [
        bill
        for bill in state.unpaid[state.payer(outlet)]
        if bill.outlet == outlet and bill.due_day + rules.overdue_days[mode] < day
    ]
    overdue = sum(bill.open for bill in bills)
    if overdue < max(1, rules.minimum[mode]):
        return None
    seconds, after = rules.seconds[mode], rules.after[mode]
    return Asking(bills, overdue, seconds, after, rules.refuse[mode])


def ask_for_money(state: State, rep: int, outlet: int, day: int, asking: Asking) -> bool:
    """Ask, take what is given, and say whether anything was."""
    result, promised = CollectResult.NOTHING, -1
    before = sum(bill.open for bill in asking.bills)
    response = None if state.market.payments is None else state.market.payments.collecting
    if response is not None and not has_stopped(state, asking.bills[0], day):
        result = answer(state, outlet, day, response)
        segment = segment_of(state, outlet)
        if result == CollectResult.PAID:
            for bill in list(asking.bills):
                take(state, bill, share(bill.open, response.pay_share[segment]), day)
        elif result != CollectResult.NOTHING:
            promised = day + response.promise_days[segment]
        if result == CollectResult.PROMISED:
            for bill in asking.bills:
                bill.paid_day = min(bill.paid_day, promised)
    state.books.write(
        COLLECTIONS,
        day=day,
        rep=rep,
        outlet=outlet,
        overdue=before,
        result=int(result),
        paid=before - sum(bill.open for bill in asking.bills),
        promised_day=promised,
    )
    return result != CollectResult.NOTHING


def answer(state: State, outlet: int, day: int, response: CollectingResponse) -> CollectResult:
    """Draw what an outlet gives."""
    segment = segment_of(state, outlet)
    pays, promises = response.pays[segment], response.promises[segment]
    drawn = state.uniform(Purpose.COLLECTING, day, outlet)
    if drawn < pays:
        return CollectResult.PAID
    if drawn < pays + promises * response.kept[segment]:
        return CollectResult.PROMISED
    if drawn < pays + promises:
        return CollectResult.BROKEN
    return CollectResult.NOTHING


def take(state: State, bill: Invoice, amount: int, day: int) -> None:
    """Take money at the call; a bill that is paid in full is done with."""
    if amount > 0:
        pay(state, bill, amount, day, ReceiptKind.COLLECTED)
    if bill.open == 0:
        state.unpaid[bill.payer].remove(bill)
        write_bill(state, bill, day)
