"""What a random design agrees about goods on shelves, on and off at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.consignment import Consignment
from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import SITE_KINDS, Market
from channelwright.model.online import NearbyShelves
from channelwright.model.parcels import NEVER_FREE, ParcelShop, ParcelZones
from channelwright.model.returns import AS_MODE, FULL, NO_RETURNS, OLD_ONLY, Returns
from tests.support.dice import Dice


def with_goods(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with some of the agreements."""
    returns = None if dice.some(0.5) else _returns(market, dice)
    nearby = None if dice.some(0.5) else _nearby(len(market.outlets), dice)
    consignment = None if dice.some(0.5) else _consignment(market, dice)
    if returns is None and nearby is None and consignment is None:
        return market, design
    return market, replace(design, goods=GoodsPolicy(returns, nearby, consignment))


def _consignment(market: Market, dice: Dice) -> Consignment:
    days = dice.choices((0, 1, 5, 9), len(market.modes))
    return Consignment(np.append(days, dice.choices((-1, 0, 7), len(market.chain_ids))))


def _nearby(outlets: int, dice: Dice) -> NearbyShelves:
    origin, helper = np.nonzero(dice.flags(0.6, (outlets, outlets)) & ~np.eye(outlets, dtype=bool))
    metres = dice.choices((300, 800, 800, 2_345), len(origin))
    order = np.lexsort((helper, metres, origin))
    return NearbyShelves(
        origin=origin[order],
        helper=helper[order],
        metres=metres[order],
        outlet_fee=dice.one_of((0, 1_234)),
        courier_unit=dice.one_of((0, 777)),
        courier_km=dice.one_of((0, 333)),
    )


def _returns(market: Market, dice: Dice) -> Returns:
    rows = len(market.modes) + len(market.chain_ids)
    policy = dice.choices((NO_RETURNS, OLD_ONLY, FULL, FULL, FULL), rows)
    policy[len(market.modes) :] = dice.choices((AS_MODE, NO_RETURNS, FULL), len(market.chain_ids))
    return Returns(
        policy=policy,
        review_days=dice.choices((1, 3, 7, 13), rows),
        above_days=dice.choices((0.0, 0.7, 2.5, 6.0), rows),
        limit=dice.choices((100_000, 400_000, 1_000_000), rows),
        credit=dice.choices((0, 900_001, 1_000_000), rows),
        collect_case=dice.wholes(0, 5_000, rows),
    )


def with_parcels(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair, half the time with parcels from own sites, in a mode of nobody else."""
    ships = design.sites.open & ~market.sites.independent
    ships &= market.sites.kind != SITE_KINDS.index("plant")
    free = _free_modes(market, design)
    if dice.some(0.5) or not ships.any() or not len(free):
        return market, design
    shop = _parcel_shop(market, np.flatnonzero(ships), free, dice)
    goods = replace(design.goods or GoodsPolicy(), parcels=shop)
    return market, replace(design, goods=goods)


def _free_modes(market: Market, design: Design) -> np.ndarray:
    """Return the modes in which no outlet, site or person works and no outlet buys."""
    used = [design.outlets.mode, design.sites.mode, design.reps.mode]
    if design.selling is not None:
        used.append(design.selling.option_mode.ravel())
    return np.setdiff1d(np.arange(len(market.modes)), np.concatenate(used))


def _parcel_shop(market: Market, sites: np.ndarray, modes: np.ndarray, dice: Dice) -> ParcelShop:
    case, products = market.products.units_per_case, len(market.products)
    whole = dice.some(0.5)
    return ParcelShop(
        zones=_parcel_zones(market, sites, dice),
        mode=int(dice.one_of(modes)),
        price=dice.one_of((1_000_000, 912_345, 1_250_000)),
        pack_units=case.copy() if whole else np.ones(products, dtype=np.int64),
        packs=dice.one_of((1.0, 1.7, 4.0)),
        basket=dice.one_of((1.0, 1.0, 1.6, 3.0)),
        parcel_units=case * dice.whole(1, 3),
        cutoff=dice.one_of((0, 43_200, 68_400)),
        before_outlets=dice.some(0.5),
        wait_days=dice.whole(0, 3),
        packers=dice.whole(0, 2),
        pack_seconds=dice.one_of((0, 300, 5_400)),
        packing=dice.whole(0, 9_999),
        fee=dice.whole(0, 99_999),
        free_from=dice.one_of((NEVER_FREE, 0, 250_000, 600_000)),
        payment_fee=dice.one_of((0, 12_345)),
        returns=dice.one_of((0, 200_000)),
        return_days=dice.whole(1, 9),
        return_cost=dice.whole(0, 9_999),
    )


def _parcel_zones(market: Market, sites: np.ndarray, dice: Dice) -> ParcelZones:
    areas = len(market.areas)
    area = dice.order(areas)[: dice.whole(1, areas)]
    return ParcelZones(
        area=area,
        site=dice.choices(sites.tolist(), len(area)),
        demand=dice.choices((0.0, 0.1, 0.5, 1.5), len(area)),
        cannibalised=dice.choices((0.0, 0.4, 1.0), len(area)),
        days=dice.wholes(1, 4, len(area)),
        promise_days=dice.wholes(0, 5, len(area)),
        tariff_parcel=dice.wholes(0, 9_999, len(area)),
        tariff_case=dice.wholes(0, 9_999, len(area)),
    )
