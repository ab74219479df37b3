"""What promotions cost: consumer prices of a day, refunds and cuts to outlets.

docs/world/prices_promotions.md is the exact statement.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray, share
from channelwright.model.offers import FUNDERS
from channelwright.rules import offers
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.cash.settling import MANUFACTURER
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.tables.codes import Account

_SELLER = FUNDERS.index("seller")


def consumer_prices(network: Network, day: int) -> IntArray:
    """Return what consumers pay on a day in covered outlets: (C, P) ticks per unit."""
    regular = network.regular_price
    campaign = network.campaign
    if campaign is None:
        return regular
    price = regular.copy()
    for row in campaign.active(day):
        outlets = campaign.outlets[row][network.covered]
        cut = offers.consumer_cut(campaign.table, row, regular)
        price -= np.where(outlets[:, None] & campaign.table.products[row], cut, 0)
    return price


def post_refunds(network: Network, postings: Postings, day: int, units: IntArray) -> None:
    """Post what funders pay back for consumer price cuts; ``units`` sold: (C, P)."""
    campaign = network.campaign
    if campaign is None:
        return
    plan = network.design.outlets
    for row in campaign.active(day):
        chosen = np.flatnonzero(campaign.outlets[row][network.covered])
        outlet = network.covered[chosen]
        each = offers.refund(campaign.table, row, network.shelf_price[outlet])
        amount = (units[chosen] * each)[:, campaign.table.products[row]].sum(axis=1)
        site = plan.site[outlet]
        payer = _funders(network, row, site)
        postings.post(
            Account.PROMOTION, payer, network.payer[outlet], plan.mode[outlet], site, outlet, amount
        )


def post_outlet_cuts(network: Network, postings: Postings, day: int, loads: Rows) -> None:
    """Post what funders pay outlets for the goods delivered on promotion days."""
    campaign = network.campaign
    if campaign is None:
        return
    for row in campaign.active(day):
        chosen = np.flatnonzero(campaign.outlets[row][loads["outlet"]])
        names = ("outlet", "site", "mode", "option")
        outlet, site, mode, option = (loads[name][chosen] for name in names)
        each = share(network.price[outlet, option], campaign.table.outlet_cut[row])
        amount = (loads["cases"][chosen] * each)[:, campaign.table.products[row]].sum(axis=1)
        payer = _funders(network, row, site)
        payee = network.payer[outlet]
        postings.post(Account.PROMOTION, payer, payee, mode, site, outlet, amount)


def _funders(network: Network, row: int, site: IntArray) -> IntArray:
    """Return who pays for a promotion at outlets of some sites: (n,) party numbers."""
    campaign = network.campaign
    if campaign is not None and campaign.table.funder[row] == _SELLER:
        return network.owner[site]
    return np.full(len(site), MANUFACTURER, dtype=np.int64)
