"""Money that is asked for at calls (docs/world/collecting.md)."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray, share_of
from channelwright.model.collecting import CollectingResponse, CollectingRules
from channelwright.rules import beats
from channelwright.rules.beats import Beat
from channelwright.simulation.cash.bills import Bills
from channelwright.simulation.network import Network
from channelwright.simulation.records.cell_sums import cell_sums
from channelwright.simulation.state import State
from channelwright.tables.codes import CollectResult
from channelwright.tables.collecting_outputs import COLLECTING_CELLS
from channelwright.tables.sink import Chunk

#: Mode (O,), outlets that pay themselves (O,); who asks, seconds, days past due and least ticks by
#: mode, (M,) each.
Rules: TypeAlias = tuple[IntArray, BoolArray, BoolArray, IntArray, IntArray, IntArray]
#: Segment (O,); by segment the cumulated probabilities of the answers (3, G), the part paid at once
#: in ppm and the days until a promised day, (G,).
Answers: TypeAlias = tuple[IntArray, FloatArray, IntArray, IntArray]
_PURPOSE = int(Purpose.COLLECTING)
_NOTHING, _PAID = int(CollectResult.NOTHING), int(CollectResult.PAID)
_PROMISED, _BROKEN = int(CollectResult.PROMISED), int(CollectResult.BROKEN)
_ANSWERS = (_PAID, _PROMISED, _BROKEN)


class Asked(NamedTuple):
    """What is asked for on the lists of a day (n calls).

    Attributes
    ----------
    overdue, seconds : (n,) int64, ticks asked for (0 = nothing) and the time that it takes
    bills : (b,) int64, rows of the open bills that are asked for
    """

    overdue: IntArray
    seconds: IntArray
    bills: IntArray


class Collections(NamedTuple):
    """What came of asking (n calls).

    Attributes
    ----------
    outlet, rep, overdue, seconds, result, promised_day : (n,) int64
    paid : (n,) int64, ticks at once
    refused : (n,) int64, 1 where no order is taken
    bills, value : (b,) int64, rows of the open bills that are paid from, and ticks
    """

    outlet: IntArray
    rep: IntArray
    overdue: IntArray
    seconds: IntArray
    result: IntArray
    promised_day: IntArray
    paid: IntArray
    refused: IntArray
    bills: IntArray
    value: IntArray


class Collecting:
    """Who asks for what on a day, and what is given."""

    def __init__(
        self, network: Network, address: Address, bills: Bills, rules: CollectingRules
    ) -> None:
        self._network, self._address, self._bills = network, address, bills
        paying, outlets = network.market.payments, network.market.outlets
        mode, segment = network.design.outlets.mode.copy(), outlets.segment.copy()
        self._rules: Rules = (
            mode,
            outlets.chain < 0,
            rules.asks.copy(),
            rules.seconds.copy(),
            rules.overdue_days.copy(),
            np.maximum(1, rules.minimum),
        )
        self._answers = _answers(None if paying is None else paying.collecting, segment)
        self._terms = (mode, network.account, rules.refuse.copy())
        self._after = rules.after.copy() if rules.after.any() else None
        self._place = np.full(len(mode), -1, dtype=np.int64)
        names = COLLECTING_CELLS.names[3:]
        self._sums = np.zeros((len(names), len(mode)), dtype=np.int64)

    def lists(self, state: State, beat: Beat) -> tuple[Beat, Asked]:
        """Return the lists with the time that asking takes, and what is asked for."""
        network, bills = self._network, state.bills
        open_bills = (bills["outlet"], bills["due"], bills["open"])
        asked, rows = _asked(state.day, open_bills, beat.outlet, self._rules, self._place)
        overdue, seconds = asked
        longer = beats.with_tasks(network.market, network.design, beat, seconds)
        return longer, Asked(overdue, seconds, rows)

    def ask(self, state: State, beat: Beat, asked: Asked) -> Collections:
        """Return what is given at the calls that are made; a promise moves the day of payment."""
        bills = state.bills
        found, given = _ask(
            (state.day, self._address.key),
            (beat.outlet, beat.rep, beat.made, asked.overdue, asked.seconds),
            (bills["outlet"], bills["open"], bills["paid"], asked.bills),
            (*self._terms, self._bills.stopped_until),
            self._answers,
            self._place,
        )
        return Collections(*found, *given)

    def order_seconds(self, beat: Beat, asked: Asked) -> IntArray:
        """Return the second at which each call of the lists takes its order: (n,)."""
        if self._after is None:
            return beat.end
        after = self._after[self._network.design.outlets.mode[beat.outlet]]
        return beat.end - np.where(after, asked.seconds, 0)

    def count(self, found: Collections) -> None:
        """Add what came of asking to the sums of the period."""
        given = (found.overdue, found.seconds, found.promised_day, found.paid, found.refused)
        _count(self._sums, found.outlet, given)

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
        "result": found.result,
        "paid": found.paid,
        "promised_day": found.promised_day,
    }


def _answers(response: CollectingResponse | None, segment: IntArray) -> Answers:
    """Return what outlets answer by segment; nothing is given where nobody says otherwise."""
    if response is None:
        none, days = np.zeros((3, 1)), np.zeros(1, dtype=np.int64)
        return np.zeros_like(segment), none, days, days
    pays, promises = response.pays, response.promises
    steps = np.stack([pays, pays + promises * response.kept, pays + promises])
    return segment, steps, response.pay_share.copy(), response.promise_days.copy()


@kernel
def _asked(
    day: int,
    bills: tuple[IntArray, IntArray, IntArray],
    outlets: IntArray,
    rules: Rules,
    place: IntArray,
) -> tuple[IntArray, IntArray]:
    """Return ticks asked for at calls (n,) and their seconds, (2, n), and the bills behind them.

    Parameters
    ----------
    bills : (b,) outlet, day on which it is due, and ticks that are open
    place : (O,) -1, used and left so
    """
    outlet, due, left = bills
    mode, own, asks, seconds, overdue_days, minimum = rules
    asked, rows, used = np.zeros((2, len(outlets)), dtype=np.int64), np.empty_like(outlet), 0
    for call in range(len(outlets)):
        kind = mode[outlets[call]]
        if asks[kind] and own[outlets[call]]:
            place[outlets[call]] = call
    for bill in range(len(outlet)):
        call = place[outlet[bill]]
        if call >= 0 and due[bill] + overdue_days[mode[outlet[bill]]] < day:
            asked[0, call] += left[bill]
            rows[used] = bill
            used += 1
    for call in range(len(outlets)):
        kind = mode[outlets[call]]
        place[outlets[call]] = -1
        if asked[0, call] >= minimum[kind]:
            asked[1, call] = seconds[kind]
        else:
            asked[0, call] = 0
    return asked, rows[:used].copy()


@kernel
def _ask(
    today: tuple[int, tuple[np.uint64, np.uint64]],
    lists: tuple[IntArray, IntArray, BoolArray, IntArray, IntArray],
    bills: tuple[IntArray, IntArray, IntArray, IntArray],
    terms: tuple[IntArray, IntArray, BoolArray, IntArray],
    answers: Answers,
    place: IntArray,
) -> tuple[IntArray, IntArray]:
    """Return what is given at calls, (8, n), and from which bills, (2, b): as in `Collections`.

    Parameters
    ----------
    lists : (calls,) outlet, person, whether the call is made, ticks asked for and seconds
    bills : (all,) outlet, ticks open and day of payment, which promises change; rows asked for
    terms : mode (O,), account (O,), whether orders are refused (M,), first day on which an account
        pays again (A,)
    place : (O,) -1, used and left so
    """
    outlets, reps, made, overdue, seconds = lists
    mode, account, refuse, stopped = terms
    segment, _, _, days = answers
    found, used = np.empty((8, len(outlets)), dtype=np.int64), 0
    for call in range(len(outlets)):
        if not made[call] or overdue[call] == 0:
            continue
        outlet = outlets[call]
        result = _NOTHING
        if stopped[account[outlet]] <= today[0]:
            drawn = uniform_at(outlet, 0, today[1], _PURPOSE, today[0])
            result = _answer(drawn, answers[1][:, segment[outlet]])
        found[0, used], found[1, used], found[2, used] = outlet, reps[call], overdue[call]
        found[3, used], found[4, used] = seconds[call], result
        found[5, used], found[6, used] = -1, 0
        if result in (_PROMISED, _BROKEN):
            found[5, used] = today[0] + days[segment[outlet]]
        found[7, used] = refuse[mode[outlet]] and result == _NOTHING
        place[outlet] = used
        used += 1
    given = _give(found, bills, answers, place)
    for call in range(used):
        place[found[0, call]] = -1
    return found[:, :used].copy(), given


@kernel
def _give(
    found: IntArray,
    bills: tuple[IntArray, IntArray, IntArray, IntArray],
    answers: Answers,
    place: IntArray,
) -> IntArray:
    """Return bills and what is paid from each, (2, b), and write the sums of calls (8, n)."""
    outlet, left, paid, rows = bills
    segment, _, part, _ = answers
    given, many = np.zeros((2, len(rows)), dtype=np.int64), 0
    for bill in rows:
        call = place[outlet[bill]]
        if call < 0:
            continue
        given[0, many] = bill
        if found[4, call] == _PAID:
            given[1, many] = share_of(left[bill], part[segment[outlet[bill]]])
            found[6, call] += given[1, many]
        elif found[4, call] == _PROMISED:
            paid[bill] = min(paid[bill], found[5, call])
        many += 1
    return given[:, :many].copy()


@kernel
def _answer(drawn: float, steps: FloatArray) -> int:
    """Return what an outlet answers, by cumulated probabilities of the three answers (3,)."""
    for answer in range(len(steps)):
        if drawn < steps[answer]:
            return _ANSWERS[answer]
    return _NOTHING


@kernel
def _count(sums: IntArray, outlet: IntArray, given: tuple[IntArray, ...]) -> None:
    """Add calls at which money was asked for to the sums of outlets, rows as in the table."""
    overdue, seconds, promised_day, paid, refused = given
    for row in range(len(outlet)):
        place, promised = outlet[row], promised_day[row] >= 0
        sums[0, place] += 1
        sums[1, place] += paid[row] > 0
        sums[2, place] += promised
        sums[3, place] += refused[row]
        sums[4, place] += seconds[row]
        sums[5, place] += overdue[row]
        sums[6, place] += paid[row]
        if promised:
            sums[7, place] += overdue[row]
