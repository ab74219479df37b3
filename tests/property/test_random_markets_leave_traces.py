"""Mechanisms of the random markets act: without one of them some table is another.

A mechanism that markets name and that never binds is compared with the reference for nothing.
"""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.support.random_market import random_market
from tests.support.traces import named, same_tables, tables, traces

FEW, MANY = range(40), range(100)
#: Of the markets that name a mechanism, the share in which it must leave a trace.
LEAST = 0.05


@cache
def world(seed: int):
    return tables(*random_market(seed), seed)


def test_money_is_asked_for_and_paid_at_calls() -> None:
    rows = [world(seed).get("collections") for seed in FEW]
    asked = [table for table in rows if table is not None and len(table["day"])]
    assert len(asked) >= 4
    assert sum(bool((table["paid"] > 0).any()) for table in asked) >= 2


def test_hours_of_chains_move_deliveries() -> None:
    moved = 0
    for seed in FEW:
        market, design = random_market(seed)
        if design.contracts is not None and design.contracts.window_open is not None:
            contracts = replace(design.contracts, window_open=None, window_close=None)
            without = tables(market, replace(design, contracts=contracts), seed)
            moved += not same_tables(world(seed), without)
    assert moved >= 3


def test_a_mechanism_without_effect_would_be_seen() -> None:
    market, design = random_market(3)
    assert same_tables(world(3), tables(market, design, 3))
    free = replace(design, terms=replace(design.terms, price_outlet=design.terms.price_outlet * 2))
    assert not same_tables(world(3), tables(market, free, 3))


def test_the_markets_name_mechanisms_and_their_parts() -> None:
    count = Counter(name for seed in FEW for name, _ in named(*random_market(seed)))
    assert len(count) >= 60
    assert min(count.values()) >= 1


@pytest.mark.slow
def test_every_mechanism_that_is_named_leaves_a_trace() -> None:
    there, left = Counter[str](), Counter[str]()
    for seed in MANY:
        for name, changed in traces(*random_market(seed), seed).items():
            there[name] += 1
            left[name] += changed
    share = {name: left[name] / there[name] for name in there}
    rare = {name: f"{left[name]} of {there[name]}" for name in there if share[name] < LEAST}
    assert not rare, rare
    assert np.median(list(share.values())) > 0.5
