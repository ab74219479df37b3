"""No field of source choice and rights is idle: changing it changes a simulated table."""

import dataclasses

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.consignment import Consignment
from channelwright.model.contracts import Contracts
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.online import NearbyShelves
from channelwright.model.order_capture import FieldWork, OrderCapture
from channelwright.model.parcels import NEVER_FREE, ParcelShop, ParcelZones
from channelwright.model.returns import FULL, Returns
from channelwright.model.source_choice import Rights, Selling, SourceChoice
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.property.test_simulation_no_idle_fields import played, tables_of

SEEDS = tuple(range(160))
WEIGHTS = [field.name for field in dataclasses.fields(SourceChoice)]
SELLING = [field.name for field in dataclasses.fields(Selling) if field.name != "rights"]
RIGHTS = [field.name for field in dataclasses.fields(Rights)]


@pytest.mark.parametrize("name", WEIGHTS)
def test_weight_of_the_choice_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if market.source_choice is None:
            return False
        weights = dataclasses.replace(market.source_choice, **{name: 9.0})
        return played(seed, dataclasses.replace(market, source_choice=weights), design) != before

    assert any(matters(seed) for seed in SEEDS)


def changed(selling: Selling, name: str) -> Selling:
    """The selling with other values of a field."""
    if name in RIGHTS:
        value = getattr(selling.rights, name)
        other = ~value if value.dtype == bool else np.where(value == 0, 1, 0)
        return dataclasses.replace(
            selling, rights=dataclasses.replace(selling.rights, **{name: other})
        )
    if name == "asking":
        return dataclasses.replace(selling, asking=selling.asking * 2)
    mode = selling.option_mode.copy()
    mode[:, 1:] = np.where(mode[:, 1:] >= 0, mode[:, :1], -1)
    return dataclasses.replace(selling, option_mode=mode)


@pytest.mark.parametrize("name", [*SELLING, *RIGHTS])
def test_field_of_selling_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.selling is None:
            return False
        other = dataclasses.replace(design, selling=changed(design.selling, name))
        return played(seed, market, other) != before

    assert any(matters(seed) for seed in SEEDS)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(OrderCapture)])
def test_rule_of_order_capture_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.capture is None:
            return False
        value = getattr(design.capture, name)
        other = ~value if value.dtype == bool else value * 3 + 100_000
        capture = dataclasses.replace(design.capture, **{name: other})
        return played(seed, market, dataclasses.replace(design, capture=capture)) != before

    assert any(matters(seed) for seed in SEEDS)


def worked(work: FieldWork, name: str) -> FieldWork:
    """The field work with other values of a field."""
    if name in ("start", "end", "seconds"):
        value = getattr(work.travel, name)
        other = value[::-1] if name != "seconds" else value * 3 + 500
        return dataclasses.replace(work, travel=dataclasses.replace(work.travel, **{name: other}))
    value = getattr(work, name)
    return dataclasses.replace(work, **{name: value * 0 + (2_500 if name == "call_seconds" else 1)})


@pytest.mark.parametrize("name", ["call_seconds", "count_error", "start", "end", "seconds"])
def test_part_of_field_work_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if market.field_work is None:
            return False
        other = dataclasses.replace(market, field_work=worked(market.field_work, name))
        return played(seed, other, design) != before

    assert any(matters(seed) for seed in SEEDS)


def agreed(contracts: Contracts, name: str) -> Contracts:
    """The contracts with other values of a field."""
    value = getattr(contracts, name)
    if name in ("window_open", "window_close"):
        if value is None:
            return contracts
        other = np.where(value >= 0, value + (3_600 if name == "window_open" else 90_000), value)
        return dataclasses.replace(contracts, **{name: other})
    if name == "window_days":
        other = np.where(value == 127, 4, 127)
    else:
        other = ~value if value.dtype == bool else np.where(value >= 0, value // 3 + 40_001, value)
    if name in ("days", "dc_days"):
        other = np.where(value > 0, 0, 3)
    return dataclasses.replace(contracts, **{name: other})


def arrivals(seed: int, market: Market, design: Design) -> list[int]:
    """The seconds of all deliveries."""
    sink = MemorySink()
    replicate(market, design, Address(seed, 0), sink, keep="orders")
    return sink.table("deliveries")["second"].tolist() if "deliveries" in sink.names() else []


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Contracts)])
def test_part_of_a_contract_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.contracts is None:
            return False
        other = dataclasses.replace(design, contracts=agreed(design.contracts, name))
        if name.startswith("window_o"):  # when a single stop is made is in detail tables only
            return arrivals(seed, market, design) != arrivals(seed, market, other)
        return played(seed, market, other) != before

    assert any(matters(seed) for seed in SEEDS)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Returns)])
