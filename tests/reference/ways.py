"""Ways of trucks: where a tour leads, how long it takes, when it arrives."""

from dataclasses import dataclass
from itertools import pairwise

from tests.reference.geography import Place, seconds
from tests.reference.hours import hours_of
from tests.reference.records import PickOrder
from tests.reference.state import State

LEAVING = 21_600


@dataclass
class Truck:
    """A vehicle of a site: when it can leave, and how many tours it has made today."""

    free: int = LEAVING
    tours: int = 0


@dataclass
class Tour:
    """The pick orders of a tour, the truck that drives it and when it leaves."""

    truck: Truck
    leaving: int
    picks: list[PickOrder]
    day_cost: int = 0


def tour_seconds(state: State, site: int, picks: list[PickOrder], leaving: int) -> int:
    """Return the time from leaving to being back, waiting before closed doors included."""
    way = legs(state, site, picks)
    moment = leaving
    for leg, pick in zip(way, picks, strict=False):
        arrival = moment + leg_seconds(state, site, leg)
        begin = max(arrival, hours_of(state, pick.order.outlet)[0])
        moment = begin + stop_seconds(state, site, pick)
    return moment + leg_seconds(state, site, way[-1]) - leaving


def last_arrival(state: State, site: int, picks: list[PickOrder], leaving: int) -> int:
    """Return when a truck would stand before the door of its last stop."""
    before = picks[:-1]
    back = leg_seconds(state, site, legs(state, site, before)[-1])
    left_at = leaving + tour_seconds(state, site, before, leaving) - back
    return left_at + leg_seconds(state, site, legs(state, site, picks)[-2])


def legs(state: State, site: int, tour: list[PickOrder]) -> list[int]:
    """Return the metres from the site over every stop back to the site."""
    home = state.map.sites[site]
    points: list[Place] = [home, *(state.map.outlets[pick.order.outlet] for pick in tour), home]
    return [state.map.metres(a, b) for a, b in pairwise(points)]


def leg_seconds(state: State, site: int, metres: int) -> int:
    """Return the driving time of a leg by the site's vehicle."""
    vehicle = state.design.sites.vehicle[site]
    return seconds(metres, state.market.vehicles.speed[vehicle])


def stop_seconds(state: State, site: int, pick: PickOrder) -> int:
    """Return the time at a stop."""
    vehicles, vehicle = state.market.vehicles, state.design.sites.vehicle[site]
    return vehicles.drop_seconds[vehicle] + vehicles.case_seconds[vehicle] * pick.total
