"""Which wholesalers a rival design keeps: those that are left with the trade they are sized to.

A wholesaler's fixed cost is that of its trade in `today`. When A and B outlets move to other
modes, about a quarter of the volume stays; spread over all houses it would feed none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.modes import WS
from yangtze_pack.network import (
    REACH_KM,
    ROAD_FACTOR,
    WS_OPTIONS,
    Network,
    choice_shares,
    distances,
    summer_room,
)

if TYPE_CHECKING:
    from yangtze_pack.geography import Town
    from yangtze_pack.outlets import OutletTable

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Small outlets order little at a time: a case of theirs earns a wholesaler 0.83 against 1.09 of
# the mean outlet of today, and rent takes 0.72 of it at the trade that the house is sized to.
# So a house needs its trade of today again.
NEAREST = 24  # houses that an outlet may turn to when others close


def kept_wholesalers(
    towns: list[Town], table: OutletTable, network: Network, mode: IntArray
) -> list[str]:
    """Return the wholesalers that stay open in a design.

    Closes, county by county and one at a time, the house that falls farthest below its trade of
    `today`, until every house has enough: big houses go before small ones. A house that is the
    last one within reach of an outlet stays, and one whose trade would overfill another.
    """
    houses = np.array([n for n, s in enumerate(network.sites) if s.kind == "wholesaler"])
    own = np.array([network.sites[h].flow for h in houses])
    room = np.array([summer_room(network.sites[h]) for h in houses])
    names = [towns[network.sites[h].town].county.adcode for h in houses]
    county = np.unique(np.array(names), return_inverse=True)[1]
    rows = np.flatnonzero(mode == WS)
    near, km = _neighbours(network, towns, table, rows, houses)
    opened, stays = np.ones(len(houses), dtype=np.bool_), np.zeros(len(houses), dtype=np.bool_)
    while True:
        usable = np.where(opened[near], km, np.inf)
        missing = own - _trade(near, usable, table.cases[rows], len(houses))
        weak = opened & (missing > 0) & ~stays
        if not weak.any():
            return [network.sites[h].site_id for h in houses[opened]]
        worst = _worst(weak, missing, county)
        opened[worst] = False
        back = _last(near, km, np.where(opened[near], km, np.inf), len(houses))[worst]
        opened[worst[back]] = stays[worst[back]] = True
        usable = np.where(opened[near], km, np.inf)
        full = opened & (_most(near, usable, table.cases[rows], len(houses)) > room)
        back = np.isin(county[worst], county[full])
        opened[worst[back]] = stays[worst[back]] = True


def _worst(weak: BoolArray, missing: FloatArray, county: IntArray) -> IntArray:
    """Return the weak house of every county that misses most trade."""
    groups = (np.flatnonzero(weak & (county == c)) for c in np.unique(county[weak]))
    return np.array([mine[np.argmax(missing[mine])] for mine in groups])


def _neighbours(
    network: Network, towns: list[Town], table: OutletTable, rows: IntArray, houses: IntArray
) -> tuple[IntArray, FloatArray]:
    """Return houses near each outlet, nearest first, and their kilometres (infinite: too far)."""
    near, km = [], []
    for part in np.array_split(rows, max(1, len(rows) // 4_000)):
        all_km = distances(network, towns, table, part, houses)
        best = np.argsort(all_km, axis=1, kind="stable")[:, :NEAREST]
        close = np.take_along_axis(all_km, best, axis=1)
        # The nearest house always counts, however far it is.
        close[:, 1:][ROAD_FACTOR * close[:, 1:] > REACH_KM] = np.inf
        near.append(best)
        km.append(close)
    return np.concatenate(near), np.concatenate(km)


def _trade(near: IntArray, usable: FloatArray, cases: FloatArray, houses: int) -> FloatArray:
    """Return the expected cases per week of every house, (houses,)."""
    order = np.argsort(usable, axis=1, kind="stable")[:, :WS_OPTIONS]
    share = choice_shares(np.take_along_axis(usable, order, axis=1))
    trade = np.zeros(houses)
    np.add.at(trade, np.take_along_axis(near, order, axis=1), share * cases[:, None])
    return trade


def _most(near: IntArray, usable: FloatArray, cases: FloatArray, houses: int) -> FloatArray:
    """Return the larger of a house's expected trade and its assigned outlets' cases, (houses,)."""
    first = near[np.arange(len(near)), usable.argmin(axis=1)]
    assigned = np.bincount(first, weights=cases, minlength=houses)
    return np.asarray(np.maximum(assigned, _trade(near, usable, cases, houses)))


def _last(near: IntArray, km: FloatArray, usable: FloatArray, houses: int) -> BoolArray:
    """Tell which houses were within reach of an outlet that now has none, (houses,)."""
    lost = ~np.isfinite(usable).any(axis=1)
    last = np.zeros(houses, dtype=np.bool_)
    last[near[lost][np.isfinite(km[lost])]] = True
    return last
