"""Tours that are driven in an order of the day's own stops."""

from tests.reference.hours import hours_of
from tests.reference.records import PickOrder
from tests.reference.state import State
from tests.reference.ways import Tour, last_arrival, legs, tour_seconds


def sequence(state: State, site: int, tour: Tour) -> list[PickOrder]:
    """Return the pick orders as the truck brings them."""
    rules, vehicle = state.market.delivery, state.design.sites.vehicle[site]
    if rules is None or rules.daily_route is None or not rules.daily_route[vehicle]:
        return tour.picks
    anew = exchange(state, site, nearest_next(state, site, tour.picks))
    if sum(legs(state, site, anew)) >= sum(legs(state, site, tour.picks)):
        return tour.picks
    planned = tour_seconds(state, site, tour.picks, tour.leaving)
    if tour_seconds(state, site, anew, tour.leaving) > planned:
        return tour.picks
    for number, pick in enumerate(anew, start=1):
        closes = hours_of(state, pick.order.outlet)[1]
        if last_arrival(state, site, anew[:number], tour.leaving) > closes:
            return tour.picks
    return anew


def nearest_next(state: State, site: int, picks: list[PickOrder]) -> list[PickOrder]:
    """Go to the nearest stop that is left; of equal ones to the first of the route."""
    route: list[PickOrder] = []
    while len(route) < len(picks):
        left = [pick for pick in picks if not any(pick is one for one in route)]
        route.append(min(left, key=lambda pick: legs(state, site, [*route, pick])[len(route)]))
    return route


def exchange(state: State, site: int, picks: list[PickOrder]) -> list[PickOrder]:
    """Turn round the stretch that saves most, the first of equal ones, until none saves."""
    route = picks
    while True:
        best, length = route, sum(legs(state, site, route))
        for first in range(len(route)):
            for last in range(first + 1, len(route)):
                turned = route[:first] + route[first : last + 1][::-1] + route[last + 1 :]
                if sum(legs(state, site, turned)) < length:
                    best, length = turned, sum(legs(state, site, turned))
        if best is route:
            return route
        route = best
