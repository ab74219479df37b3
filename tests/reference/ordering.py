"""08:00-18:00: reps call on outlets; other outlets order by calendar, call or app."""

import math
from collections import defaultdict
from collections.abc import Generator

import simpy

from channelwright.foundation.random import Purpose
from channelwright.model.design import CYCLE_DAYS
from channelwright.tables.codes import CallState
from channelwright.tables.outputs import CALLS
from tests.reference.allocation import place_of
from tests.reference.approval import asks
from tests.reference.collecting import ask_for_money, what_is_asked
from tests.reference.contracts import carries
from tests.reference.field_work import (
    counted_shelf,
    is_carried,
    list_of_the_day,
    minutes_inside,
    travel_seconds,
)
from tests.reference.laws import round_half_up
from tests.reference.records import Line, Order
from tests.reference.shelf_policies import opening_level, policy_cases, rule_of
from tests.reference.sources import choose_source, finds_source
from tests.reference.state import State

START_OF_FIELD_DAY = 28_800
HIGHEST_STRIKE = 0.98


def take_orders(state: State, day: int) -> None:
    """Run the selling day on a clock of its own: all orders read the same shelves."""
    clock = simpy.Environment()
    beats: dict[int, list[int]] = defaultdict(list)
    cycle_day = (day + state.market.calendar.start.weekday()) % CYCLE_DAYS
    order_days = state.design.outlets.order_days
    visited = [state.capture(mode) == "visit" for mode in range(len(state.market.modes))]
    for outlet in state.covered:
        if order_days[outlet] >> cycle_day & 1:
            if visited[state.mode_of(outlet)]:
                beats[state.design.outlets.rep[outlet]].append(outlet)
            else:
                clock.process(order_unasked(clock, state, outlet, day))
    if state.working(day):
        for rep in range(len(state.design.reps)):
            beat = list_of_the_day(state, rep, beats[rep])
            clock.process(rep_day(clock, state, rep, beat, day))
    clock.run()


def rep_day(
    clock: simpy.Environment, state: State, rep: int, beat: list[int], day: int
) -> Generator[simpy.Event, None, None]:
    """One rep, from call to call, until a call does not fit."""
    yield clock.timeout(START_OF_FIELD_DAY)
    roles, role = state.market.roles, state.design.reps.role[rep]
    previous = None
    for made, outlet in enumerate(beat):
        asking = what_is_asked(state, outlet, day)
        travel = travel_seconds(state, rep, previous, outlet)
        length = travel + roles.stop_seconds[role] + minutes_inside(state, role, outlet)
        length += asking.seconds if asking else 0
        end = clock.now + length
        if end - START_OF_FIELD_DAY > roles.field_seconds[role] or made >= roles.max_calls[role]:
            miss_calls(state, rep, beat[made:], day)
            return
        yield clock.timeout(length)
        previous = outlet
        ordered_at = clock.now
        given = True
        if asking:
            ordered_at -= asking.seconds if asking.after else 0
            given = ask_for_money(state, rep, outlet, day, asking)
        refused = asking is not None and asking.refuse and not given
        order = None if refused else visit(state, outlet, day, ordered_at)
        outcome = CallState.PRODUCTIVE if order else CallState.NO_ORDER
        lines = len(order.lines) if order else 0
        write_call(state, day, rep, outlet, clock.now, outcome, lines)


def miss_calls(state: State, rep: int, missed: list[int], day: int) -> None:
    """Drop the calls that do not fit, or carry them over to the next working day."""
    carried = is_carried(state, state.design.reps.mode[rep])
    for outlet in missed:
        outcome = CallState.CARRIED if carried else CallState.MISSED
        write_call(state, day, rep, outlet, -1, outcome, 0)
    if carried:
        state.carried[rep] = list(missed)


def write_call(
    state: State, day: int, rep: int, outlet: int, second: int, outcome: CallState, lines: int
) -> None:
    """Write one planned call."""
    state.books.write(
        CALLS, day=day, rep=rep, outlet=outlet, second=second, state=int(outcome), lines=lines
    )


def visit(state: State, outlet: int, day: int, second: int) -> Order | None:
    """Ask an outlet for an order."""
    mode = state.mode_of(outlet)
    chance = min(HIGHEST_STRIKE, state.market.modes.strike[mode] * state.effort[mode])
    if state.uniform(Purpose.STRIKE, day, outlet) >= chance:
        return None
    chance_to_list(state, outlet, day)
    lines = wanted_lines(state, outlet, day, counted_shelf(state, outlet, day))
    return place_order(state, outlet, day, second, lines) if lines else None


