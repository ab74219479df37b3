"""Random contracts with the chains of a random market, on and off at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.contracts import Contracts
from channelwright.model.design import Design
from channelwright.model.market import Market
from tests.support.dice import Dice

_STREAM = 42 << 40
EVERY_DAY = 127


def with_contracts(market: Market, design: Design, seed: int) -> tuple[Market, Design]:
    """Return the pair with contracts in half of all cases; draws are its own."""
    dice = Dice(_STREAM + seed)
    if not market.chain_ids or dice.some(0.5):
        return market, design
    chains, levels = len(market.chain_ids), dice.whole(0, 3)
    cases = market.outlets.rate / market.products.units_per_case
    a_month = int(30 * (cases * design.terms.price_outlet.mean(axis=0)).sum())
    tiers = np.sort(dice.reals(0.0, 0.6, (chains, levels)) * a_month, axis=1).astype(np.int64)
    missing = dice.flags(0.3, (chains, levels)) & (np.arange(levels) == levels - 1)
    contracts = Contracts(
        listed=dice.flags(0.7, (chains, len(market.products))),
        days=dice.choices((-1, 0, 45, 90), chains),
        tier_value=np.where(missing, -1, tiers),
        tier_rebate=dice.wholes(0, 90_000, (chains, levels)),
        allowance=dice.choices((0, 15_000, 33_333), chains),
        display_fee=dice.choices((0, 123_457), chains),
        leaflet_fee=dice.choices((0, 1_000_003), chains),
        entry_fee=dice.choices((0, 777_777), chains),
        penalty=dice.choices((0, 30_000, 100_001), chains),
        dc_days=dice.choices((0, 0, 1, 2), chains),
        window_days=dice.choices((EVERY_DAY, EVERY_DAY, 0b0010101, 0b0001000), chains),
    )
    if dice.some(0.8):
        opens = dice.choices((-1, 0, 20_000, 23_000, 40_000), chains)
        closes = np.where(opens < 0, -1, np.maximum(opens, 0) + dice.wholes(2_000, 30_000, chains))
        contracts = replace(contracts, window_open=opens, window_close=closes)
    if dice.some(0.7):  # most stores belong to a chain, so that its hours and days meet trucks
        outlets = market.outlets
        joins = dice.flags(0.8, len(outlets)) & (outlets.chain < 0)
        chain = np.where(joins, dice.wholes(0, chains - 1, len(outlets)), outlets.chain)
        market = replace(market, outlets=replace(outlets, chain=chain))
    return market, replace(design, contracts=contracts)
