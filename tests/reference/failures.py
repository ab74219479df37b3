"""A stop where nobody takes the goods: another try on the next day, then back to the site."""

from enum import Enum

from channelwright.foundation.random import Purpose
from channelwright.tables.outputs import FAILED_DELIVERIES
from tests.reference.perishing import receive
from tests.reference.records import PickOrder
from tests.reference.state import State


class Outcome(Enum):
    """What became of a stop."""

    TAKEN = 1
    AGAIN = 2
    CANCELLED = 3


def try_stop(state: State, pick: PickOrder, day: int, second: int, tour: int) -> Outcome:
    """See whether somebody of the outlet takes the goods."""
    order = pick.order
    rules, attempts = state.market.delivery, state.design.service.attempts
    if rules is None or attempts is None:
        return Outcome.TAKEN
    chance = rules.failure[state.market.outlets.segment[order.outlet]]
    if state.uniform(Purpose.DELIVERY_FAILURE, day, order.outlet) >= chance:
        return Outcome.TAKEN
    pick.attempts += 1
    pick.left_behind = True
    last = pick.attempts >= attempts[order.mode]
    state.books.write(
        FAILED_DELIVERIES,
        day=day,
        second=second,
        outlet=order.outlet,
        site=order.site,
        order_day=order.day,
        ready_second=pick.ready_second,
        cases=pick.total,
        tour=tour,
        attempt=pick.attempts,
        cancelled=int(last),
    )
    if last:
        bring_back(state, pick, day)
        return Outcome.CANCELLED
    return Outcome.AGAIN


def bring_back(state: State, pick: PickOrder, day: int) -> None:
    """Put the goods back into the stock of the site; nobody waits for them any more."""
    order = pick.order
    for product, cases in pick.cases.items():
        receive(state, ("site", order.site, product), day, cases * state.units_per_case[product])
        line = next(line for line in order.lines if line.product == product)
        line.allocated -= cases
        line.lost += cases
        if line.outstanding == 0:
            line.end_day = day
