"""In a currency of small value the products of money and rates pass 64 bits; no posting does."""

from dataclasses import replace

import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from tests.property.test_simulation_against_reference import assert_same_tables
from tests.support import random_market

DEARER = 10**6
#: Markets without consumer prices of their own, in which rebates, commission or interest overflow
#: when they are multiplied before they are divided.
SEEDS = (0, 4, 8, 12, 16, 28)


def dearer(market: Market, design: Design) -> tuple[Market, Design]:
    """Return the market with every price of goods in a currency of small value."""
    products, terms = market.products, design.terms
    return (
        replace(
            market,
            products=replace(
                products,
                production_cost=products.production_cost * DEARER,
                consumer_price=products.consumer_price * DEARER,
            ),
        ),
        replace(
            design,
            terms=replace(
                terms,
                price_account=terms.price_account * DEARER,
                price_tier2=terms.price_tier2 * DEARER,
                price_outlet=terms.price_outlet * DEARER,
            ),
        ),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ledger_is_that_of_whole_numbers_without_bounds(seed: int) -> None:
    assert_same_tables(*dearer(*random_market(seed)), Address(seed, 0))
