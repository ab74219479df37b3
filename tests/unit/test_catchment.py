"""Catchment: pairs within reach, shares of the logit, and what an added outlet takes."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.study import Pack
from channelwright.rules import geography
from channelwright.rules.catchment import (
    catchment_rate,
    outlet_cases,
    rival_cases,
    stated_cases,
)
from channelwright.rules.nearby import nearby
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.support.random_market import random_market
from tests.unit.scenario_catchment_defects import catchment

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("catchment") / "pack"))
    catchment()(folder)
    return read_scenario(folder)


def without(design: Design, outlet: int) -> Design:
    mode = design.outlets.mode.copy()
    mode[outlet] = -1
    return replace(design, outlets=replace(design.outlets, mode=mode))


def test_shares_are_those_of_the_logit(pack: Pack) -> None:
    """A plain double loop over places and points of sale gives the same purchases."""
    market, design = pack.market, pack.designs["today"]
    found = market.catchment
    assert found is not None
    homes = ((43.302, 5.401, "harbour", 300.0), (43.35, 5.45, "hills", 100.0))
    expected, rival = np.zeros(len(market.outlets)), 0.0
    for lat, lon, area, cases in homes:
        zone = market.areas.zone[market.areas.ids.index(area)]
        here = geography.Points(np.array([lat]), np.array([lon]), np.array([zone]))
        km = geography.metres(market.geography, here, geography.outlet_points(market)) / 1000
        pull = np.where((km >= 0) & (km <= 8) & (design.outlets.mode >= 0), np.exp(-km), 0.0)
        harbour = market.areas.zone[market.areas.ids.index("harbour")]
        kiosk = geography.Points(np.array([43.3]), np.array([5.4]), np.array([harbour]))
        way = float(geography.metres(market.geography, here, kiosk)[0]) / 1000
        rivals = 2 * np.exp(-way) if 0 <= way <= 8 else 0.0
        expected += cases * pull / (5 + pull.sum() + rivals)
        rival += cases * rivals / (5 + pull.sum() + rivals)
    assert np.allclose(outlet_cases(found, design), expected)
    assert rival_cases(found, design) == pytest.approx([rival])
    assert rival > 0


def test_volume_comes_from_the_catchment_and_the_mix_from_the_rates(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    rate = catchment_rate(market, design)
    assert market.catchment is not None
    volume = 7 * (rate / market.products.units_per_case).sum(axis=1)
    assert np.allclose(volume, outlet_cases(market.catchment, design))
    served = volume > 0
    assert np.allclose(
        rate[served] / rate[served].sum(axis=1, keepdims=True),
        market.outlets.rate[served] / market.outlets.rate[served].sum(axis=1, keepdims=True),
    )
    assert np.all(stated_cases(market) > 0)


def test_an_added_outlet_takes_from_neighbours_rivals_and_no_purchase(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    found = market.catchment
    assert found is not None
    after = outlet_cases(found, design)
    added = int(after.argmax())
    before = outlet_cases(found, without(design, added))
    others = np.arange(len(after)) != added
    assert before[added] == 0
    assert after[others].sum() < before[others].sum()
    assert np.all(after[others] <= before[others] + 1e-12)
    assert rival_cases(found, design) < rival_cases(found, without(design, added))
    assert after.sum() > before.sum()


def test_without_a_catchment_the_rates_are_those_of_the_pack() -> None:
    whole = read_scenario(TINY)
    assert whole.market.catchment is None
    assert catchment_rate(whole.market, whole.designs["today"]) is whole.market.outlets.rate


@pytest.mark.parametrize("seed", range(12))
def test_nearby_finds_what_the_table_of_all_distances_holds(seed: int) -> None:
    market: Market = random_market(seed)[0]
    places, sites = geography.outlet_points(market), geography.site_points(market)
    table = geography.distance_table(market.geography, places, sites)
    for radius in (0.0, 5_000.0, 40_000.0):
        origin, place, distance = nearby(market.geography, places, sites, radius)
        rows, columns = np.nonzero((table >= 0) & (table <= radius))
        assert np.array_equal(origin, rows)
        assert np.array_equal(place, columns)
        assert np.array_equal(distance, table[rows, columns])
