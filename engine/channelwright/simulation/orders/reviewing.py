"""Outlets that are asked, or order by themselves, look at their shelves and order.

Most of them want nothing that day; each step goes on with those that are left, and draws only
what it comes to use.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.stock import NO_POLICY
from channelwright.rules.behaviour import MAX_STRIKE
from channelwright.rules.stock_kernels import POLICY
from channelwright.simulation.demand.execution import list_missing, restore
from channelwright.simulation.demand.expecting import Demand, Shown, expect_all
from channelwright.simulation.orders.shelf_policies import ordered_cases
from channelwright.simulation.orders.sourcing import Sells, finding_source

#: Rows of the block of a day's orders; `CALL` is the row in the lists, -1 without a call.
CALL, OUTLET, SECOND, OPTION, MODE, SITE, ATTEMPT = range(7)
NO_CALL = -1
Key: TypeAlias = tuple[np.uint64, np.uint64]
#: Outlets with a call that can end in an order, (2, room) row in the lists and outlet, and how
#: many; (k,) outlets that order by themselves; the day and the key of draws.
Asking: TypeAlias = tuple[IntArray, int, IntArray, int, Key]
#: Demand and factors, products on the list (O, P), what outlets show, and the chance to list one
#: more over the lift.
Expecting: TypeAlias = tuple[Demand, tuple[FloatArray, FloatArray], BoolArray, Shown, float]
#: Units on shelves (O, P); errors of who counts them, (c, P) of outlets with a call or none at all,
#: and (M,) their spread; units on order (O, P); units that consumers wait for (C, P) or none at
#: all, and the row of each outlet in them (O,).
Stocks: TypeAlias = tuple[IntArray, FloatArray, FloatArray, IntArray, IntArray, IntArray]
#: Mode (O,), days of cover (O,), position in days below which outlets of a mode order (M,),
#: negative = always; units per case (P,); blocks of stock policies or none at all, and terms of
#: variances.
Levels: TypeAlias = tuple[
    IntArray, FloatArray, FloatArray, IntArray, IntArray, FloatArray, tuple[BoolArray, FloatArray]
]
_STRIKE, _TIME = int(Purpose.STRIKE), int(Purpose.ORDER_TIME)


@kernel
def strike(
    calls: tuple[IntArray, BoolArray, IntArray],
    today: tuple[int, Key],
    chances: tuple[FloatArray, FloatArray, IntArray],
    struck: IntArray,
) -> int:
    """Write row and outlet of the calls that can end in an order; return how many they are.

    Parameters
    ----------
    calls : (n,) outlets, (n,) whether the call is made, (r,) outlets that are refused an order
    chances : (M,) of a call by mode, (M,) effort, (O,) mode
    struck : (2, at least n), written
    """
    outlets, made, refused = calls
    chance, effort, mode = chances
    used = 0
    for row in range(len(outlets)):
        outlet = outlets[row]
        if not made[row]:
            continue
        kind = mode[outlet]
        drawn = uniform_at(outlet, 0, today[1], _STRIKE, today[0])
        if not drawn < min(MAX_STRIKE, chance[kind] * effort[kind]):
            continue
        stops = False
        for other in refused:
            stops |= other == outlet
        if not stops:
            struck[0, used], struck[1, used] = row, outlet
            used += 1
    return used


@kernel
def review(
    asking: Asking,
    expecting: Expecting,
    stocks: Stocks,
    levels: Levels,
    sells: Sells,
    hours: tuple[IntArray, IntArray, IntArray, BoolArray],
    lifting: tuple[FloatArray, FloatArray, FloatArray],
    orders: IntArray,
    cases: IntArray,
) -> int:
    """Write the orders of those who want some, and what these do to execution; return how many.

    Parameters
    ----------
    hours : (n,) seconds at which calls take orders, (M,), (M,) between which other orders come,
        (M,) whether these all come at the first of them
    lifting : (M,) lift and effort, (C,) lift of the parts of execution over that of the mode
    orders, cases : (7, O), (O, P), written: `CALL`, `OUTLET` and `SECOND` of each order, its cases
    """
    struck, count, others, day, key = asking
    demand, factors, listed, shown, gain = expecting
    outlets, lifts = _lifts((struck, count, others), levels[0], lifting)
    list_missing(outlets, listed, gain, lifts, (day, key))
    expected = expect_all(outlets, demand, factors, listed, shown)
    rows = _wanting(outlets, count, expected, stocks, levels, cases)
    rows = rows[: finding_source(outlets, rows, levels[0], cases, sells)]
    for place in range(len(rows)):
        row = rows[place]
        orders[OUTLET, place] = outlets[row]
        orders[CALL, place] = struck[0, row] if row < count else NO_CALL
    _seconds(orders[:, : len(rows)], levels[0], hours, (day, key))
    restore(orders[OUTLET, : len(rows)], rows, shown, lifts, lifting[2])
    return len(rows)


@kernel
def _lifts(
    asked: tuple[IntArray, int, IntArray],
    mode: IntArray,
    lifting: tuple[FloatArray, FloatArray, FloatArray],
) -> tuple[IntArray, FloatArray]:
    """Return outlets with a call, then those without, and the lift and effort of each: (n,)."""
    struck, count, others = asked
    lift, effort, _ = lifting
    outlets = np.empty(count + len(others), dtype=np.int64)
    outlets[:count] = struck[1, :count]
    outlets[count:] = others
    result = np.empty(len(outlets))
    for row in range(len(outlets)):
        kind = mode[outlets[row]]
        result[row] = lift[kind] * effort[kind]
    return outlets, result


@kernel
def _wanting(
    outlets: IntArray,
    count: int,
    expected: FloatArray,
    stocks: Stocks,
    levels: Levels,
    cases: IntArray,
) -> IntArray:
    """Return the rows of outlets (n,) that want something, and write their cases.

    Parameters
    ----------
    count : those with a call, which come first
    expected : (n, P) units a day
    cases : (at least n, P), written by policy or up to the cover of each outlet
    """
    shelf, error, spread, on_order, waiting, place = stocks
    mode, cover, reorder, unit, whole, real, terms = levels
    rows, used = np.empty(len(outlets), dtype=np.int64), 0
    ruled, counts = len(whole) > 0, len(error) > 0
    for row in range(len(outlets)):
        outlet, plain, wanted = outlets[row], 0, 0.0
        counted = counts and row < count and spread[mode[outlet]] > 0
        for product in range(len(unit)):
            held = shelf[outlet, product]
            if counted:
                held = np.int64(math.floor(held * error[row, product] + 0.5))
            held += on_order[outlet, product]
            cases[used, product] = held
            if not ruled or whole[POLICY, outlet, product] == NO_POLICY:
                plain += held
                wanted += expected[row, product]
        most = reorder[mode[outlet]]
        low, some = most < 0 or plain < most * wanted, False
        if not ruled and not low:
            continue
        for product in range(len(unit)):
            held, mean, many = cases[used, product], expected[row, product], 0
            if ruled and whole[POLICY, outlet, product] != NO_POLICY:
                if mean > 0:
                    if len(waiting):
                        held -= waiting[place[outlet], product]
                    many = ordered_cases(whole, real, outlet, product, mean, terms, held)
            elif low:
                gap = np.int64(math.floor(cover[outlet] * mean + 0.5)) - held
                if gap > 0:
                    many = (2 * gap + unit[product]) // (2 * unit[product])
            cases[used, product] = many
            some |= many > 0
        if some:
            rows[used] = row
            used += 1
    return rows[:used]


@kernel
def _seconds(
    orders: IntArray,
    mode: IntArray,
    hours: tuple[IntArray, IntArray, IntArray, BoolArray],
    today: tuple[int, Key],
) -> None:
    """Write the second of each order (7, n): of its call, or between the hours of its mode."""
    ends, opening, close, fixed = hours
    for row in range(orders.shape[1]):
        outlet = orders[OUTLET, row]
        kind = mode[outlet]
        if orders[CALL, row] != NO_CALL:
            orders[SECOND, row] = ends[orders[CALL, row]]
        elif fixed[kind]:
            orders[SECOND, row] = opening[kind]
        else:
            drawn = uniform_at(outlet, 0, today[1], _TIME, today[0])
            late = np.int64(math.floor(drawn * (close[kind] - opening[kind])))
            orders[SECOND, row] = opening[kind] + late
