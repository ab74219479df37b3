"""Policies of shelves: no field is idle, and a policy that is today's rule changes nothing."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.stock import NO_POLICY, ShelfStock, StockPlan
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.property.test_simulation_no_idle_fields import others, played, tables_of
from tests.support import random_market

SEEDS = [
    seed
    for seed in range(60)
    if (plan := random_market(seed)[1].stock) is not None and plan.shelves is not None
]


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(ShelfStock)])
def test_field_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        shelves = design.stock.shelves
        now = getattr(shelves, name)
        values = [np.full_like(now, NO_POLICY)] if name == "policy" else others(name, now)
        values = [(now + 1) % 3] if name == "service" else values
        values = [np.minimum(now * 0.7, 0.99)] if name == "target" else values
        return any(
            played(seed, market, with_shelves(design, replace(shelves, **{name: value}))) != before
            for value in values
        )

    assert any(matters(seed) for seed in SEEDS)


def with_shelves(design, shelves):
    return replace(design, stock=replace(design.stock or StockPlan(), shelves=shelves))


def test_no_policy_for_anybody_is_the_world_without_policies() -> None:
    pack = read_scenario(ROOT / "tests/data/packs/tiny")
    market, design = pack.market, pack.designs["today"]
    shape = (len(market.segments), 3, len(market.products))
    whole, real = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    silent = ShelfStock(whole + NO_POLICY, whole, whole, whole, real, whole, real)
    found = []
    for plan in (design, with_shelves(design, silent)):
        sink = MemorySink()
        replicate(market, plan, Address(2, 0), sink, keep="orders")
        found.append({name: sink.table(name) for name in sink.names()})
    assert found[0].keys() == found[1].keys()
    for name, table in found[0].items():
        for column, values in table.items():
            assert np.array_equal(values, found[1][name][column]), (name, column)
