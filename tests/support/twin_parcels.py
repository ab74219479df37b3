"""Parcels of the deterministic twin: whole numbers of equal orders, nothing late or lost."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import SITE_KINDS, Market
from channelwright.model.parcels import ParcelShop, ParcelZones

_PACK = 3


def own_site(market: Market, design: Design) -> int:
    """Return the first open site of the manufacturer that is no plant."""
    ships = design.sites.open & ~market.sites.independent
    return int(np.flatnonzero(ships & (market.sites.kind != SITE_KINDS.index("plant")))[0])


def with_parcels(market: Market, design: Design) -> tuple[Market, Design]:
    """Ask for as many new units in every area as make 5 orders a day and product."""
    areas, products = len(market.areas), len(market.products)
    # Every product of an area is asked for alike, so that one share makes whole orders of all.
    rate = np.ones(market.outlets.rate.shape)
    many = np.bincount(market.outlets.area, minlength=areas)
    served = np.flatnonzero(many)
    zones = ParcelZones(
        area=served,
        site=np.full(len(served), own_site(market, design)),
        demand=5 * _PACK / many[served],
        cannibalised=np.zeros(len(served)),
        days=1 + served % 2,
        promise_days=np.full(len(served), 2),
        tariff_parcel=50_000 + 1_000 * served,
        tariff_case=np.full(len(served), 7_000),
    )
    shop = ParcelShop(
        zones=zones,
        mode=len(market.modes) - 1,
        price=1_050_000,
        pack_units=np.full(products, _PACK),
        packs=1.0,
        basket=1.0,
        parcel_units=np.full(products, 2),
        cutoff=86_400,
        before_outlets=True,
        wait_days=0,
        packers=0,
        pack_seconds=60,
        packing=12_000,
        fee=80_000,
        free_from=60_000,
        payment_fee=11_000,
        returns=0,
        return_days=1,
        return_cost=0,
    )
    market = replace(market, outlets=replace(market.outlets, rate=rate))
    return market, replace(design, goods=replace(design.goods or GoodsPolicy(), parcels=shop))
