"""Rules for short stock of a design, built and checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import PPM, IntArray
from channelwright.model.allocation import FILLS, Allocation
from channelwright.model.columns import index_of
from channelwright.model.design import Service
from channelwright.model.market import GRADES, Market
from channelwright.scenario.design_case import Case
from channelwright.tables.cells import TypedTable, shown
from channelwright.tables.checks import nearest

if TYPE_CHECKING:
    from channelwright.scenario.design_builder import DesignInput
    from channelwright.scenario.design_shapes import QueueShape


def with_allocation(market: Market, service: Service, given: DesignInput) -> Service:
    """Return the service with its rules for short stock; as it is where the design has none."""
    table, modes = given.tables["service"], index_of(market.modes.ids)
    rows = [modes[name] for name in table["mode"]]
    count = len(market.modes)
    cancel, fill = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.int64)
    substitute = np.zeros(count, dtype=np.int64)
    cancel[rows] = table["cancel_days"]
    fill[rows] = [FILLS.index(word) for word in table["fill"]]
    substitute[rows] = np.floor(table["substitute"] * PPM + 0.5).astype(np.int64)
    queue = given.shape.queue
    if queue is None and (cancel < 0).all() and not fill.any() and not substitute.any():
        return service
    rules = Allocation(cancel, fill, substitute, _places(market, queue))
    return replace(service, allocation=rules)


def _places(market: Market, queue: QueueShape | None) -> IntArray:
    """Return what every outlet adds to the priority of its mode: grade + segment + chain."""
    outlets = market.outlets
    place = np.zeros(len(outlets), dtype=np.int64)
    if queue is None:
        return place
    for names, given, rows in (
        (GRADES, queue.grade, outlets.grade),
        (market.segments.ids, queue.segment, outlets.segment),
        (market.chain_ids, queue.chain, outlets.chain),
    ):
        for name, number in given.items():
            place[rows == tuple(names).index(name)] += int(number)
    return place


def allocation_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the rules for short stock of a design."""
    table = case.part("service")
    if table is not None:
        yield from _rules_of_modes(table)
    shape = case.design.shape
    if shape is not None and shape.queue is not None:
        for part, names in (("segment", "segments"), ("chain", "chains")):
            for name in getattr(shape.queue, part):
                yield from case.unknown(("queue", part, name), name, names)


def _rules_of_modes(table: TypedTable) -> Iterator[Problem]:
    mode, fill, days = table["mode"], table["fill"], table["cancel_days"]
    yield from table.problems(
        "fill",
        table.good("fill") & ~np.isin(fill, FILLS),
        lambda row: (
            f"{shown(fill[row])} is no way to fill an order",
            nearest(str(fill[row]), FILLS),
        ),
    )
    yield from table.problems(
        "cancel_days",
        table.good("cancel_days", "backorder") & (days >= 0) & ~table["backorder"],
        lambda row: (
            f"mode {shown(mode[row])} cuts what is missing at once, so nothing waits "
            f"{days[row]} days",
            "set backorder to yes, or cancel_days to -1",
        ),
    )
    yield from table.problems(
        "substitute",
        table.good("substitute", "fill") & (table["substitute"] > 0) & (fill == "order"),
        lambda row: (
            f"mode {shown(mode[row])} takes whole orders only and replaces products",
            "set fill to line or partial, or substitute to 0",
        ),
    )
