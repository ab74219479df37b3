"""23:00, continued: money and books of replenishment shipments."""

from __future__ import annotations

import numpy as np

from channelwright.rules.suppliers import choosers
from channelwright.simulation.books import Books
from channelwright.simulation.network import PLANT, Network
from channelwright.simulation.postings import Postings
from channelwright.simulation.replenishing import Shipments
from channelwright.simulation.settling import MANUFACTURER, OUTSIDE
from channelwright.tables.codes import Account


def post_shipments(
    network: Network, postings: Postings, books: Books, day: int, shipments: Shipments
) -> None:
    """Post freight, production, handling and goods of the shipments of a day."""
    market, sites = network.market, network.market.sites
    site, parent, value = shipments.site, shipments.parent, shipments.value
    cases = shipments.shipped // market.products.units_per_case
    total, mode = cases.sum(axis=1), network.design.sites.mode[site]
    plant = sites.kind[parent] == PLANT
    post, owner = postings.post, network.owner
    freight = total * sites.lane_cost[site, parent]
    fetched = choosers(network.design)[site]  # market wholesalers fetch their goods
    carrier = np.where(fetched, owner[site], MANUFACTURER)
    post(Account.FREIGHT, carrier, OUTSIDE, mode, site, -1, freight)
    made = np.where(plant, (cases * market.products.production_cost).sum(axis=1), 0)
    post(Account.PRODUCTION, MANUFACTURER, OUTSIDE, mode, site, -1, made)
    handling = np.where(plant, 0, total * sites.handling_cost[parent])
    post(Account.HANDLING, owner[parent], OUTSIDE, mode, parent, -1, handling)
    post(Account.GOODS, owner[site], owner[parent], mode, site, -1, value)
    books.made += int((cases[plant] * market.products.units_per_case).sum())
    books.goods += int(value.sum())
    books.invoiced += int(value.sum())
    books.paid += int(value[shipments.due == day].sum())
