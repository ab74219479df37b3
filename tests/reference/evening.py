"""19:00: credit check and allocation. 20:00: the pick desks."""

import math
from collections.abc import Generator

import simpy

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.market import PICK_LAWS
from channelwright.tables.codes import Account
from tests.reference.allocation import share_stock
from tests.reference.credit import decide
from tests.reference.deliveries import send_by_tariff
from tests.reference.laws import exponential_seconds
from tests.reference.records import Order, PickOrder
from tests.reference.state import State
from tests.reference.world import OUTSIDE

ALLOCATION_SECOND = 68_400


# ---------------------------------------------------------------- 19:00
def check_and_allocate(state: State, day: int) -> list[PickOrder]:
    """Handle today's first attempts, then share stock; return what is to be picked."""
    for order in sorted(state.to_handle[day], key=lambda order: order.rank):
        if decide(state, order, day):
            accept(state, order, day)
        else:
            refuse(order, day)
    waiting = sorted(state.waiting, key=lambda order: order.rank)
    tried = [PickOrder(order, day, release_of(state, order, day)) for order in waiting]
    share_stock(state, waiting, tried, day)
    picks = [pick for pick in tried if pick.cases]
    state.waiting = [order for order in state.waiting if order.missing]
    for pick in picks:
        post_handling(state, pick, day)
    return picks


def refuse(order: Order, day: int) -> None:
    """End every line of an order."""
    for line in order.lines:
        line.refused = True
        line.lost = line.ordered
        line.end_day = day


def accept(state: State, order: Order, day: int) -> None:
    """Count an order as demand of its site."""
    order.accepted = True
    state.waiting.append(order)
    for line in order.lines:
        units = line.outstanding * state.units_per_case[line.product]
        state.demand[order.site][line.product][day] += units
        state.outlet_orders[order.site][line.product][day] += units


def release_of(state: State, order: Order, day: int) -> int:
    """Return the second at which an order reaches the desk."""
    if not state.market.sites.pick_flow[order.site]:
        return day * DAY_SECONDS + ALLOCATION_SECOND
    return day * DAY_SECONDS + (order.second if order.day == day else 0)


def post_handling(state: State, pick: PickOrder, day: int) -> None:
    """Book picking and loading to the owner of the site."""
    order = pick.order
    amount = state.market.sites.handling_cost[order.site] * pick.total
    state.books.post(
        day,
        Account.HANDLING,
        state.owner(order.site),
        OUTSIDE,
        amount,
        mode=order.mode,
        site=order.site,
        outlet=order.outlet,
    )


# ---------------------------------------------------------------- 20:00
def pick_and_send(clock: simpy.Environment, state: State, picks: list[PickOrder], day: int) -> None:
    """Run every desk over the evening's batch and hand the goods to the carriers."""
    for site in state.open_sites:
        batch = [pick for pick in picks if pick.order.site == site]
        batch.sort(key=lambda pick: (pick.release, *pick.order.rank))
        run_desk(state, site, batch, day)
    for pick in picks:
        if state.carrier(pick.order.mode) == "truck":
            state.picked_for_trucks[pick.order.site].append(pick)
        else:
            clock.process(send_by_tariff(clock, state, pick))


def run_desk(state: State, site: int, batch: list[PickOrder], day: int) -> None:
    """Find when each pick order is ready.

    Orders reach a desk before the evening on which their batch is known, so a desk has a
    clock of its own, which starts again at 00:00 of the day. What an earlier batch left
    unfinished at that moment stands before everything that is new.
    """
    clock = simpy.Environment(initial_time=day * DAY_SECONDS)
    desk = simpy.Resource(clock, capacity=servers(state, site))
    earlier = [pick for pick in state.unfinished_picks[site] if pick.ready > clock.now]
    for pick in earlier:
        clock.process(finish_earlier_pick(clock, desk, pick))
    for pick in batch:
        clock.process(pick_order(clock, desk, state, pick))
    clock.run()
    state.unfinished_picks[site] = earlier + batch


def servers(state: State, site: int) -> float:
    """Return the number of pickers; none means that nobody waits for one."""
    pickers = state.design.sites.pickers[site]
    return pickers if pickers > 0 else math.inf


def finish_earlier_pick(
    clock: simpy.Environment, desk: simpy.Resource, pick: PickOrder
) -> Generator[simpy.Event, None, None]:
    """A pick order of an earlier batch, whose end is known."""
    with desk.request() as turn:
        yield turn
        yield clock.timeout(pick.ready - clock.now)


def pick_order(
    clock: simpy.Environment, desk: simpy.Resource, state: State, pick: PickOrder
) -> Generator[simpy.Event, None, None]:
    """A pick order: release, queue, opening hours, service."""
    site = pick.order.site
    yield clock.timeout(pick.release - clock.now)
    with desk.request() as turn:
        yield turn
        yield clock.timeout(opening(state, site, clock.now) - clock.now)
        yield clock.timeout(service_seconds(state, pick))
    pick.ready = clock.now


def opening(state: State, site: int, moment: int) -> int:
    """Return the first moment from now on at which the desk is open."""
    day, second = divmod(moment, DAY_SECONDS)
    opens = state.market.sites.pick_open[site]
    if second < opens:
        return day * DAY_SECONDS + opens
    if second >= state.market.sites.pick_close[site]:
        return (day + 1) * DAY_SECONDS + opens
    return moment


def service_seconds(state: State, pick: PickOrder) -> int:
    """Return the picking time of an order."""
    sites, site = state.market.sites, pick.order.site
    mean = sites.pick_order_seconds[site]
    mean += len(pick.cases) * sites.pick_line_seconds[site]
    if PICK_LAWS[sites.pick_law[site]] == "fixed":
        return mean
    return exponential_seconds(
        state.uniform(Purpose.PICK_TIME, pick.evening, pick.order.outlet), mean
    )
