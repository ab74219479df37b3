"""What a lane from one site to another does today: whether it is out, and what goods cost."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray, share_of
from channelwright.model.supply import ALL_CHILDREN
from channelwright.simulation.network import Network

_SITE, _CHILD, _FIRST, _LAST = range(4)

#: Own sites (S,), modes of sites (S,), ticks per case for accounts and for the second tier (M, P).
Ladder: TypeAlias = tuple[BoolArray, IntArray, IntArray, IntArray]


def outages_of(network: Network) -> IntArray:
    """Return the outages of lanes: (4, n), site, child, first and last day; none without supply."""
    supply = network.market.supply
    if supply is None:
        return np.zeros((4, 0), dtype=np.int64)
    rows = supply.outages
    return np.stack([rows.site, rows.child, rows.first, rows.last])


def ladder_of(network: Network) -> Ladder:
    """Return what prices of goods between sites are made of."""
    terms, mode = network.design.terms, network.design.sites.mode
    return network.own, mode.copy(), terms.price_account.copy(), terms.price_tier2.copy()


@kernel
def is_out(day: int, source: int, child: int, outages: IntArray) -> bool:
    """Return whether the lane from a source to a child is out on a day."""
    for row in range(outages.shape[1]):
        if outages[_SITE, row] != source or not outages[_FIRST, row] <= day <= outages[_LAST, row]:
            continue
        if outages[_CHILD, row] == ALL_CHILDREN or outages[_CHILD, row] == child:
            return True
    return False


@kernel
def asked(ladder: Ladder, site: int, source: int, index: int, product: int) -> int:
    """Return ticks per case: the ladder's price times the index of the source, in ppm.

    The manufacturer buying back pays the same.
    """
    own, mode, account, tier2 = ladder
    price = tier2[mode[site], product]
    if own[source]:
        price = account[mode[site], product]
    return share_of(price, index)
