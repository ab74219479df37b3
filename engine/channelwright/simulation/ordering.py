"""08:00-18:00: calls, calendars, pulls and app orders read the shelf and place orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS
from channelwright.rules import beats, behaviour
from channelwright.rules.beats import Beat
from channelwright.rules.field_work import CallTimes
from channelwright.simulation import laws
from channelwright.simulation.collecting import Asked, Collecting, Collections
from channelwright.simulation.network import CALENDAR, Network
from channelwright.simulation.shelf_policies import PolicyCases
from channelwright.simulation.shelves import suggest
from channelwright.simulation.sourcing import Sourcing
from channelwright.simulation.state import State, expected_demand


@dataclass(frozen=True)
class Placed:
    """Orders placed on one day (n rows) and the calls of the day.

    Attributes
    ----------
    outlet, second, option : (n,) int64
    cases : (n, P) int64
    beat : the planned calls, or None on a day without calls
    productive : (calls,) bool, calls that ended in an order
    call_lines : (calls,) int64
    collected : what came of asking for money at calls, None where nobody asks
    """

    outlet: IntArray
    second: IntArray
    option: IntArray
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
        self._carried = np.zeros(0, dtype=np.int64)
        self._times = CallTimes(network.market, network.design)

    def place(self, state: State) -> Placed:
        """Place the orders of ``state.day`` and lift execution where they are placed."""
        network = self._network
        cycle = (state.day + self._offset) % CYCLE_DAYS
        beat, asked = self._lists(state, cycle)
        called = beat.outlet[beat.made] if beat is not None else np.zeros(0, dtype=np.int64)
        others = network.due[cycle]
        outlet = np.concatenate([called, others])
        struck = np.ones(len(outlet), dtype=bool)
        struck[: len(called)] = self._strikes(state, called)
        collected = self._ask(state, beat, asked, struck[: len(called)])
        if state.shops is not None:
            chances = outlet[struck]
            state.shops.list_products(state.day, chances, self._lifts(state, chances))
        cases, wants = self._suggest(state, outlet, self._counted(state, called, others))
        order = wants & struck
        second = np.concatenate([self._ends(beat, asked), self._seconds(state, others)])
        self._lift(state, outlet[order])
        placed = outlet[order]
        option, cases[order] = self._sourcing.choose(state, placed, cases[order])
        productive, lines = _call_results(beat, order[: len(called)], cases[: len(called)])
        calls = (beat, productive, lines, collected)
        return Placed(placed, second[order], option, cases[order], *calls)

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
        """Return the second at which each call that is made takes its order."""
        if beat is None:
            return np.zeros(0, dtype=np.int64)
        if self._collecting is None or asked is None:
            return np.asarray(beat.end[beat.made])
        return self._collecting.order_seconds(beat, asked)[beat.made]

    def _counted(self, state: State, called: IntArray, others: IntArray) -> IntArray:
        """Return the shelves as callers count them and as outlets know them: (n, P) units."""
        work = self._network.market.field_work
        shelf = np.asarray(state.shelf[np.concatenate([called, others])])
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
        service = network.design.service
        mode = network.design.outlets.mode[outlet]
        expected = expected_demand(network, state, outlet, state.day)
        position = shelf + state.on_order[outlet]
        unit = network.market.products.units_per_case
        cover, reorder = network.cover[outlet], service.reorder_days[mode]
        if self._policies is None:
            cases, low = _to_cover(cover, unit, reorder, expected, position)
            return cases, low & self._sourcing.enough(outlet, cases)
        waiting = np.zeros_like(position)
        if state.waiting is not None:
            waiting = state.waiting[np.searchsorted(network.covered, outlet)]
        cases = self._policies.suggest(outlet, (cover, reorder), expected, position, waiting)
        return cases, self._sourcing.enough(outlet, cases)

    def _strikes(self, state: State, called: IntArray) -> BoolArray:
        if called.size == 0:
            return np.zeros(0, dtype=bool)
        market = self._network.market
        mode = self._network.design.outlets.mode[called]
        uniform = self._address.at(Purpose.STRIKE, state.day, called)
        chance = behaviour.strike_probability(market, mode, state.effort[mode])
        return np.asarray(uniform < chance)

    def _seconds(self, state: State, outlet: IntArray) -> IntArray:
        if outlet.size == 0:
            return np.zeros(0, dtype=np.int64)
        network = self._network
        service = network.design.service
        mode = network.design.outlets.mode[outlet]
        uniform = self._address.at(Purpose.ORDER_TIME, state.day, outlet)
        opening = service.order_open[mode]
        span = service.order_close[mode] - opening
        drawn = opening + np.floor(uniform * span).astype(np.int64)
        fixed = network.market.modes.capture[mode] == CALENDAR
        return np.where(fixed, opening, drawn)

    def _lift(self, state: State, outlet: IntArray) -> None:
        if state.shops is not None:
            state.shops.raise_parts(outlet, self._lifts(state, outlet))
            return
        mode = self._network.design.outlets.mode[outlet]
        lift = behaviour.lift_share(self._network.market, mode, state.effort[mode])
        state.execution[outlet] += lift * (1 - state.execution[outlet])

    def _lifts(self, state: State, outlet: IntArray) -> FloatArray:
        """Return lift x effort of some outlets, before it is cut at 1."""
        mode = self._network.design.outlets.mode[outlet]
        return np.asarray(self._network.market.modes.lift[mode] * state.effort[mode])


def _to_cover(
    cover: FloatArray, unit: IntArray, reorder: FloatArray, expected: FloatArray, position: IntArray
) -> tuple[IntArray, BoolArray]:
    """Return cases up to the cover (n, P) and whether the whole shelf is low enough (n,)."""
    cases, held, wanted = suggest(cover, expected, position, unit)
    return cases, np.asarray((reorder < 0) | (held < reorder * wanted))


def _call_results(
    beat: Beat | None, ordered: BoolArray, cases: IntArray
) -> tuple[BoolArray, IntArray]:
    if beat is None:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
    productive = np.zeros(len(beat.outlet), dtype=bool)
    lines = np.zeros(len(beat.outlet), dtype=np.int64)
    made = np.flatnonzero(beat.made)
    productive[made] = ordered
    lines[made] = np.where(ordered, (cases > 0).sum(axis=1), 0)
    return productive, lines
