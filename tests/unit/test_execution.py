"""Execution in full: how a pack states it, and what its forecast says."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from channelwright.model.execution import Execution, Parts, Range
from channelwright.model.market import Market
from channelwright.rules.behaviour import decay, multiplier, opening_multiplier
from channelwright.rules.execution import long_run_multiplier
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.unit.scenario_execution_defects import execution

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture(scope="module")
def market() -> Market:
    return read_scenario(TINY).market


def test_keys_become_parts_with_their_defaults(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(TINY, tmp_path / "pack"))
    text = "{price: {low: 0.9, high: 1.1}, cold: {low: 0.8, high: 1, lift: 0.5}, range: {gain: 2}}"
    execution(text)(pack)
    found = read_scenario(pack).market.execution
    assert found is not None
    assert found.parts.names == ("cold", "price")
    assert found.parts.half_life.tolist() == [28.0, 14.0]
    assert found.parts.lift.tolist() == [0.5, 1.0]
    assert found.range == Range(half_life=28.0, opening=0.8, gain=2.0)


def test_without_the_key_it_is_off(market: Market) -> None:
    assert market.execution is None
    behaviour = market.behaviour
    assert opening_multiplier(market) == float(multiplier(market, behaviour.opening_execution))


def test_one_part_with_the_numbers_of_the_single_execution_is_the_same(market: Market) -> None:
    """Forecast and opening multiplier agree where the two mechanisms say the same."""
    behaviour = market.behaviour
    part = Parts(
        names=("display",),
        half_life=np.array([behaviour.half_life]),
        low=np.array([behaviour.floor]),
        high=np.array([behaviour.ceiling]),
        opening=np.array([behaviour.opening_execution]),
        lift=np.ones(1),
    )
    full = replace(market, execution=Execution(part))
    lift, orders = np.array([0.2, 0.5]), np.array([0.5, 2.0])
    assert opening_multiplier(full) == pytest.approx(opening_multiplier(market))
    assert long_run_multiplier(full, lift, orders, orders) == pytest.approx(
        long_run_multiplier(market, lift, orders, orders)
    )


def test_long_run_range_is_the_mean_of_many_products(market: Market) -> None:
    """Listings won with a chance and lost with a hazard have the mean of the forecast."""
    part = Parts((), *[np.zeros(0)] * 5)
    full = replace(market, execution=Execution(part, Range(20.0, 0.0, 1.0)))
    left = 2.0 ** (-1 / 20.0)
    rng = np.random.default_rng(4)
    listed, seen = np.zeros(4_000, dtype=bool), []
    for day in range(700):
        if day % 7 == 0:
            listed |= rng.random(len(listed)) < 0.3
        seen.append(listed.mean())
        listed &= rng.random(len(listed)) < left
    measured = np.array(seen[140:])
    lift, weekly = np.array([0.3]), np.array([1.0])
    expected = long_run_multiplier(full, lift, weekly, weekly)[0]
    # The day begins with the call; the formula averages over the gap that follows.
    assert measured.mean() == pytest.approx(expected, rel=0.03)
    assert decay(market) < 1
