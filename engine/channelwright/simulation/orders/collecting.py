"""Money that is asked for at calls (docs/world/collecting.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, IntArray, share
from channelwright.model.collecting import CollectingRules
from channelwright.rules import beats
from channelwright.rules.beats import Beat
from channelwright.simulation.cash.bills import Bills
from channelwright.simulation.network import Network
from channelwright.simulation.records.cell_sums import cell_sums
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State
from channelwright.tables.codes import CollectResult
from channelwright.tables.collecting_outputs import COLLECTING_CELLS
from channelwright.tables.sink import Chunk

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Asked:
    """What is asked for on the lists of a day (n calls).

    Attributes
    ----------
    overdue, seconds : (n,) int64, ticks asked for (0 = nothing) and the time that it takes
    bills : (b,) int64, rows of the open bills that are asked for
    """

    overdue: IntArray
    seconds: IntArray
    bills: IntArray


@dataclass(frozen=True)
class Collections:
    """What came of asking (n calls).

    Attributes
    ----------
    outlet, rep, overdue, seconds, result, promised_day : (n,) int64
    paid : (n,) int64, ticks at once
    refused : (n,) bool, no order is taken
    bills, value : (b,) int64, rows of the open bills that are paid from, and ticks
    """

    outlet: IntArray
    rep: IntArray
    overdue: IntArray
    seconds: IntArray
    result: IntArray
    promised_day: IntArray
    paid: IntArray
    refused: BoolArray
    bills: IntArray
    value: IntArray


class Collecting:
    """Who asks for what on a day, and what is given."""

    def __init__(
        self, network: Network, address: Address, bills: Bills, rules: CollectingRules
    ) -> None:
        self._network, self._address = network, address
        self._bills, self._rules = bills, rules
        paying = network.market.payments
        self._response = None if paying is None else paying.collecting
        self._own = network.market.outlets.chain < 0
        names = COLLECTING_CELLS.names[3:]
        self._sums = np.zeros((len(names), len(network.market.outlets)), dtype=np.int64)
        self._cell = {name: self._sums[row] for row, name in enumerate(names)}

    def lists(self, state: State, beat: Beat) -> tuple[Beat, Asked]:
        """Return the lists with the time that asking takes, and what is asked for."""
        network, rules, bills = self._network, self._rules, state.bills
        mode = network.design.outlets.mode[bills["outlet"]]
        late = bills["due"] + rules.overdue_days[mode] < state.day
        late &= rules.asks[mode] & self._own[bills["outlet"]]
        rows = np.flatnonzero(late)
        owed = np.zeros(len(self._own), dtype=np.int64)
        add_at(owed, bills["outlet"][rows], bills["open"][rows])
        called = network.design.outlets.mode[beat.outlet]
        asked = owed[beat.outlet]
        asked = np.where(asked >= np.maximum(1, rules.minimum[called]), asked, 0)
        seconds = np.where(asked > 0, rules.seconds[called], 0)
        longer = beats.with_tasks(network.market, network.design, beat, seconds)
        return longer, Asked(asked, seconds, rows)

    def ask(self, state: State, beat: Beat, asked: Asked) -> Collections:
        """Return what is given at the calls that are made; a promise moves the day of payment."""
        calls = np.flatnonzero(beat.made & (asked.overdue > 0))
        outlet = beat.outlet[calls]
        result, mode = self._answers(state.day, outlet), self._network.design.outlets.mode[outlet]
        segment = self._network.market.outlets.segment[outlet]
        promised = np.full(len(calls), -1, dtype=np.int64)
        place = np.full(len(self._own), -1, dtype=np.int64)
        place[outlet] = np.arange(len(calls))
        bills = asked.bills[place[state.bills["outlet"][asked.bills]] >= 0]
        call = place[state.bills["outlet"][bills]]
        value = np.zeros(len(bills), dtype=np.int64)
        if self._response is not None:
            given = (result == CollectResult.PROMISED) | (result == CollectResult.BROKEN)
            promised = np.where(given, state.day + self._response.promise_days[segment], -1)
            part = share(state.bills["open"][bills], self._response.pay_share[segment[call]])
            value = np.where(result[call] == CollectResult.PAID, part, 0)
            keeps = result[call] == CollectResult.PROMISED
            on = np.minimum(state.bills["paid"][bills[keeps]], promised[call[keeps]])
            state.bills["paid"][bills[keeps]] = on
        paid = np.zeros(len(calls), dtype=np.int64)
        add_at(paid, call, value)
        refused = self._rules.refuse[mode] & (result == CollectResult.NOTHING)
        return Collections(
            outlet=outlet,
            rep=beat.rep[calls],
            overdue=asked.overdue[calls],
            seconds=asked.seconds[calls],
            result=result,
            promised_day=promised,
            paid=paid,
            refused=refused,
            bills=bills,
            value=value,
        )

    def _answers(self, day: int, outlet: IntArray) -> IntArray:
        response = self._response
        if response is None or not outlet.size:
            return np.full(len(outlet), CollectResult.NOTHING, dtype=np.int64)
        drawn = self._address.at(Purpose.COLLECTING, day, outlet)
        segment = self._network.market.outlets.segment[outlet]
        pays, promises = response.pays[segment], response.promises[segment]
        steps = (pays, pays + promises * response.kept[segment], pays + promises)
        answers = (CollectResult.PAID, CollectResult.PROMISED, CollectResult.BROKEN)
        found = np.select([drawn < step for step in steps], answers, CollectResult.NOTHING)
        return np.where(self._bills.stopped(day, outlet), CollectResult.NOTHING, found)

    def order_seconds(self, beat: Beat, asked: Asked) -> IntArray:
        """Return the second at which each call of the lists takes its order: (n,)."""
        after = self._rules.after[self._network.design.outlets.mode[beat.outlet]]
        return beat.end - np.where(after, asked.seconds, 0)

    def count(self, found: Collections) -> None:
        """Add what came of asking to the sums of the period."""
        promised = found.promised_day >= 0
        for name, value in (
            ("calls", np.ones(len(found.outlet), dtype=np.int64)),
            ("calls_paid", (found.paid > 0).astype(np.int64)),
            ("calls_promised", promised.astype(np.int64)),
            ("calls_no_order", found.refused.astype(np.int64)),
            ("seconds", found.seconds),
            ("asked", found.overdue),
            ("collected", found.paid),
            ("promised", np.where(promised, found.overdue, 0)),
        ):
            self._cell[name][found.outlet] += value

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        chunk = cell_sums(self._network, period, COLLECTING_CELLS.names[3:], self._sums)
        self._sums[:] = 0
        return chunk


def collection_rows(day: int, found: Collections) -> Chunk:
    """Return rows of `collections`."""
    return {
        "day": np.full(len(found.outlet), day, dtype=np.int64),
        "rep": found.rep,
        "outlet": found.outlet,
        "overdue": found.overdue,
        "result": found.result.astype(np.int64),
        "paid": found.paid,
        "promised_day": found.promised_day,
    }
