"""23:00, continued: money and books of replenishment shipments."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.suppliers import choosers
from channelwright.simulation.books import Books
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.network import Network
from channelwright.simulation.stock.shipment_columns import (
    DUE,
    PARENT,
    SHIPPED,
    SITE,
    VALUE,
    Moved,
)
from channelwright.tables.codes import Account

_FREIGHT, _PRODUCTION = int(Account.FREIGHT), int(Account.PRODUCTION)
_HANDLING, _GOODS = int(Account.HANDLING), int(Account.GOODS)
_ACCOUNTS = 4


class ShipmentMoney:
    """Posts freight, production, handling and goods of shipments."""

    def __init__(self, network: Network) -> None:
        sites, products, plain = network.market.sites, network.market.products, network.plain
        self._sites = network.owner, network.design.sites.mode.copy()
        self._flags = plain.plant, choosers(network.design)
        numbers = (sites.lane_cost, products.production_cost, sites.handling_cost, plain.unit)
        self._costs = tuple(column.copy() for column in numbers)

    def post(self, postings: Postings, books: Books, day: int, moved: Moved) -> None:
        """Post the shipments of a day; there is at least one."""
        rows = postings.room(_ACCOUNTS * moved[0].shape[1])
        known = self._sites, self._flags, self._costs
        made, billed, paid = _post(rows, moved, *known, day)
        books.made += int(made)
        books.goods += int(billed)
        books.invoiced += int(billed)
        books.paid += int(paid)


@kernel
def _post(
    rows: IntArray,
    moved: Moved,
    sites: tuple[IntArray, IntArray],
    flags: tuple[BoolArray, BoolArray],
    costs: tuple[IntArray, ...],
    day: int,
) -> tuple[np.int64, np.int64, np.int64]:
    """Write freight, production, handling and goods; return units made, ticks billed and paid.

    Parameters
    ----------
    rows : (7, 4 n) postings, written
    moved : the shipments
    sites : (S,) owner and mode
    flags : (S,) plants, and sites that fetch their goods (market wholesalers)
    costs : ticks per case on each lane (S, S), to make each product (P,), at each site (S,);
        units per case (P,)
    """
    numbers, grids = moved
    owner, mode = sites
    plant, fetches = flags
    lane, production, handling, unit = costs
    made, billed, paid, count = np.int64(0), np.int64(0), np.int64(0), numbers.shape[1]
    for row in range(count):
        buyer, above, value = numbers[SITE, row], numbers[PARENT, row], numbers[VALUE, row]
        cases, produced = np.int64(0), np.int64(0)
        for product in range(len(unit)):
            many = grids[SHIPPED, row, product] // unit[product]
            cases += many
            if plant[above]:
                produced += many * production[product]
                made += many * unit[product]
        freight, handled = cases * lane[buyer, above], np.int64(0)
        if not plant[above]:
            handled = cases * handling[above]
        carrier = owner[buyer] if fetches[buyer] else MANUFACTURER
        for kind in range(_ACCOUNTS):
            place = kind * count + row
            rows[3, place], rows[4, place], rows[5, place] = mode[buyer], buyer, -1
            rows[2, place] = OUTSIDE
        place = row
        rows[0, place], rows[1, place], rows[6, place] = _FREIGHT, carrier, freight
        place += count
        rows[0, place], rows[1, place], rows[6, place] = _PRODUCTION, MANUFACTURER, produced
        place += count
        rows[0, place], rows[1, place], rows[6, place] = _HANDLING, owner[above], handled
        rows[4, place] = above
        place += count
        rows[0, place], rows[1, place], rows[6, place] = _GOODS, owner[buyer], value
        rows[2, place] = owner[above]
        billed += value
        if numbers[DUE, row] == day:
            paid += value
    return made, billed, paid
