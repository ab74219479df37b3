"""Which mechanisms of a random market leave a trace: without them some table is another."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink

Pair = tuple[Market, Design]
Tables = dict[str, dict[str, np.ndarray]]
EVERY_DAY = 127

#: Parts of mechanisms that are numbers: where they are, and the number at which they do nothing.
NEUTRAL: dict[str, Any] = {
    "market.delivery.failure": 0.0,
    "market.delivery.load_seconds": -1,
    "market.field_work.call_seconds": -1,
    "market.field_work.count_error": 0.0,
    "market.limits.capacity": False,
    "market.limits.cash": False,
    "market.payments.default_rate": 0.0,
    "market.payments.part_chance": 0.0,
    "market.payments.spread": 0.0,
    "market.payments.write_off_days": 0,
    "market.perishing.sell_off_days": 0,
    "market.perishing.shelf_days": 0,
    "market.perishing.site_days": 0,
    "market.perishing.shelf_shrinkage": 0,
    "market.perishing.site_shrinkage": 0,
    "market.supply.capacity": -1,
    "market.supply.lead_deviation": 0.0,
    "market.stockout.wait": 0.0,
    "market.stockout.product": 0.0,
    "market.stockout.outlet": 0.0,
    "design.capture.carry_over": False,
    "design.capture.minimum_value": 0,
    "design.contracts.listed": True,
    "design.contracts.days": -1,
    "design.contracts.tier_rebate": 0,
    "design.contracts.allowance": 0,
    "design.contracts.penalty": 0,
    "design.contracts.dc_days": 0,
    "design.contracts.window_days": EVERY_DAY,
    "design.contracts.window_open": -1,
    "design.credit.accounts.limit": -1,
    "design.credit.accounts.action": -1,
    "design.credit.accounts.grace": -1,
    "design.credit.collecting.refuse": False,
    "design.credit.rules.prepay_days": -1,
    "design.credit.rules.deposit": 0,
    "design.credit.rules.review_days": 0,
    "design.stock.shortage.backorder": False,
}


def tables(market: Market, design: Design, seed: int) -> Tables:
    """Everything that the engine writes about a world."""
    sink = MemorySink()
    replicate(market, design, Address(seed, 0), sink, keep="orders")
    return {name: sink.table(name) for name in sink.names()}


def named(market: Market, design: Design) -> Iterator[tuple[str, Callable[[], Pair]]]:
    """The mechanisms that a pair names, with what makes the pair without each of them."""
    for side, value in (("market", market), ("design", design)):
        for path in _optional(value):
            name = ".".join((side, *path))
            yield name, lambda path=path, side=side: _with(market, design, side, path, None)
    for name, neutral in NEUTRAL.items():
        side, *path = name.split(".")
        part = _at(market if side == "market" else design, path)
        if part is not None and not np.all(part == neutral):
            off = np.full_like(part, neutral) if isinstance(part, np.ndarray) else neutral
            yield name, lambda path=path, side=side, off=off: _with(market, design, side, path, off)


def traces(market: Market, design: Design, seed: int) -> dict[str, bool]:
    """Whether each mechanism that is named changes a table."""
    found, whole = {}, tables(market, design, seed)
    for name, without in named(market, design):
        found[name] = not same_tables(whole, tables(*without(), seed))
    return found


def _optional(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for field in fields(value):
        part = getattr(value, field.name)
        if part is None:
            continue
        if field.default is None:
            yield (*path, field.name)
        if is_dataclass(part):
            yield from _optional(part, (*path, field.name))


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        value = None if value is None else getattr(value, name)
    return value


def _with(market: Market, design: Design, side: str, path: Any, part: Any) -> Pair:
    if side == "market":
        return _changed(market, list(path), part), design
    return market, _changed(design, list(path), part)


def _changed(value: Any, path: list[str], part: Any) -> Any:
    name, *rest = path
    inner = _changed(getattr(value, name), rest, part) if rest else part
    return replace(value, **{name: inner})


def same_tables(one: Tables, other: Tables) -> bool:
    if {name for name in one if _rows(one[name])} != {n for n in other if _rows(other[n])}:
        return False
    return all(
        np.array_equal(column, other[table][name])
        for table, columns in one.items()
        if _rows(columns)
        for name, column in columns.items()
    )


def _rows(columns: dict[str, np.ndarray]) -> int:
    return len(next(iter(columns.values()))) if columns else 0
