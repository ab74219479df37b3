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
from channelwright.simulation.stock.replenishing import Shipments
from channelwright.tables.codes import Account

_FREIGHT, _PRODUCTION = int(Account.FREIGHT), int(Account.PRODUCTION)
_HANDLING, _GOODS = int(Account.HANDLING), int(Account.GOODS)
_ACCOUNTS = 4


def post_shipments(
    network: Network, postings: Postings, books: Books, day: int, shipments: Shipments
) -> None:
    """Post freight, production, handling and goods of the shipments of a day."""
    if not len(shipments):
        return
    sites, products = network.market.sites, network.market.products
    made, billed, paid = _post(
        postings.room(_ACCOUNTS * len(shipments)),
        (shipments.site, shipments.parent, shipments.value, shipments.due, shipments.shipped),
        (network.owner, network.design.sites.mode),
        (network.plain.plant, choosers(network.design)),
        (sites.lane_cost, products.production_cost, sites.handling_cost, network.plain.unit),
        day,
    )
    books.made += int(made)
    books.goods += int(billed)
    books.invoiced += int(billed)
    books.paid += int(paid)


@kernel
def _post(
    rows: IntArray,
    shipments: tuple[IntArray, ...],
    sites: tuple[IntArray, IntArray],
    flags: tuple[BoolArray, BoolArray],
    costs: tuple[IntArray, ...],
    day: int,
) -> tuple[np.int64, np.int64, np.int64]:
    """Write freight, production, handling and goods; return units made, ticks billed and paid.

    Parameters
    ----------
    rows : (7, 4 n) postings, written
    shipments : (n,) site, parent, ticks and the day on which they are paid, (n, P) units shipped
    sites : (S,) owner and mode
    flags : (S,) plants, and sites that fetch their goods (market wholesalers)
    costs : ticks per case on each lane (S, S), to make each product (P,), at each site (S,);
        units per case (P,)
    """
    site, parent, value, due, shipped = shipments
    owner, mode = sites
    plant, fetches = flags
    lane, production, handling, unit = costs
    made, billed, paid, count = np.int64(0), np.int64(0), np.int64(0), len(site)
    for row in range(count):
        buyer, above = site[row], parent[row]
        cases, produced = np.int64(0), np.int64(0)
        for product in range(len(unit)):
            many = shipped[row, product] // unit[product]
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
        rows[0, place], rows[1, place], rows[6, place] = _GOODS, owner[buyer], value[row]
        rows[2, place] = owner[above]
        billed += value[row]
        if due[row] == day:
            paid += value[row]
    return made, billed, paid
