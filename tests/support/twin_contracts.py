"""Contracts with the chains of the deterministic twin: all that the forecast knows of them."""

from dataclasses import replace

import numpy as np

from channelwright.model.contracts import Contracts
from channelwright.model.design import Design
from channelwright.model.market import Market


def contracted(market: Market, design: Design) -> tuple[Market, Design]:
    """Listing, long terms, a tier that is reached and one that is not, allowance and fees."""
    chains = len(market.chain_ids)

    def all_of(value: int) -> np.ndarray:
        return np.full(chains, value, dtype=np.int64)

    listed = np.ones((chains, len(market.products)), dtype=bool)
    listed[0, 0] = False
    contracts = Contracts(
        listed=listed,
        days=all_of(60),
        tier_value=np.tile(np.array([0, 10_000, 10**15]), (chains, 1)),
        tier_rebate=np.tile(np.array([10_000, 40_000, 90_000]), (chains, 1)),
        allowance=all_of(15_000),
        display_fee=all_of(2_000_000),
        leaflet_fee=all_of(50_000_000),
        entry_fee=all_of(3_000_000),
        penalty=all_of(0),
        dc_days=all_of(0),
        window_days=all_of(127),
    )
    return market, replace(design, contracts=contracts)
