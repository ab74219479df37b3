"""Lists of people, what calls take, and how shelves are counted (docs/world/order-capture.md)."""

from channelwright.foundation.random import Purpose
from tests.reference.geography import seconds
from tests.reference.laws import round_half_up, shock
from tests.reference.state import State


def list_of_the_day(state: State, rep: int, planned: list[int]) -> list[int]:
    """Return the calls of a working day: those carried over, then the planned ones."""
    carried = state.carried.pop(rep, [])
    planned = sorted(planned, key=lambda outlet: state.design.outlets.call_rank[outlet])
    return carried + [outlet for outlet in planned if outlet not in carried]


def is_carried(state: State, mode: int) -> bool:
    """Say whether calls of a mode that do not fit go to the next working day."""
    return state.design.capture is not None and state.design.capture.carry_over[mode]


def travel_seconds(state: State, rep: int, previous: int | None, outlet: int) -> int:
    """Return the way from the call before, or from where the rep starts."""
    area = state.design.reps.area[rep]
    start = len(state.market.outlets) + area if previous is None else previous
    listed = listed_seconds(state)
    if (start, outlet) in listed:
        return listed[start, outlet]
    place = state.map.reps[rep] if previous is None else state.map.outlets[previous]
    metres = state.map.metres(place, state.map.outlets[outlet])
    return seconds(metres, state.market.roles.speed[state.design.reps.role[rep]])


def listed_seconds(state: State) -> dict[tuple[int, int], int]:
    """Return the given travel times by start and end; the first of equal rows counts."""
    work = state.market.field_work
    if work is not None and not state.travel:
        rows = zip(work.travel.start, work.travel.end, work.travel.seconds, strict=True)
        for start, end, given in rows:
            state.travel.setdefault((start, end), given)
    return state.travel


def minutes_inside(state: State, role: int, outlet: int) -> int:
    """Return the seconds in an outlet, by its segment if that is given, else by its grade."""
    outlets = state.market.outlets
    if state.market.field_work is not None:
        given = state.market.field_work.call_seconds[role][outlets.segment[outlet]]
        if given >= 0:
            return given
    return state.market.roles.call_seconds[role][outlets.grade[outlet]]


def counted_shelf(state: State, outlet: int, day: int) -> list[int]:
    """Return the units of each product that a caller counts."""
    if state.market.field_work is None:
        return state.shelf[outlet]
    sigma = state.market.field_work.count_error[state.mode_of(outlet)]
    return [
        round_half_up(
            state.shelf[outlet][product]
            * shock(state.uniform(Purpose.SHELF_COUNT, day, outlet, product), sigma)
        )
        for product in state.products
    ]
