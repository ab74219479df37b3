"""08:00-18:00: calls, calendars, pulls and app orders read the shelf and place orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS
from channelwright.rules import beats, behaviour
from channelwright.rules.beats import Beat
from channelwright.rules.field_work import CallTimes
from channelwright.simulation import laws
from channelwright.simulation.network import CALENDAR, Network
from channelwright.simulation.orders.collecting import Asked, Collecting, Collections
from channelwright.simulation.orders.shelf_policies import PolicyCases
from channelwright.simulation.orders.shelves import suggest
from channelwright.simulation.orders.sourcing import Sourcing
from channelwright.simulation.state import State, expected_demand

_NONE = np.zeros(0, dtype=np.int64)
_NOBODY = np.zeros((2, 0), dtype=np.int64)


@dataclass(frozen=True)
class Placed:
    """Orders placed on one day (n rows) and the calls of the day.

    Attributes
    ----------
    outlet, second, option : (n,) int64
    mode, site, attempt : (n,) int64, of the option, and the day on which the order is handled
    cases : (n, P) int64
    beat : the planned calls, or None on a day without calls
    productive : (calls,) bool, calls that ended in an order
    call_lines : (calls,) int64
    collected : what came of asking for money at calls, None where nobody asks
    """

    outlet: IntArray
    second: IntArray
    option: IntArray
    mode: IntArray
    site: IntArray
    attempt: IntArray
    cases: IntArray
    beat: Beat | None
    productive: BoolArray
    call_lines: IntArray
    collected: Collections | None = None


class Ordering:
    """Places the orders of a replication."""

    def __init__(
        self, network: Network, address: Address, collecting: Collecting | None = None
    ) -> None:
        self._network = network
        self._address = address
        self._collecting = collecting
        self._sourcing = Sourcing(network, address)
        shelves = network.shelves
        self._policies = None if shelves is None else PolicyCases(network, shelves)
        start = network.market.calendar.start.weekday()
        self._offset = int(start)
        self._carried = _NONE
        self._modes = np.arange(len(network.market.modes))
        self._fixed = network.market.modes.capture == CALENDAR
        self._times = CallTimes(network.market, network.design)
        self._options = (network.option_mode, network.options)
        self._mode = network.design.outlets.mode.copy()
        self._lift_of = network.market.modes.lift.copy()
        self._cutoff = network.design.service.cutoff.copy()

    def place(self, state: State) -> Placed:
        """Place the orders of ``state.day`` and lift execution where they are placed."""
        network = self._network
        cycle = (state.day + self._offset) % CYCLE_DAYS
        beat, asked = self._lists(state, cycle)
        calls = _NONE if beat is None else beat.outlet
        made, called = _NOBODY if beat is None else _made(beat.outlet, beat.made)
        others = network.due[cycle]
        struck = self._strikes(state, called)
        collected = self._ask(state, beat, asked, struck)
        asking, count = _asking(called, struck, others)
        asks, counts = asking[1], asking[1, :count]
        if state.shops is not None:
            state.shops.list_products(state.day, asks, self._lifts(state, asks))
        cases, wants = self._suggest(state, asks, self._counted(state, counts, asks))
        ends = (self._ends(beat, asked), made, self._seconds(state, others))
        (rows, placed, second), cases = _wanting(asking, wants, cases, ends)
        self._lift(state, placed)
        option, cases = self._sourcing.choose(state, placed, cases)
        productive, lines = _call_results(calls, made, rows, cases)
        found = _addressed((placed, option, second), state.day, self._options, self._cutoff)
        mode, site, attempt = found
        placed_at = (placed, second, option, mode, site, attempt)
        return Placed(*placed_at, cases, beat, productive, lines, collected)

    def _lists(self, state: State, cycle: int) -> tuple[Beat | None, Asked | None]:
        """Return the lists of a working day, and keep what goes to the next one."""
        network, asked = self._network, None
        if not network.market.calendar.working[state.day]:
            return None, None
        market, design = network.market, network.design
        beat = beats.with_carried(market, design, network.beats[cycle], self._carried, self._times)
        if self._collecting is not None:
            beat, asked = self._collecting.lists(state, beat)
        if design.capture is not None:
            self._carried = beats.missed(design, beat)
        return beat, asked

    def _ask(
        self, state: State, beat: Beat | None, asked: Asked | None, struck: BoolArray
    ) -> Collections | None:
        """Ask for overdue money; ``struck`` (calls,) ends where no order is taken without it."""
        if self._collecting is None or beat is None or asked is None:
            return None
        found = self._collecting.ask(state, beat, asked)
        struck[np.isin(beat.outlet[beat.made], found.outlet[found.refused])] = False
        return found

    def _ends(self, beat: Beat | None, asked: Asked | None) -> IntArray:
        """Return the second at which each call would take its order."""
        if beat is None:
            return _NONE
        if self._collecting is None or asked is None:
            return beat.end
        return self._collecting.order_seconds(beat, asked)

    def _counted(self, state: State, called: IntArray, outlet: IntArray) -> IntArray:
        """Return the shelves of outlets, the first of which callers count: (n, P) units."""
        work = self._network.market.field_work
        shelf = np.asarray(state.shelf.take(outlet, axis=0))
        if work is None or not called.size or not work.count_error.any():
            return shelf
        sigma = work.count_error[self._network.design.outlets.mode[called]]
        uniform = self._address.grid(Purpose.SHELF_COUNT, state.day, called, shelf.shape[1])
        counted = shelf[: len(called)] * laws.shocks(uniform, sigma[:, None])
        shelf[: len(called)] = np.floor(counted + 0.5)
        return shelf

    def _suggest(
        self, state: State, outlet: IntArray, shelf: IntArray
    ) -> tuple[IntArray, BoolArray]:
        """Return the suggested cases (n, P) and whether the outlet wants to order."""
        network = self._network
        plan, reorder = network.design.outlets, network.design.service.reorder_days
        expected = expected_demand(network, state, outlet, state.day)
        if self._policies is None:
            unit = network.market.products.units_per_case
            days = (network.cover, reorder, plan.mode)
            cases, low = suggest(outlet, days, expected, (shelf, state.on_order), unit)
            return cases, low & self._sourcing.enough(outlet, cases)
        cover, reorder = network.cover[outlet], reorder[plan.mode[outlet]]
        position = shelf + state.on_order[outlet]
        waiting = np.zeros_like(position)
        if state.waiting is not None:
            waiting = state.waiting[np.searchsorted(network.covered, outlet)]
        cases = self._policies.suggest(outlet, (cover, reorder), expected, position, waiting)
        return cases, self._sourcing.enough(outlet, cases)

    def _strikes(self, state: State, called: IntArray) -> BoolArray:
        if called.size == 0:
            return np.zeros(0, dtype=bool)
        market, plan = self._network.market, self._network.design.outlets
        uniform = self._address.at(Purpose.STRIKE, state.day, called)
        chance = behaviour.strike_probability(market, self._modes, state.effort)
        return np.asarray(uniform < chance[plan.mode[called]])

    def _seconds(self, state: State, outlet: IntArray) -> IntArray:
        """Return the second at which outlets order that are not called."""
        if outlet.size == 0:
            return _NONE
        service = self._network.design.service
        uniform = self._address.at(Purpose.ORDER_TIME, state.day, outlet)
        return _order_seconds(
            uniform, outlet, self._mode, (service.order_open, service.order_close), self._fixed
        )

    def _lift(self, state: State, outlet: IntArray) -> None:
        if state.shops is not None:
            state.shops.raise_parts(outlet, self._lifts(state, outlet))
            return
        _raise(state.execution, outlet, self._mode, (self._lift_of, state.effort))

    def _lifts(self, state: State, outlet: IntArray) -> FloatArray:
        """Return lift x effort of some outlets, before it is cut at 1."""
        mode = self._network.design.outlets.mode[outlet]
        return np.asarray(self._network.market.modes.lift[mode] * state.effort[mode])


@kernel
def _made(calls: IntArray, made: BoolArray) -> IntArray:
    """Return the rows and the outlets of the calls (n,) that are made: (2, c)."""
    result, used = np.empty((2, len(calls)), dtype=np.int64), 0
    for row in range(len(calls)):
        if made[row]:
            result[0, used], result[1, used] = row, calls[row]
            used += 1
    return result[:, :used].copy()


@kernel
def _asking(called: IntArray, struck: BoolArray, others: IntArray) -> tuple[IntArray, int]:
    """Return who could order, (2, n) place and outlet, and how many of them were called.

    Parameters
    ----------
    called, struck : (c,) outlets of calls made, and whether these could end in an order
    others : outlets that are not called; their places follow the calls made
    """
    result = np.empty((2, len(called) + len(others)), dtype=np.int64)
    used = 0
    for row in range(len(called)):
        if struck[row]:
            result[0, used], result[1, used] = row, called[row]
            used += 1
    count = used
    for row in range(len(others)):
        result[0, used], result[1, used] = len(called) + row, others[row]
        used += 1
    return result[:, :used].copy(), count


@kernel
def _wanting(
    asking: IntArray, wants: BoolArray, cases: IntArray, seconds: tuple[IntArray, ...]
) -> tuple[IntArray, IntArray]:
    """Return who orders: (3, m) place, outlet and second of the order; and its cases (m, P).

    Parameters
    ----------
    asking, wants, cases : (2, n) as of `_asking`, (n,), (n, P)
    seconds : (calls,) of all calls, (c,) rows of those made, (others,) of orders without a call
    """
    ends, made, other = seconds
    result = np.empty((3, len(wants)), dtype=np.int64)
    chosen, used = np.empty_like(cases), 0
    for row in range(len(wants)):
        if not wants[row]:
            continue
        place = asking[0, row]
        result[0, used], result[1, used] = place, asking[1, row]
        if place < len(made):
            result[2, used] = ends[made[place]]
        else:
            result[2, used] = other[place - len(made)]
        for product in range(cases.shape[1]):
            chosen[used, product] = cases[row, product]
        used += 1
    return result[:, :used].copy(), chosen[:used].copy()


@kernel
def _addressed(
    orders: tuple[IntArray, ...], day: int, options: tuple[IntArray, IntArray], cutoff: IntArray
) -> IntArray:
    """Return mode, site and day of the first attempt of orders (n): (3, n).

    Parameters
    ----------
    orders : outlet, option and second
    options : (O, N) modes and sites; cutoff : (M,) second after which orders wait for tomorrow
    """
    outlet, option, second = orders
    result = np.empty((3, len(outlet)), dtype=np.int64)
    for row in range(len(outlet)):
        mode = options[0][outlet[row], option[row]]
        result[0, row], result[1, row] = mode, options[1][outlet[row], option[row]]
        result[2, row] = day + 1 if second[row] > cutoff[mode] else day
    return result


@kernel
def _raise(
    execution: FloatArray,
    outlet: IntArray,
    mode: IntArray,
    lifting: tuple[FloatArray, FloatArray],
) -> None:
    """Raise the execution of outlets (n,) by `behaviour.lift_share` of what they miss.

    Parameters
    ----------
    execution, mode : (O,); lifting : (M,) lift and effort of each mode
    """
    lift, effort = lifting
    for place in outlet:
        share = min(1.0, lift[mode[place]] * effort[mode[place]])
        execution[place] += share * (1 - execution[place])


@kernel
def _order_seconds(
    uniform: FloatArray,
    outlet: IntArray,
    mode: IntArray,
    hours: tuple[IntArray, IntArray],
    fixed: BoolArray,
) -> IntArray:
    """Return seconds of the day (n,) between the hours of each mode, at the first where fixed."""
    opening, close = hours
    result = np.empty(len(outlet), dtype=np.int64)
    for row in range(len(outlet)):
        kind = mode[outlet[row]]
        result[row] = opening[kind]
        if not fixed[kind]:
            result[row] += np.int64(np.floor(uniform[row] * (close[kind] - opening[kind])))
    return result


@kernel
def _call_results(
    calls: IntArray, made: IntArray, rows: IntArray, cases: IntArray
) -> tuple[BoolArray, IntArray]:
    """Return which calls ended in an order, and its lines: (calls,) each.

    Parameters
    ----------
    made : calls that were made, the first rows of the outlets that could order
    rows : (n,) those of them that did; cases : (n, P) of their orders
    """
    productive, lines = np.zeros(len(calls), dtype=np.bool_), np.zeros(len(calls), dtype=np.int64)
    for order in range(len(rows)):
        if rows[order] >= len(made):
            continue
        call = made[rows[order]]
        productive[call] = True
        for product in range(cases.shape[1]):
            lines[call] += cases[order, product] > 0
    return productive, lines
