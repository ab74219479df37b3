"""Stock shared in turn: parts of lines, whole lines or orders, and other products that stand in."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import PPM, IntArray
from channelwright.rules.families import family_rows
from channelwright.simulation.evening.work import (
    GIVE,
    HELD,
    NEW,
    OTHERS,
    REFUSED,
    REPLACED,
    ROW,
    WANTED,
    Table,
)
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import MISSING, MODE, ORDERED, SITE

_LINE, _ORDER = 1, 2
_PRIORITY, _BACKORDER, _CANCEL, _FILL, _SUBSTITUTE = range(5)

#: By mode (5, M); what outlets add to the priority (O,), (0,) = nothing; units per case and
#: family of products (P,).
Sharing: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]


def sharing_rules(network: Network) -> Sharing:
    """Return how a design shares out short stock; without rules every line takes what there is."""
    service, products = network.design.service, network.market.products
    rules = service.allocation
    none = np.zeros(len(service.priority), dtype=np.int64)
    plain = (service.priority, service.backorder)
    if rules is None:
        modes, own = np.stack([*plain, none - 1, none, none]), none[:0]
    else:
        modes = np.stack([*plain, rules.cancel_days, rules.fill, rules.substitute])
        own = rules.priority.copy()
    return modes, own, network.plain.unit, family_rows(products).astype(np.int64)


@kernel
def still_waits(modes: IntArray, mode: int, days: int) -> bool:
    """Return whether what an order misses waits for another evening, days after its first one."""
    longest = modes[_CANCEL, mode]
    waits: bool = modes[_BACKORDER, mode] != 0 and (longest < 0 or days < longest)
    return waits


@kernel
def place_in_queue(sharing: Sharing, mode: int, outlet: int) -> int:
    """Return the priority of an order, lowest first."""
    modes, own = sharing[0], sharing[1]
    place: int = modes[_PRIORITY, mode]
    return place + own[outlet] if len(own) else place


@kernel
def share_out(
    count: int,
    orders: Table,
    work: Table,
    sharing: Sharing,
    stock: IntArray,
    demand: IntArray,
) -> None:
    """Give every line in turn what its site has; count the demand of new orders.

    Parameters
    ----------
    work : ``count`` orders; what they miss and are given is written
    stock, demand : (S, P) units, changed
    """
    (numbers, grids), (marks, lines) = orders, work
    modes, _, unit, _ = sharing
    for place in range(count):
        row, refused = marks[ROW, place], marks[REFUSED, place] != 0
        site, fill = numbers[SITE, row], modes[_FILL, numbers[MODE, row]]
        counts, short = marks[NEW, place] != 0 and not refused, False
        for product in range(len(unit)):
            held, wanted = lines[HELD, place, product], np.int64(0)
            if not refused:
                wanted = grids[MISSING, row, product] - held
            if counts:
                demand[site, product] += (grids[ORDERED, row, product] - held) * unit[product]
            lines[WANTED, place, product] = wanted
            short = short or wanted * unit[product] > stock[site, product]
        for product in range(len(unit)):
            cases, there = lines[WANTED, place, product], stock[site, product]
            if short and fill == _ORDER:
                cases = np.int64(0)
            elif cases * unit[product] > there:
                cases = np.int64(0) if fill == _LINE else there // unit[product]
            lines[GIVE, place, product] = cases
            stock[site, product] = there - cases * unit[product]


@kernel
def stand_in(count: int, orders: Table, work: Table, sharing: Sharing, stock: IntArray) -> None:
    """Let products of a family stand in for what new orders still miss.

    Parameters
    ----------
    work : ``count`` orders; cases that others replace and cases in place of others are written;
        lines that the credit check held back whole stand in for nothing
    stock : (S, P) units, changed
    """
    (numbers, grids), (marks, lines) = orders, work
    modes, _, unit, family = sharing
    for place in range(count):
        row, some = marks[ROW, place], False
        share = modes[_SUBSTITUTE, numbers[MODE, row]]
        for product in range(len(unit)):
            lines[REPLACED, place, product] = lines[OTHERS, place, product] = 0
            some = some or lines[GIVE, place, product] < lines[WANTED, place, product]
        if not some or share == 0 or marks[NEW, place] == 0 or marks[REFUSED, place] != 0:
            continue
        site = numbers[SITE, row]
        for product in range(len(unit)):
            short = lines[WANTED, place, product] - lines[GIVE, place, product]
            left = (short * share + PPM // 2) // PPM
            for other in range(len(unit)):
                held = lines[HELD, place, other]
                if left == 0 or other == product or family[other] != family[product]:
                    continue
                if held > 0 and held == grids[ORDERED, row, other]:
                    continue
                cases = min(left, stock[site, other] // unit[other])
                stock[site, other] -= cases * unit[other]
                left -= cases
                lines[REPLACED, place, product] += cases
                lines[OTHERS, place, other] += cases