def chance_to_list(state: State, outlet: int, day: int) -> None:
    """Let an outlet list what it lacks, where the range is played."""
    if outlet in state.shops:
        state.shops[outlet].chance_to_list(day)


def order_unasked(
    clock: simpy.Environment, state: State, outlet: int, day: int
) -> Generator[simpy.Event, None, None]:
    """One outlet that orders by itself."""
    service, mode = state.design.service, state.mode_of(outlet)
    second = service.order_open[mode]
    if state.capture(mode) in ("pull", "app"):
        span = service.order_close[mode] - second
        second += math.floor(state.uniform(Purpose.ORDER_TIME, day, outlet) * span)
    yield clock.timeout(second)
    chance_to_list(state, outlet, day)
    lines = wanted_lines(state, outlet, day, state.shelf[outlet])
    if lines:
        place_order(state, outlet, day, second, lines)


def cover_days(state: State, outlet: int) -> float:
    """Return the days of expected demand up to which an outlet fills its shelf."""
    if outlet not in state.cover:
        service, mode = state.design.service, state.mode_of(outlet)
        cover = service.cover_days[mode]
        order_days = state.design.outlets.order_days[outlet].bit_count()
        if order_days:
            cover += service.interval_cover[mode] * CYCLE_DAYS / order_days
        state.cover[outlet] = cover
    return state.cover[outlet]


def stocked_demand(state: State, outlet: int, product: int, day: int) -> float:
    """Return the demand that an outlet orders for: none for what its chain does not list."""
    if state.design.contracts is not None and not carries(state, outlet, product):
        return 0.0
    return state.expected_with_online(outlet, product, day)


def shelf_level(state: State, outlet: int, product: int, day: int) -> int:
    """Return the level that the opening shelf of an outlet is half of."""
    expected = stocked_demand(state, outlet, product, day)
    if rule_of(state, outlet, product).policy:
        return opening_level(state, outlet, product, expected, cover_days(state, outlet))
    return round_half_up(cover_days(state, outlet) * expected)


def wanted_lines(state: State, outlet: int, day: int, shelf: list[int]) -> list[Line]:
    """Return the lines that an outlet with this shelf wants, none if it wants no order."""
    lines, ruled, position, total = [], [], 0, 0.0
    cover, ordered = cover_days(state, outlet), on_order(state, outlet)
    has_rules = state.design.stock is not None
    for product, units in enumerate(state.units_per_case):
        on_hand = shelf[product] + ordered[product]
        expected = stocked_demand(state, outlet, product, day)
        if has_rules and rule_of(state, outlet, product).policy:
            cases = policy_cases(state, outlet, product, on_hand, expected, cover)
            ruled += [Line(product, cases)] if cases > 0 else []
            continue
        gap = round_half_up(cover * expected) - on_hand
        cases = (2 * gap + units) // (2 * units) if gap > 0 else 0
        if cases > 0:
            lines.append(Line(product, cases))
        position += on_hand
        total += expected
    reorder_days = state.design.service.reorder_days[state.mode_of(outlet)]
    low = reorder_days < 0 or position < reorder_days * total
    wanted = lines if low else []
    if ruled:
        wanted = sorted(wanted + ruled, key=lambda line: line.product)
    return wanted if wanted and finds_source(state, outlet, wanted) else []


def on_order(state: State, outlet: int) -> list[int]:
    """Return the units of each product ordered and not yet delivered, cut or refused."""
    units = [0] * len(state.products)
    for order in state.open_orders(outlet):
        for line in order.lines:
            units[line.product] += line.outstanding * state.units_per_case[line.product]
    return units


def place_order(state: State, outlet: int, day: int, second: int, lines: list[Line]) -> Order:
    """Choose a source, note the order and lift execution."""
    service = state.design.service
    column, lines = choose_source(state, outlet, day, lines)
    mode = state.sale_mode(outlet, column)
    order = Order(
        day=day,
        second=second,
        outlet=outlet,
        mode=mode,
        site=state.design.outlets.options[outlet][column],
        handling_day=day if second <= service.cutoff[mode] else day + 1,
        priority=service.priority[mode] + place_of(service.allocation, outlet),
        lines=lines,
    )
    state.add_order(order)
    if asks(state, day, outlet, mode):
        state.requests.append(order)
    else:
        state.to_handle[order.handling_day].append(order)
    own = state.mode_of(outlet)
    lift = min(1.0, state.market.modes.lift[own] * state.effort[own])
    state.execution[outlet] += lift * (1.0 - state.execution[outlet])
    if outlet in state.shops:
        state.shops[outlet].ordered()
    return order
