"""Compiled 0-1 knapsacks of sites: which customers pay best, and what forcing one of them costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_NOTHING = -1e300


@kernel
def ranked(values: Floats) -> Indices:
    """Return the places of values in rising order, equal ones as they came, (n,) int.

    Parameters
    ----------
    values : (n,)
    """
    size = values.size
    order, spare = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    for k in range(size):
        order[k] = k
    width = 1
    while width < size:
        for low in range(0, size, 2 * width):
            left, middle = low, min(low + width, size)
            right, high = middle, min(low + 2 * width, size)
            for k in range(low, high):
                if left < middle and (right >= high or values[order[left]] <= values[order[right]]):
                    spare[k] = order[left]
                    left += 1
                else:
                    spare[k] = order[right]
                    right += 1
        order, spare = spare, order
        width *= 2
    return order


@kernel
def rank_by_ratio(gain: Floats, need: Floats | Indices) -> Indices:
    """Return items in falling order of gain per unit, (n_items,) int; free ones come first.

    Parameters
    ----------
    gain : (n_items,)
        Saving of each item, positive.
    need : (n_items,)
        Consumption of each item.
    """
    ratio = np.empty(gain.size)
    for k in range(gain.size):
        ratio[k] = -gain[k] / need[k] if need[k] > 0 else -np.inf
    return ranked(ratio)


@kernel
def fractional_gain(gain: Floats, need: Floats, order: Indices, capacity: float) -> float:
    """Return the best total gain when the last item may be taken in part.

    Parameters
    ----------
    gain, need : (n_items,)
        Saving and consumption of each item.
    order : (n_items,) int
        Of `rank_by_ratio`.
    capacity : int
        Room.
    """
    total, left = 0.0, capacity
    for k in order:
        if need[k] > left:
            return float(total + gain[k] * left / need[k])
        total += gain[k]
        left -= need[k]
    return total


@kernel
def doubtful_items(gain: Floats, need: Indices, order: Indices, capacity: int) -> Indices:
    """Return the fate of each ranked item: 1 sure to be taken, 0 sure not to be, -1 in doubt.

    An item is in doubt unless changing its fate in the linear relaxation costs more than the
    distance from there to a greedy answer (Dembo & Hammer 1980).

    Parameters
    ----------
    gain, need, order, capacity
        As in `fractional_gain`; not everything fits.
    """
    fate = np.empty(order.size, dtype=np.int64)
    left, split, sure = capacity, 0, 0.0
    while need[order[split]] <= left:
        left -= need[order[split]]
        sure += gain[order[split]]
        split += 1
    critical = order[split]
    price = gain[critical] / need[critical]
    ceiling, greedy = sure + left * price, sure
    room = left
    for place in range(split, order.size):
        k = order[place]
        if need[k] <= room:
            greedy += gain[k]
            room -= need[k]
    spare = ceiling - greedy + 1e-9 * (1.0 + abs(ceiling))
    for place in range(order.size):
        k = order[place]
        taken = 1 if place < split else 0
        fate[place] = -1 if abs(gain[k] - price * need[k]) <= spare else taken
    fate[split] = -1
    return fate


@kernel
def pack(gain: Floats, need: Indices, capacity: int) -> tuple[float, Flags]:
    """Return the best total gain of whole items and which are taken.

    Parameters
    ----------
    gain : (n_items,)
        Saving of each item, positive.
    need : (n_items,) int
        Consumption of each item, not negative.
    capacity : int
        Room, not negative.

    Returns
    -------
    tuple of float and (n_items,) bool
    """
    taken = np.ones(gain.size, dtype=np.bool_)
    everything, weight = 0.0, 0
    for k in range(gain.size):
        everything += gain[k]
        weight += need[k]
    if weight <= capacity:
        return everything, taken
    order = rank_by_ratio(gain, need)
    fate = doubtful_items(gain, need, order, capacity)
    total, room, count = 0.0, capacity, 0
    core = np.empty(order.size, dtype=np.int64)
    for place in range(order.size):
        k = order[place]
        taken[k] = fate[place] == 1
        if fate[place] == 1:
            total += gain[k]
            room -= need[k]
        elif fate[place] < 0:
            core[count] = k
            count += 1
    return total + _pack_table(gain, need, core[:count], room, taken), taken


@kernel
def _pack_table(gain: Floats, need: Indices, core: Indices, room: int, taken: Flags) -> float:
    """Fill the room by dynamic programming over the core; marks what it takes."""
    table = np.zeros(room + 1)
    keep = np.zeros((core.size, room + 1), dtype=np.bool_)
    for row in range(core.size):
        profit, weight = gain[core[row]], need[core[row]]
        for load in range(room, weight - 1, -1):
            raised = table[load - weight] + profit
            if raised > table[load]:
                table[load] = raised
                keep[row, load] = True
    left = room
    for row in range(core.size - 1, -1, -1):
        if keep[row, left]:
            taken[core[row]] = True
            left -= need[core[row]]
    return float(table[room])


@kernel
def forced_gains(gain: Floats, need: Indices, capacity: int) -> tuple[Floats, Floats, Floats]:
    """Return the best gain by room, and with each item forced in and forced out.

    Parameters
    ----------
    gain, need, capacity
        As in `pack`.

    Returns
    -------
    tuple of (capacity + 1,), (n_items,) and (n_items,)
        Best gain within each room; best gain with each item in (a very low number where it does
        not fit) and out.
    """
    items = gain.size
    ahead = np.zeros((items + 1, capacity + 1))
    behind = np.zeros((items + 1, capacity + 1))
    for k in range(items):
        _add_item(ahead[k], ahead[k + 1], gain[k], need[k])
        last = items - 1 - k
        _add_item(behind[last + 1], behind[last], gain[last], need[last])
    inside, outside = np.empty(items), np.empty(items)
    for k in range(items):
        inside[k] = _NOTHING
        if need[k] <= capacity:
            inside[k] = gain[k] + _best_split(ahead[k], behind[k + 1], capacity - need[k])
        outside[k] = _best_split(ahead[k], behind[k + 1], capacity)
    return ahead[items], inside, outside


@kernel
def _add_item(before: Floats, after: Floats, gain: float, need: int) -> None:
    for room in range(before.size):
        best = before[room]
        if room >= need and before[room - need] + gain > best:
            best = before[room - need] + gain
        after[room] = best


@kernel
def _best_split(ahead: Floats, behind: Floats, room: int) -> float:
    best = _NOTHING
    for load in range(room + 1):
        value = ahead[load] + behind[room - load]
        best = max(best, value)
    return best
