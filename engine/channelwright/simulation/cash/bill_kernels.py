"""What happens to open bills at 00:00, bill by bill (docs/world/credit.md).

Bills are the columns of `empty_bills` in one block with room; ``paid`` and ``open`` are changed.
``money`` is what is written besides: receivables of accounts and of sites, and the cash of sites.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import PPM, BoolArray, IntArray, share_of
from channelwright.simulation.cash.bill_columns import (
    ACCOUNT,
    AMOUNT,
    DAY,
    DUE,
    OPEN,
    OUTLET,
    PAID,
    PART,
    SITE,
)
from channelwright.simulation.evening.credit import FAR
from channelwright.simulation.grouping import Whole
from channelwright.tables.codes import ReceiptKind

#: Rows of the block of what moved: the bill, the kind of receipt, ticks.
BILL, KIND, VALUE = range(3)
Money: TypeAlias = tuple[IntArray, IntArray, IntArray]
#: Ticks due, collected and written off, reminders: (O,) each.
Sums: TypeAlias = tuple[IntArray, ...]
#: Days after the due date, share of the wait that is left (ppm) and cost of each reminder.
Levels: TypeAlias = tuple[IntArray, IntArray, IntArray]
#: Segments (O,); days after the due date (0 = never) and share recovered (ppm) of each.
GivingUp: TypeAlias = tuple[IntArray, IntArray, IntArray]

_PART_KIND, _REST_KIND = int(ReceiptKind.PART), int(ReceiptKind.REST)
_RECOVERED, _WRITTEN_OFF = int(ReceiptKind.RECOVERED), int(ReceiptKind.WRITTEN_OFF)
_COLLECTED = int(ReceiptKind.COLLECTED)


@kernel
def night(
    bills: IntArray,
    today: tuple[int, int],
    stopped: BoolArray,
    rules: tuple[Levels, GivingUp],
    money: Money,
    history: IntArray,
    sums: Sums,
    moves: IntArray,
) -> tuple[int, int, int, Whole, Whole]:
    """Let accounts pay, send reminders, give up what is too old.

    Parameters
    ----------
    bills : block of the bills; today : their number, and the day
    stopped : (A,) accounts that do not pay
    history : (2, A) ticks that fall due today, and what of them is late, written
    moves : room for four moves and the reminders of every bill, written: payments of parts, of
        rests, what is recovered and what is lost, then the reminders with their cost

    Returns
    -------
    number of moves, the first of them where something is lost, moves and reminders, ticks paid
    and lost
    """
    count = today[0]
    fallen = np.empty(count, dtype=np.int64)
    falls, used = _pay_parts(bills, today, stopped, money, fallen, moves)
    used = _pay_rests(bills, today, stopped, money, moves, used)
    history[:] = 0
    for place in range(falls):
        row = fallen[place]
        history[0, bills[ACCOUNT, row]] += bills[AMOUNT, row]
        history[1, bills[ACCOUNT, row]] += bills[OPEN, row]
        sums[0][bills[OUTLET, row]] += bills[AMOUNT, row]
    # Reminders come before anything is given up, and stand behind it in the block.
    rows, cost = np.empty((2, count * len(rules[0][0])), dtype=np.int64)
    reminders = _remind(bills, today, stopped, rules[0], rows, cost)
    used = _give_up(bills, today, rules[1], money, moves, used, _RECOVERED)
    lost, paid = used, np.int64(0)
    for place in range(used):
        paid += moves[VALUE, place]
        sums[1][bills[OUTLET, moves[BILL, place]]] += moves[VALUE, place]
    used, gone = _give_up(bills, today, rules[1], money, moves, used, _WRITTEN_OFF), np.int64(0)
    for place in range(lost, used):
        gone += moves[VALUE, place]
        sums[2][bills[OUTLET, moves[BILL, place]]] += moves[VALUE, place]
    for place in range(reminders):
        moves[BILL, used + place], moves[VALUE, used + place] = rows[place], cost[place]
        sums[3][bills[OUTLET, rows[place]]] += 1
    return used, lost, used + reminders, paid, gone


@kernel
def _pay(bills: IntArray, money: Money, row: int, value: int, received: int) -> None:
    """Take money off a bill; ``received`` of it reaches the site, the rest is lost."""
    bills[OPEN, row] -= value
    money[0][bills[ACCOUNT, row]] -= value
    money[1][bills[SITE, row]] -= value
    money[2][bills[SITE, row]] += received


@kernel
def _move(moves: IntArray, place: int, row: int, kind: int, value: int) -> None:
    moves[BILL, place], moves[KIND, place], moves[VALUE, place] = row, kind, value


@kernel
def pay_some(
    bills: IntArray, money: Money, rows: IntArray, values: IntArray, collected: IntArray
) -> tuple[IntArray, Whole]:
    """Take money off some bills; return the moves (3, k) and the ticks paid."""
    moves, used, total = np.empty((3, len(rows)), dtype=np.int64), 0, np.int64(0)
    for place in range(len(rows)):
        row, value = rows[place], values[place]
        if value > 0:
            _pay(bills, money, row, value, value)
            _move(moves, used, row, _COLLECTED, value)
            collected[bills[OUTLET, row]] += value
            used, total = used + 1, total + value
    return moves[:, :used].copy(), total


@kernel
def _pay_parts(
    bills: IntArray,
    today: tuple[int, int],
    stopped: BoolArray,
    money: Money,
    fallen: IntArray,
    moves: IntArray,
) -> tuple[int, int]:
    """Pay the parts of bills that fall due, which are written; return how many of each."""
    falls, used = 0, 0
    for row in range(today[0]):
        if max(bills[DUE, row], bills[DAY, row] + 1) != today[1]:
            continue
        fallen[falls] = row
        falls += 1
        value = bills[PART, row]
        if value > 0 and not stopped[bills[ACCOUNT, row]]:
            _pay(bills, money, row, value, value)
            _move(moves, used, row, _PART_KIND, value)
            used += 1
    return falls, used


@kernel
def _pay_rests(
    bills: IntArray,
    today: tuple[int, int],
    stopped: BoolArray,
    money: Money,
    moves: IntArray,
    used: int,
) -> int:
    """Pay the rest of the bills whose day it is; return the number of moves."""
    for row in range(today[0]):
        if bills[PAID, row] != today[1] or bills[OPEN, row] <= 0:
            continue
        if stopped[bills[ACCOUNT, row]]:
            bills[PAID, row] = FAR
            continue
        value = bills[OPEN, row]
        _pay(bills, money, row, value, value)
        _move(moves, used, row, _REST_KIND, value)
        used += 1
    return used


@kernel
def _remind(
    bills: IntArray,
    today: tuple[int, int],
    stopped: BoolArray,
    levels: Levels,
    rows: IntArray,
    cost: IntArray,
) -> int:
    """Send the reminders of a day, level by level; who pays at all pays earlier."""
    after, keep, price = levels
    count, day = today
    used = 0
    for level in range(len(after)):
        for row in range(count):
            if bills[DUE, row] + after[level] != day or bills[OPEN, row] <= 0:
                continue
            rows[used], cost[used] = row, price[level]
            used += 1
            if bills[PAID, row] < FAR and not stopped[bills[ACCOUNT, row]]:
                left = -(-(bills[PAID, row] - day) * keep[level] // PPM)
                bills[PAID, row] = day + max(1, left)
    return used


@kernel
def _give_up(
    bills: IntArray,
    today: tuple[int, int],
    rules: GivingUp,
    money: Money,
    moves: IntArray,
    used: int,
    kind: int,
) -> int:
    """Recover a part of bills that are too old, or lose the rest; return the number of moves."""
    segment, after, recovered = rules
    for row in range(today[0]):
        own = segment[bills[OUTLET, row]]
        if after[own] <= 0 or bills[DUE, row] + after[own] != today[1]:
            continue
        value = bills[OPEN, row]
        if kind == _RECOVERED:
            value = share_of(value, recovered[own])
        if value > 0:
            _pay(bills, money, row, value, value if kind == _RECOVERED else 0)
            _move(moves, used, row, kind, value)
            used += 1
    return used


@kernel
def still_open(bills: IntArray, count: int, stays: BoolArray) -> int:
    """Mark the bills that are not closed; return how many there are."""
    number = 0
    for row in range(count):
        stays[row] = bills[OPEN, row] > 0
        number += stays[row]
    return number
