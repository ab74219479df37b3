"""08:00-18:00: calls, calendars, pulls and app orders read the shelf and place orders."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS
from channelwright.rules import beats
from channelwright.rules.beats import Beat
from channelwright.rules.field_work import CallTimes
from channelwright.rules.stock_levels import variance_terms
from channelwright.simulation import laws
from channelwright.simulation.demand.expecting import NO_FACTORS, NO_PARTS
from channelwright.simulation.network import CALENDAR, Network
from channelwright.simulation.orders.collecting import Asked, Collecting, Collections
from channelwright.simulation.orders.reviewing import (
    ATTEMPT,
    CALL,
    MODE,
    NO_CALL,
    OPTION,
    OUTLET,
    SECOND,
    SITE,
    Levels,
    review,
    strike,
)
from channelwright.simulation.orders.sourcing import Sourcing
from channelwright.simulation.state import State, demand_terms, expecting

_NONE = np.zeros(0, dtype=np.int64)
_NOBODY = np.zeros(0)
_NOT_WAITING = np.zeros((0, 0), dtype=np.int64)


class Placed(NamedTuple):
    """Orders placed on one day (n rows) and the calls of the day; columns last until the next day.

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
        self._network, self._address = network, address
        self._collecting = collecting
        self._sourcing = Sourcing(network, address)
        market, service = network.market, network.design.service
        self._offset = int(market.calendar.start.weekday())
        self._carried = _NONE
        self._times = CallTimes(market, network.design)
        self._mode = network.design.outlets.mode.copy()
        self._strike, self._lift = market.modes.strike.copy(), market.modes.lift.copy()
        hours = (service.order_open.copy(), service.order_close.copy())
        self._hours = (*hours, market.modes.capture == CALENDAR)
        self._addresses = (network.option_mode, network.options, service.cutoff.copy())
        self._demand, self._levels = network.once(demand_terms), _levels(network, self._mode)
        self._place = np.zeros(len(self._mode), dtype=np.int64)
        self._place[network.covered] = np.arange(len(network.covered))
        self._spread = _NOBODY
        if market.field_work is not None and market.field_work.count_error.any():
            self._spread = market.field_work.count_error.copy()
        self._struck = np.empty((2, len(self._mode)), dtype=np.int64)
        self._orders = np.empty((ATTEMPT + 1, len(self._mode)), dtype=np.int64)
        self._cases: IntArray = np.empty(network.rate.shape, dtype=np.int64)

    def place(self, state: State) -> Placed:
        """Place the orders of ``state.day`` and lift execution where they are placed."""
        cycle = (state.day + self._offset) % CYCLE_DAYS
        beat, asked = self._lists(state, cycle)
        collected = self._ask(state, beat, asked)
        count = self._strikes(state, beat, collected)
        ends = self._ends(beat, asked)
        placed = self._review(state, count, self._network.due[cycle], ends)
        orders, cases = self._orders[:, :placed], self._cases[:placed]
        self._sourcing.choose(state, orders[OUTLET], cases, orders[OPTION])
        calls = 0 if beat is None else len(beat.outlet)
        productive, lines = np.zeros(calls, dtype=np.bool_), np.zeros(calls, dtype=np.int64)
        _address(self._orders, cases, state.day, self._addresses, productive, lines)
        _, outlet, second, option, mode, site, attempt = orders
        found = (outlet, second, option, mode, site, attempt, cases)
        return Placed(*found, beat, productive, lines, collected)

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

    def _ask(self, state: State, beat: Beat | None, asked: Asked | None) -> Collections | None:
        """Ask for overdue money."""
        if self._collecting is None or beat is None or asked is None:
            return None
        return self._collecting.ask(state, beat, asked)

    def _ends(self, beat: Beat | None, asked: Asked | None) -> IntArray:
        """Return the second at which each call would take its order."""
        if beat is None:
            return _NONE
        if self._collecting is None or asked is None:
            return beat.end
        return self._collecting.order_seconds(beat, asked)

    def _strikes(self, state: State, beat: Beat | None, collected: Collections | None) -> int:
        """Find the calls that can end in an order; no order is taken where money is refused."""
        if beat is None:
            return 0
        refused = _NONE if collected is None else collected.outlet[collected.refused > 0]
        return strike(
            (beat.outlet, beat.made, refused),
            (state.day, self._address.key),
            (self._strike, state.effort, self._mode),
            self._struck,
        )

    def _errors(self, state: State, count: int) -> FloatArray:
        """Return what people who count shelves make of them, (count, P), or nothing at all."""
        if not len(self._spread) or not count:
            return NO_FACTORS
        called = self._struck[1, :count]
        uniform = self._address.grid(Purpose.SHELF_COUNT, state.day, called, self._cases.shape[1])
        return laws.shocks(uniform, self._spread[self._mode[called]][:, None])

    def _review(self, state: State, count: int, others: IntArray, ends: IntArray) -> int:
        """Write the orders of those who want some, and lift their execution."""
        factors, listed, shown = expecting(self._network, state, state.day)
        waiting = _NOT_WAITING if state.waiting is None else state.waiting
        shops = state.shops
        lift, gain = (NO_PARTS, 0.0) if shops is None else (shops.lift, shops.gain)
        errors = self._errors(state, count)
        return review(
            (self._struck, count, others, state.day, self._address.key),
            (self._demand, factors, listed, shown, gain),
            (state.shelf, errors, self._spread, state.on_order, waiting, self._place),
            self._levels,
            self._sourcing.sells,
            (ends, *self._hours),
            (self._lift, state.effort, lift),
            self._orders,
            self._cases,
        )


def _levels(network: Network, mode: IntArray) -> Levels:
    """Return up to where outlets order, by policy or by their cover."""
    rules, reorder = network.shelves, network.design.service.reorder_days.copy()
    terms = variance_terms(network.market)
    days = (mode, network.cover, reorder, network.plain.unit)
    if rules is None:
        return (*days, np.zeros((0, 0, 0), dtype=np.int64), np.zeros((0, 0, 0)), terms)
    return (*days, rules.numbers.whole, rules.numbers.real, terms)


@kernel
def _address(
    orders: IntArray,
    cases: IntArray,
    day: int,
    addresses: tuple[IntArray, IntArray, IntArray],
    productive: BoolArray,
    lines: IntArray,
) -> None:
    """Write mode, site and day of the first attempt of orders, and what calls ended in.

    Parameters
    ----------
    orders, cases : (7, at least n), (n, P)
    addresses : (O, N) modes and sites of options, (M,) second after which orders of a mode wait for
        tomorrow
    productive, lines : (calls,) whether a call ended in an order, and its lines; written
    """
    modes, sites, cutoff = addresses
    for row in range(len(cases)):
        outlet, option, call = orders[OUTLET, row], orders[OPTION, row], orders[CALL, row]
        mode = modes[outlet, option]
        orders[MODE, row], orders[SITE, row] = mode, sites[outlet, option]
        orders[ATTEMPT, row] = day + 1 if orders[SECOND, row] > cutoff[mode] else day
        if call != NO_CALL:
            productive[call] = True
            for product in range(cases.shape[1]):
                lines[call] += cases[row, product] > 0
