"""Prices, stock, rights and habit move purchases among the sources of the flagship."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.source_choice import Rights, Selling, SourceChoice
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 35, 4
WEIGHTS = SourceChoice(credit=0.02, minimum=0.02, wait=0.1, stock=4.0)


@pytest.fixture(scope="module")
def world() -> tuple[Market, Design, int]:
    """The flagship with offers weighed whole, and its wholesaler with most rivals."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    market, design = shorten(pack.market, DAYS), pack.designs["today"]
    options = design.outlets.options
    chosen = int(np.bincount(options[(options[:, 1] >= 0), 0]).argmax())
    nobody = np.zeros(0, dtype=np.int64)
    rights = Rights(
        nobody,
        nobody,
        nobody,
        nobody,
        nobody.astype(bool),
        np.zeros((0, len(market.products)), dtype=bool),
    )
    selling = Selling(
        option_mode=np.where(options >= 0, design.outlets.mode[:, None], -1),
        asking=np.full(len(market.sites), 1_000_000, dtype=np.int64),
        rights=rights,
    )
    market = replace(market, source_choice=WEIGHTS)
    return market, replace(design, selling=selling), chosen


def cases_out(market: Market, design: Design, site: int) -> np.ndarray:
    """Cases ordered from a site by outlets with a choice: (replications,)."""
    result = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(11, replication), sink, keep="orders")
        lines = sink.table("order_lines")
        result.append(float(lines["ordered"][lines["site"] == site].sum()))
    return np.array(result)


@pytest.fixture(scope="module")
def before(world: tuple[Market, Design, int]) -> np.ndarray:
    return cases_out(*world)


def asking(design: Design, site: int, ppm: int) -> Design:
    assert design.selling is not None
    price = design.selling.asking.copy()
    price[site] = ppm
    return replace(design, selling=replace(design.selling, asking=price))


def emptied(design: Design, site: int) -> Design:
    level = design.sites.level.copy()
    level[site] = 0
    return replace(design, sites=replace(design.sites, level=level))


def test_a_cheaper_wholesaler_takes_volume(
    world: tuple[Market, Design, int], before: np.ndarray
) -> None:
    market, design, site = world
    cheap = cases_out(market, asking(design, site, 970_000), site)
    assert paired_interval(cheap, before).low > 0
    assert cheap.mean() > 1.1 * before.mean()


def test_price_moves_nothing_where_nobody_weighs_it(world: tuple[Market, Design, int]) -> None:
    market, design, site = world
    market = replace(market, behaviour=replace(market.behaviour, price_weight=0.0))
    cheap = cases_out(market, asking(design, site, 970_000), site)
    assert np.array_equal(cheap, cases_out(market, design, site))


def test_an_empty_wholesaler_loses_orders_to_those_with_stock(
    world: tuple[Market, Design, int], before: np.ndarray
) -> None:
    market, design, site = world
    empty = cases_out(market, emptied(design, site), site)
    blind = replace(market, source_choice=replace(WEIGHTS, stock=0.0))
    unseen = cases_out(blind, emptied(design, site), site)
    assert paired_interval(empty, before).high < 0
    assert paired_interval(empty, unseen).high < 0
    assert empty.mean() < 0.8 * unseen.mean()


def test_a_forbidden_wholesaler_sells_nothing_and_an_exclusive_one_everything(
    world: tuple[Market, Design, int], before: np.ndarray
) -> None:
    market, design, site = world
    assert design.selling is not None
    right = Rights(
        area=np.array([-1]),
        segment=np.array([-1]),
        mode=np.array([-1]),
        site=np.array([site]),
        exclusive=np.array([False]),
        product=np.ones((1, len(market.products)), dtype=bool),
    )

    def given(exclusive: bool) -> Design:
        rights = replace(right, exclusive=np.array([exclusive]))
        assert design.selling is not None
        return replace(design, selling=replace(design.selling, rights=rights))

    assert not cases_out(market, given(exclusive=False), site).any()
    assert paired_interval(cases_out(market, given(exclusive=True), site), before).low > 0
