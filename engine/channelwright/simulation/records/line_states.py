"""Kernels of detail tables: which lines of orders ended, and the rows that say so."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import DAY_SECONDS, BoolArray, IntArray
from channelwright.tables.codes import LineState

GOES_ON = -1
_ORDER = ("day", "second", "outlet", "mode", "site", "product", "state")
_DELIVERY = ("day", "second", "outlet", "product", "site", "order_day")
LINE_COLUMNS = (*_ORDER, "ordered", "first", "delivered", "substitutes", "end_day")
DELIVERY_COLUMNS = (*_DELIVERY, "cases", "ready_second", "tour", "value")
_REFUSED, _DELIVERED = int(LineState.REFUSED), int(LineState.DELIVERED)
_CUT, _CUT_PART = int(LineState.CUT), int(LineState.CUT_PART)


@kernel
def ended_in_the_evening(
    orders: tuple[IntArray, ...], cut_now: IntArray, held: IntArray, refused: BoolArray
) -> IntArray:
    """Return the states in which lines ended by credit check or allocation: (n, P).

    Parameters
    ----------
    orders : (n, P) cases ordered, delivered, cut and given in place of others
    cut_now, held : (n, P) cases cut and held back this evening; refused : (n,) bool
    """
    ordered, delivered, cut, extra = orders
    states = np.full(ordered.shape, GOES_ON, dtype=np.int64)
    for row in range(ordered.shape[0]):
        for product in range(ordered.shape[1]):
            asked, back = ordered[row, product], held[row, product]
            if (back > 0 and back == asked) or (refused[row] and asked > 0):
                states[row, product] = _REFUSED
            elif refused[row] or cut_now[row, product] == 0:
                continue
            elif delivered[row, product] + cut[row, product] == asked + extra[row, product]:
                states[row, product] = _CUT_PART if delivered[row, product] > 0 else _CUT
    return states


@kernel
def ended_at_the_door(orders: tuple[IntArray, ...], brought: IntArray) -> IntArray:
    """Return the states in which lines ended by a delivery or a last failed attempt: (n, P).

    Parameters
    ----------
    orders : (n, P) cases ordered, delivered, cut and given in place of others
    brought : (n, P) cases of the drop
    """
    ordered, delivered, cut, extra = orders
    states = np.full(ordered.shape, GOES_ON, dtype=np.int64)
    for row in range(ordered.shape[0]):
        for product in range(ordered.shape[1]):
            came, lost = delivered[row, product], cut[row, product]
            if brought[row, product] == 0:
                continue
            if came + lost != ordered[row, product] + extra[row, product]:
                continue
            if lost == 0:
                states[row, product] = _DELIVERED
            else:
                states[row, product] = _CUT_PART if came > 0 else _CUT
    return states


@kernel
def line_rows(
    orders: tuple[IntArray, ...], cases: tuple[IntArray, ...], states: IntArray, day: int
) -> IntArray:
    """Return the columns `LINE_COLUMNS` of the lines that ended on a day: (12, m).

    Parameters
    ----------
    orders : (n,) day, second, outlet, mode and site
    cases : (n, P) cases ordered, given at the first attempt, delivered, given in place of others
    states : (n, P), ``GOES_ON`` = not ended
    """
    order_day, second, outlet, mode, site = orders
    ordered, first, delivered, extra = cases
    lines = 0
    for row in range(states.shape[0]):
        for product in range(states.shape[1]):
            lines += states[row, product] != GOES_ON
    table = np.empty((12, lines), dtype=np.int64)
    line = 0
    for row in range(states.shape[0]):
        for product in range(states.shape[1]):
            if states[row, product] == GOES_ON:
                continue
            table[0, line], table[1, line] = order_day[row], second[row]
            table[2, line], table[3, line], table[4, line] = outlet[row], mode[row], site[row]
            table[5, line], table[6, line] = product, states[row, product]
            table[7, line], table[8, line] = ordered[row, product], first[row, product]
            table[9, line], table[10, line] = delivered[row, product], extra[row, product]
            table[11, line] = day
            line += 1
    return table


@kernel
def delivery_rows(
    loads: tuple[IntArray, ...], cases: IntArray, stops: tuple[IntArray, IntArray], price: IntArray
) -> IntArray:
    """Return the columns `DELIVERY_COLUMNS` of the lines delivered, the day left open: (10, m).

    Parameters
    ----------
    loads : (n,) outlet, option, site, order day and ready second
    cases : (n, P); stops : (n,) second and tour
    price : (O, N, P) ticks per case
    """
    outlet, option, site, order_day, ready = loads
    second, tour = stops
    lines = 0
    for row in range(cases.shape[0]):
        for product in range(cases.shape[1]):
            lines += cases[row, product] != 0
    table = np.empty((10, lines), dtype=np.int64)
    line = 0
    for row in range(cases.shape[0]):
        for product in range(cases.shape[1]):
            many = cases[row, product]
            if many == 0:
                continue
            table[1, line], table[2, line], table[3, line] = second[row], outlet[row], product
            table[4, line], table[5, line], table[6, line] = site[row], order_day[row], many
            table[7, line] = ready[row] - order_day[row] * DAY_SECONDS
            table[8, line] = tour[row]
            table[9, line] = many * price[outlet[row], option[row], product]
            line += 1
    return table
