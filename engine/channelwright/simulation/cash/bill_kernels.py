"""What happens to open bills at 00:00, bill by bill (docs/world/credit.md).

Bills are eight columns (n,) of the table of open bills, in the order of `COLUMNS`; ``paid`` and
``open`` are changed. ``money`` is what is written besides: receivables of accounts and of sites,
and the cash of sites.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import PPM, BoolArray, IntArray, share_of
from channelwright.simulation.evening.credit import FAR
from channelwright.tables.codes import ReceiptKind

COLUMNS = ("account", "outlet", "site", "day", "due", "paid", "open", "part")
_ACCOUNT, _OUTLET, _SITE, _DAY, _DUE, _PAID, _OPEN, _PART = range(len(COLUMNS))
Columns: TypeAlias = tuple[
    IntArray, IntArray, IntArray, IntArray, IntArray, IntArray, IntArray, IntArray
]
Money: TypeAlias = tuple[IntArray, IntArray, IntArray]

_PART_KIND, _REST_KIND = int(ReceiptKind.PART), int(ReceiptKind.REST)
_RECOVERED, _WRITTEN_OFF = int(ReceiptKind.RECOVERED), int(ReceiptKind.WRITTEN_OFF)


@kernel
def pay(bills: Columns, money: Money, row: int, value: int, received: int) -> None:
    """Take money off a bill; ``received`` of it reaches the site, the rest is lost."""
    bills[_OPEN][row] -= value
    money[0][bills[_ACCOUNT][row]] -= value
    money[1][bills[_SITE][row]] -= value
    money[2][bills[_SITE][row]] += received


@kernel
def pay_some(bills: Columns, money: Money, rows: IntArray, values: IntArray) -> None:
    """Take money off some bills."""
    for place in range(len(rows)):
        pay(bills, money, rows[place], values[place], values[place])


@kernel
def pay_due(
    day: int, bills: Columns, stopped: BoolArray, money: Money
) -> tuple[IntArray, IntArray]:
    """Pay the parts of bills that fall due, then the rest of those whose day it is.

    Parameters
    ----------
    stopped : (A,) accounts that do not pay

    Returns
    -------
    fell : (f,) rows that fell due
    moves : (3, k) row, kind and value of every payment, parts first
    """
    count = len(bills[_DUE])
    fell, moves = np.empty(count, dtype=np.int64), np.empty((3, 2 * count), dtype=np.int64)
    falls, used = 0, 0
    for row in range(count):
        if max(bills[_DUE][row], bills[_DAY][row] + 1) == day:
            fell[falls] = row
            falls += 1
            value = bills[_PART][row]
            if value > 0 and not stopped[bills[_ACCOUNT][row]]:
                pay(bills, money, row, value, value)
                moves[0, used], moves[1, used], moves[2, used] = row, _PART_KIND, value
                used += 1
    for row in range(count):
        value = bills[_OPEN][row]
        if bills[_PAID][row] == day and value > 0:
            if stopped[bills[_ACCOUNT][row]]:
                bills[_PAID][row] = FAR
            else:
                pay(bills, money, row, value, value)
                moves[0, used], moves[1, used], moves[2, used] = row, _REST_KIND, value
                used += 1
    return fell[:falls].copy(), moves[:, :used].copy()


@kernel
def remind(
    day: int, bills: Columns, stopped: BoolArray, levels: tuple[IntArray, IntArray, IntArray]
) -> tuple[IntArray, IntArray]:
    """Send the reminders of a day; who pays at all pays earlier.

    Parameters
    ----------
    levels : days after the due date, share of the wait that is left (ppm), cost

    Returns
    -------
    rows, cost : (n,) reminders, level by level
    """
    after, keep, price = levels
    count = len(bills[_DUE])
    rows = np.empty(count * len(after), dtype=np.int64)
    cost = np.empty(count * len(after), dtype=np.int64)
    used = 0
    for level in range(len(after)):
        for row in range(count):
            if bills[_DUE][row] + after[level] != day or bills[_OPEN][row] <= 0:
                continue
            rows[used], cost[used] = row, price[level]
            used += 1
            if bills[_PAID][row] < FAR and not stopped[bills[_ACCOUNT][row]]:
                left = -(-(bills[_PAID][row] - day) * keep[level] // PPM)
                bills[_PAID][row] = day + max(1, left)
    return rows[:used].copy(), cost[:used].copy()


@kernel
def write_off(
    day: int, bills: Columns, money: Money, segment: IntArray, rules: tuple[IntArray, IntArray]
) -> IntArray:
    """Give up bills that are too old; a part may be recovered.

    Parameters
    ----------
    segment : (O,) of the outlets
    rules : days after the due date (0 = never) and share recovered (ppm), by segment

    Returns
    -------
    (3, k) row, kind and value: what is recovered first, then what is lost
    """
    after, recovered = rules
    count = len(bills[_DUE])
    moves = np.empty((3, 2 * count), dtype=np.int64)
    used = 0
    for kind in (_RECOVERED, _WRITTEN_OFF):
        for row in range(count):
            own = segment[bills[_OUTLET][row]]
            if after[own] <= 0 or bills[_DUE][row] + after[own] != day:
                continue
            value = bills[_OPEN][row]
            if kind == _RECOVERED:
                value = share_of(value, recovered[own])
            if value > 0:
                pay(bills, money, row, value, value if kind == _RECOVERED else 0)
                moves[0, used], moves[1, used], moves[2, used] = row, kind, value
                used += 1
    return moves[:, :used].copy()
