"""Switching a mechanism moves no draw that is not its own: consumers ask for the same units.

Execution, prices, promotions and the catchment move demand itself and are off here; what an outlet
shows has no effect on demand. Whatever else a market or design may name, also what later versions
add, is taken out one at a time, and every unit asked for at every door has to stay.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.support.random_market import random_market

SEEDS = range(12)
DEMAND = {"execution", "offers", "elasticity", "catchment", "empirical"}
COLUMNS = ("day", "outlet", "product", "demanded", "online_demanded")
#: What the markets of these seeds are known to name; a mechanism that is missing was not tested.
EXPECTED = {
    "allocation", "approval", "attempts", "capture", "contracts", "credit", "delivery", "empties",
    "field_work", "limits", "parcels", "payments", "perishing", "rules", "selling",
    "source_choice", "stock", "stockout", "supply",
}  # fmt: skip


def steady(market: Market, design: Design) -> tuple[Market, Design]:
    """The pair in which nothing that happens moves demand."""
    behaviour = replace(market.behaviour, floor=1.0, ceiling=1.0)
    shop = None if design.goods is None else design.goods.parcels
    if shop is not None:  # parcels take demand from outlets, if asked to
        zones = replace(shop.zones, cannibalised=np.zeros(len(shop.zones)))
        goods = replace(design.goods, parcels=replace(shop, zones=zones))
        design = replace(design, goods=goods)
    return (
        replace(market, behaviour=behaviour, execution=None, elasticity=None, catchment=None),
        replace(design, offers=None),
    )


def options(value, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of the optional parts that are given."""
    for field in fields(value):
        part = getattr(value, field.name)
        if part is None or field.name in DEMAND:
            continue
        if field.default is None:
            yield (*path, field.name)
        if is_dataclass(part):
            yield from options(part, (*path, field.name))


def without(value, path: tuple[str, ...]):
    name, *rest = path
    part = without(getattr(value, name), tuple(rest)) if rest else None
    return replace(value, **{name: part})


def asked(market: Market, design: Design, seed: int) -> dict[str, np.ndarray]:
    sink = MemorySink()
    replicate(market, design, Address(seed, 1), sink, keep="orders")
    shelf = sink.table("shelf")
    return {name: shelf[name] for name in COLUMNS}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mechanism_moves_no_draw_of_consumers(seed):
    market, design = steady(*random_market(seed))
    before = asked(market, design, seed)
    for path in options(market):
        same(before, asked(without(market, path), design, seed), path)
    for path in options(design):
        same(before, asked(market, without(design, path), seed), path)


def same(before, after, path):
    for name in COLUMNS:
        assert np.array_equal(before[name], after[name]), f"{'.'.join(path)} moved {name}"


def test_the_markets_name_the_mechanisms():
    named = set()
    for seed in SEEDS:
        market, design = steady(*random_market(seed))
        named |= {path[-1] for path in [*options(market), *options(design)]}
    assert named >= EXPECTED, EXPECTED - named


def test_a_draw_that_moved_would_be_seen():
    market, design = steady(*random_market(0))
    before, other = asked(market, design, 0), asked(market, design, 2)
    with pytest.raises(AssertionError, match="seed moved demanded"):
        same(before, {**other, "day": before["day"]}, ("seed",))