def test_part_of_a_return_right_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.goods is None or design.goods.returns is None:
            return False
        value = getattr(design.goods.returns, name)
        other = np.full_like(value, FULL) if name == "policy" else value * 2 + 1
        rights = dataclasses.replace(design.goods.returns, **{name: other})
        goods = dataclasses.replace(design.goods, returns=rights)
        return played(seed, market, dataclasses.replace(design, goods=goods)) != before

    assert any(matters(seed) for seed in SEEDS)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(NearbyShelves)])
def test_part_of_online_help_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.goods is None or design.goods.nearby is None:
            return False
        pairs = design.goods.nearby
        value = getattr(pairs, name)
        if name in ("origin", "helper"):
            kept = np.arange(len(pairs)) % 2 == 0  # fewer pairs: fewer helpers
            columns = {one: getattr(pairs, one)[kept] for one in ("origin", "helper", "metres")}
            other = dataclasses.replace(pairs, **columns)
        else:
            other = dataclasses.replace(pairs, **{name: value * 3 + 1_000})
        goods = dataclasses.replace(design.goods, nearby=other)
        return played(seed, market, dataclasses.replace(design, goods=goods)) != before

    assert any(matters(seed) for seed in SEEDS)


def test_days_between_settlements_matter() -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.goods is None or design.goods.consignment is None:
            return False
        days = design.goods.consignment.settle_days
        other = Consignment(np.where(days > 0, days + 2, days))
        goods = dataclasses.replace(design.goods, consignment=other)
        return played(seed, market, dataclasses.replace(design, goods=goods)) != before

    assert any(matters(seed) for seed in SEEDS)


def other_zones(zones: ParcelZones, name: str, market: Market, design: Design) -> ParcelZones:
    """The zones with other values of a column."""
    value = getattr(zones, name)
    if name == "area":
        return replace_column(zones, name, (value + 1) % len(market.areas))
    if name == "site":
        ships = design.sites.open & ~market.sites.independent & (market.sites.kind != 0)
        return replace_column(zones, name, np.full_like(value, np.flatnonzero(ships)[-1]))
    return replace_column(zones, name, 1 - value if name == "cannibalised" else value * 3 + 1)


def replace_column(zones: ParcelZones, name: str, value: np.ndarray) -> ParcelZones:
    return dataclasses.replace(zones, **{name: value})


def other_shop(shop: ParcelShop, name: str, market: Market) -> ParcelShop:
    """The shop with another value of a rule."""
    value = getattr(shop, name)
    others = {
        "mode": (shop.mode + 1) % len(market.modes),
        "before_outlets": not shop.before_outlets,
        "cutoff": 68_400 - shop.cutoff,
        "price": 2 * shop.price,
        "packers": shop.packers + 1 if shop.packers else 1,
        "free_from": 0 if shop.free_from else NEVER_FREE,
        "returns": 500_000 - shop.returns,
        "packs": shop.packs + 1.5,
        "basket": shop.basket + 1.5,
        "return_days": shop.return_days + 2,
        "wait_days": shop.wait_days + 2,
    }
    return dataclasses.replace(shop, **{name: others.get(name, value * 2 + 1_000)})


PARCELS = [
    *(("zones", field.name) for field in dataclasses.fields(ParcelZones)),
    *(("shop", field.name) for field in dataclasses.fields(ParcelShop) if field.name != "zones"),
]


@pytest.mark.parametrize(("part", "name"), PARCELS)
def test_part_of_parcels_matters(part: str, name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.goods is None or design.goods.parcels is None:
            return False
        shop = design.goods.parcels
        if part == "zones":
            zones = other_zones(shop.zones, name, market, design)
            shop = dataclasses.replace(shop, zones=zones)
        else:
            shop = other_shop(shop, name, market)
        goods = dataclasses.replace(design.goods, parcels=shop)
        return played(seed, market, dataclasses.replace(design, goods=goods)) != before

    assert any(matters(seed) for seed in SEEDS)


@pytest.mark.parametrize("name", ["receive_open", "receive_close"])
def test_hours_of_segments_matter(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if market.delivery is None or market.delivery.receive_open is None:
            return False
        other = getattr(market.delivery, name) + (1_200 if name == "receive_open" else 90_000)
        rules = dataclasses.replace(market.delivery, **{name: other})
        return played(seed, dataclasses.replace(market, delivery=rules), design) != before

    assert any(matters(seed) for seed in SEEDS)
