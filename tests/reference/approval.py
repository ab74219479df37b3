"""Requests for discounts above authority wait at a desk (docs/world/approval.md)."""

import math
from collections.abc import Generator

import simpy

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.approval import ApprovalDesk
from channelwright.model.market import PICK_LAWS
from channelwright.tables.codes import Account
from channelwright.tables.outputs import APPROVALS
from tests.reference.laws import exponential_seconds, share
from tests.reference.records import Order, Request
from tests.reference.state import State

CHECK_SECOND = 68_400


def desk_of(state: State) -> ApprovalDesk | None:
    """Return the desks of the design."""
    credit = state.design.credit
    return None if credit is None else credit.approval


def asks(state: State, day: int, outlet: int, mode: int) -> bool:
    """Say whether an order asks for more than its taker may give."""
    desk = desk_of(state)
    if desk is None:
        return False
    return state.uniform(Purpose.DISCOUNT_ASK, day, outlet) < desk.ask[mode]


def decide_requests(state: State, day: int) -> None:
    """Run the desks over the requests of a day, and say when each order is handled."""
    for mode in range(len(state.market.modes)) if desk_of(state) is not None else ():
        batch = [Request(order) for order in state.requests if order.mode == mode]
        batch.sort(key=lambda request: (request.order.second, request.order.outlet))
        run_desk(state, mode, batch, day)
        for request in batch:
            note(state, request, day)
    state.requests.clear()


def run_desk(state: State, mode: int, batch: list[Request], day: int) -> None:
    """Find begin and end of every decision; what was asked before stands before what is new."""
    desk = desk_of(state)
    assert desk is not None
    clock = simpy.Environment(initial_time=day * DAY_SECONDS)
    clerks = desk.clerks[mode]
    seats = simpy.Resource(clock, capacity=clerks if clerks > 0 else math.inf)
    earlier = [request for request in state.undecided[mode] if request.end > clock.now]
    for request in earlier:
        clock.process(finish(clock, seats, request))
    for request in batch:
        clock.process(wait_and_decide(clock, seats, state, request))
    clock.run()
    state.undecided[mode] = earlier + batch


def finish(
    clock: simpy.Environment, seats: simpy.Resource, request: Request
) -> Generator[simpy.Event, None, None]:
    """A request of an earlier day, whose end is known."""
    with seats.request() as turn:
        yield turn
        yield clock.timeout(request.end - clock.now)


def wait_and_decide(
    clock: simpy.Environment, seats: simpy.Resource, state: State, request: Request
) -> Generator[simpy.Event, None, None]:
    """A request: arrival, queue, opening hours, decision."""
    order, desk = request.order, desk_of(state)
    assert desk is not None
    yield clock.timeout(order.second)
    with seats.request() as turn:
        yield turn
        day, second = divmod(clock.now, DAY_SECONDS)
        opens = desk.opens[order.mode]
        if second < opens:
            yield clock.timeout(opens - second)
        elif second >= desk.closes[order.mode]:
            yield clock.timeout((day + 1) * DAY_SECONDS + opens - clock.now)
        request.begin = clock.now
        yield clock.timeout(decision_seconds(state, order))
        request.end = clock.now


def decision_seconds(state: State, order: Order) -> int:
    """Return the time of a decision."""
    desk = desk_of(state)
    assert desk is not None
    mean = desk.seconds[order.mode]
    if PICK_LAWS[desk.law[order.mode]] == "fixed":
        return mean
    return exponential_seconds(state.uniform(Purpose.APPROVAL_TIME, order.day, order.outlet), mean)


def note(state: State, request: Request, day: int) -> None:
    """Write a request, and send its order on."""
    order, desk = request.order, desk_of(state)
    assert desk is not None
    uniform = state.uniform(Purpose.DISCOUNT_GRANTED, day, order.outlet)
    granted = uniform < desk.granted[order.mode]
    order.discount = desk.discount[order.mode] if granted else 0
    end_day, second = divmod(request.end, DAY_SECONDS)
    latest = min(state.design.service.cutoff[order.mode], CHECK_SECOND)
    order.handling_day = end_day if second <= latest else end_day + 1
    state.to_handle[order.handling_day].append(order)
    state.books.write(
        APPROVALS,
        day=day,
        outlet=order.outlet,
        mode=order.mode,
        second=order.second,
        begin=request.begin - day * DAY_SECONDS,
        end=request.end - day * DAY_SECONDS,
        granted=int(granted),
    )


def post_discount(state: State, order: Order, value: int, day: int) -> None:
    """Book the discount on a delivery."""
    place = {"mode": order.mode, "site": order.site, "outlet": order.outlet}
    seller, payer = state.owner(order.site), state.payer(order.outlet)
    amount = share(value, order.discount)
    state.books.post(day, Account.DISCOUNT, seller, payer, amount, **place)
