"""What a random design agrees about goods on shelves, on and off at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.consignment import Consignment
from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import Market
from channelwright.model.online import NearbyShelves
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
