"""Prices and promotions move the simulated flagship in the right direction."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.demand import Elasticity
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.offers import ANY, ConsumerPrices, Offers, Promotions
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 70, 3
FIRST = 42  # the promotion runs for two measured weeks, its dip for the next two


@pytest.fixture(scope="module")
def flagship() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    market = shorten(pack.market, DAYS)
    return replace(market, elasticity=Elasticity(np.full(len(market.products), -2.6))), (
        pack.designs["today"]
    )


def weeks(market: Market, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Units sold by replication and week, and ticks of promotions by replication."""
    sold, money = [], []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(5, replication), sink)
        cells, ledger = sink.table("cells"), sink.table("ledger")
        period = cells["period"] - cells["period"].min()
        sold.append(np.bincount(period, weights=cells["units_sold"]))
        money.append(ledger["amount"][ledger["account"] == Account.PROMOTION].sum())
    return np.array(sold), np.array(money)


def promotion(market: Market, borrowed: float) -> Offers:
    products = len(market.products)
    return Offers(
        promotions=Promotions(
            ids=("two weeks",),
            mode=np.array([ANY]),
            area=np.array([ANY]),
            segment=np.array([ANY]),
            products=np.ones((1, products), dtype=bool),
            first=np.array([FIRST]),
            last=np.array([FIRST + 13]),
            price_cut=np.array([150_000]),
            uplift=np.zeros(1),
            borrowed=np.array([borrowed]),
            dip_days=np.array([14]),
            funded=np.array([1_000_000]),
            funder=np.zeros(1, dtype=np.int64),
            outlet_cut=np.zeros(1, dtype=np.int64),
        )
    )


@pytest.fixture(scope="module")
def baseline(flagship: tuple[Market, Design]) -> np.ndarray:
    return weeks(*flagship)[0]


def test_promotion_lifts_sales_and_borrows_from_later_weeks(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    sold, money = weeks(market, replace(design, offers=promotion(market, 0.5)))
    during, after = slice(FIRST // 7, FIRST // 7 + 2), slice(FIRST // 7 + 2, FIRST // 7 + 4)
    assert np.array_equal(sold[:, : FIRST // 7], baseline[:, : FIRST // 7])
    bump = paired_interval(sold[:, during].sum(axis=1), baseline[:, during].sum(axis=1))
    dip = paired_interval(sold[:, after].sum(axis=1), baseline[:, after].sum(axis=1))
    assert bump.low > 0
    assert dip.high < 0
    assert np.all(money > 0)


def test_without_borrowing_there_is_no_dip(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    sold, _ = weeks(market, replace(design, offers=promotion(market, 0.0)))
    after = slice(FIRST // 7 + 2, FIRST // 7 + 4)
    assert paired_interval(sold[:, after].sum(axis=1), baseline[:, after].sum(axis=1)).high >= 0


def test_dearer_goods_sell_less_if_demand_is_elastic(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    products = len(market.products)
    everywhere = np.full(products, ANY)
    dearer = ConsumerPrices(
        everywhere,
        everywhere,
        everywhere,
        np.arange(products),
        market.products.consumer_price * 11 // 10,
    )
    design = replace(design, offers=Offers(prices=dearer))
    sold, _ = weeks(market, design)
    assert paired_interval(sold.sum(axis=1), baseline.sum(axis=1)).high < 0
    rigid, _ = weeks(replace(market, elasticity=None), design)
    assert np.array_equal(rigid, baseline)
