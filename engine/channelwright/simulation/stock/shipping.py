"""23:00, continued: money and books of replenishment shipments."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.suppliers import choosers
from channelwright.simulation.books import Books
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.network import PLANT, Network
from channelwright.simulation.stock.replenishing import Shipments
from channelwright.tables.codes import Account


def post_shipments(
    network: Network, postings: Postings, books: Books, day: int, shipments: Shipments
) -> None:
    """Post freight, production, handling and goods of the shipments of a day."""
    sites, products = network.market.sites, network.market.products
    site, parent, value = shipments.site, shipments.parent, shipments.value
    freight, made, handling, units = _costs(
        (site, parent, shipments.shipped),
        sites.kind == PLANT,
        products.units_per_case,
        (sites.lane_cost, products.production_cost, sites.handling_cost),
    )
    mode, post, owner = network.design.sites.mode[site], postings.post, network.owner
    fetched = choosers(network.design)[site]  # market wholesalers fetch their goods
    carrier = np.where(fetched, owner[site], MANUFACTURER)
    post(Account.FREIGHT, carrier, OUTSIDE, mode, site, -1, freight)
    post(Account.PRODUCTION, MANUFACTURER, OUTSIDE, mode, site, -1, made)
    post(Account.HANDLING, owner[parent], OUTSIDE, mode, parent, -1, handling)
    post(Account.GOODS, owner[site], owner[parent], mode, site, -1, value)
    billed = int(value.sum())
    books.made += int(units.sum())
    books.goods += billed
    books.invoiced += billed
    books.paid += int(value[shipments.due == day].sum())


@kernel
def _costs(
    shipments: tuple[IntArray, IntArray, IntArray],
    plant: BoolArray,
    unit: IntArray,
    costs: tuple[IntArray, IntArray, IntArray],
) -> IntArray:
    """Return freight, production and handling in ticks, and units made: (4, n).

    Parameters
    ----------
    shipments : (n,) site and parent, (n, P) units shipped
    plant : (S,) bool
    costs : ticks per case on each lane (S, S), to make each product (P,), at each site (S,)
    """
    site, parent, shipped = shipments
    lane, production, handling = costs
    result = np.zeros((4, len(site)), dtype=np.int64)
    for row in range(len(site)):
        above, total = parent[row], np.int64(0)
        for product in range(len(unit)):
            cases = shipped[row, product] // unit[product]
            total += cases
            if plant[above]:
                result[1, row] += cases * production[product]
                result[3, row] += cases * unit[product]
        result[0, row] = total * lane[site[row], above]
        if not plant[above]:
            result[2, row] = total * handling[above]
    return result
