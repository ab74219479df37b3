"""Empty shelves, from docs/world/stockouts.md."""

import math
from collections import defaultdict
from collections.abc import Generator

import simpy

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.rival_outputs import STOCKOUTS
from tests.reference.consumers import OPENING_SECOND, close
from tests.reference.online import serve_from_nearby
from tests.reference.records import Evening
from tests.reference.state import State

Place = tuple[int, int]  # outlet, product


def go_on(clock: simpy.Environment, state: State) -> Generator[simpy.Event, None, None]:
    """Every evening after all consumers came once, where shelves depend on each other."""
    evenings = state.evenings
    assert evenings is not None
    yield clock.timeout(OPENING_SECOND)
    for day in range(state.horizon):
        serve_from_nearby(state, evenings, day)
        if state.market.stockout is not None:
            state.coming = react(state, evenings, day)
        for evening in evenings.values():
            close(state, evening)
        yield clock.timeout(DAY_SECONDS)


def react(state: State, evenings: dict[Place, Evening], day: int) -> dict[Place, int]:
    """Let those go elsewhere who found nothing; return who comes tomorrow."""
    split = {place: parts(state, seen, day) for place, seen in evenings.items() if seen.unmet}
    bought: dict[Place, int] = defaultdict(int)
    came: dict[Place, int] = defaultdict(int)
    lookers: dict[int, int] = defaultdict(int)  # by outlet
    for (outlet, product), (_, look, leave) in split.items():
        lookers[outlet] += look
        if outlet in state.nearest:
            came[state.nearest[outlet], product] += leave
    for outlet, looking in lookers.items():
        liked = sorted(state.products, key=lambda p, o=outlet: (-state.base_rate(o, p), p))
        for product in liked:
            units = buy(state, evenings[outlet, product], looking)
            bought[outlet, product] = units
            looking -= units
    for place in split.keys() | bought.keys() | came.keys():
        served = buy(state, evenings[place], came[place])
        wait, look, leave = split.get(place, (0, 0, 0))
        if evenings[place].unmet or bought[place] or came[place]:
            state.books.write(
                STOCKOUTS,
                day=day,
                outlet=place[0],
                product=place[1],
                unmet=evenings[place].unmet,
                waiting=wait,
                to_products=look,
                to_outlets=leave if place[0] in state.nearest else 0,
                bought_instead=bought[place],
                came=came[place],
                bought_by_others=served,
            )
    return {place: wait for place, (wait, _, _) in split.items() if wait}


def parts(state: State, evening: Evening, day: int) -> tuple[int, int, int]:
    """Return who waits, who looks at other products, who goes to another outlet."""
    plan = state.market.stockout
    u = state.uniform(Purpose.STOCKOUT, day, evening.outlet, evening.product)
    ends, total = [], 0.0
    for share in (plan.wait, plan.product, plan.outlet):
        total += share
        ends.append(min(evening.unmet, math.floor(evening.unmet * total + u)))
    return ends[0], ends[1] - ends[0], ends[2] - ends[1]


def buy(state: State, evening: Evening, wanted: int) -> int:
    """Sell what is left, as at the door."""
    shelf = state.shelf[evening.outlet]
    units = min(shelf[evening.product], wanted)
    shelf[evening.product] -= units
    evening.sold += units
    return units
