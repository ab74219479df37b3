"""No field of the model is idle: in some random market, changing it changes a table.

A field that is declared and read by nobody would let a planner believe that it matters. What only
plans or counts, and never moves a simulated event, is listed with the test that shows what it does.
"""

import dataclasses
import shutil
from collections.abc import Iterator
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from channelwright.foundation.errors import ChannelwrightError
from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.random_market import random_market

#: Rare events first: markets in which capacities, bonuses and slow effort bind.
SEEDS = (0, 1, 8, 10, 4, 36, 5, 3, 9, 2, 39, 28, 76)
PARTS = {
    "market": (
        "products", "geography", "outlets", "sites", "vehicles", "roles", "modes", "behaviour",
        "calendar", "finance", "delivery", "perishing", "empties",
    ),
    "design": ("sites", "outlets", "terms", "service", "service.allocation"),
}  # fmt: skip
#: Fields that name things, decide who is who, or are read by planners only.
ELSEWHERE = {
    "names and structure": {
        "ids",
        "names",
        "families",
        "segment",
        "kind",
        "start",
        "month",
        "currency",
    },
    "places, tests/unit/test_rules_geography.py": {"area", "lat", "lon", "zone_ids", "crossings"},
    "prices with VAT, tests/unit/test_scenario_market.py": {"vat_ppm"},
    "territories, tests/unit/test_optimisation_territories.py": {
        "capacity_cases",
        "working_capital",
    },
    "head-count, tests/unit/test_optimisation_headcount_market.py": {"max_outlets"},
    "wholesalers within reach, below": {"reach_metres"},
    "parts of their own, above": {"allocation"},
    "horizon, tests/reference": {"horizon_days", "warmup_days"},
    "who works where, tests/unit/test_scenario_designs.py": {
        "open",
        "mode",
        "parent",
        "vehicle",
        "role",
        "solicitor",
        "independent",
        "chain",
        "site",
        "rep",
        "options",
    },
}
LEFT_OUT = frozenset().union(*ELSEWHERE.values())


def fields() -> Iterator[tuple[str, str, str]]:
    for owner, parts in PARTS.items():
        for part in parts:
            for field in dataclasses.fields(switched_on(owner, part)):
                if field.name not in LEFT_OUT:
                    yield owner, part, field.name


def switched_on(owner: str, part: str) -> Any:
    """The part in the first market that has it."""
    pairs = (random_market(seed) for seed in SEEDS)
    found = (attrgetter(part)(pair[owner == "design"]) for pair in pairs)
    return next(value for value in found if value is not None)


@cache
def tables_of(seed: int) -> tuple[Market, Design, bytes]:
    market, design = random_market(seed)
    return market, design, played(seed, market, design)


def played(seed: int, market: Market, design: Design) -> bytes:
    sink = MemorySink()
    replicate(market, design, Address(seed, 0), sink, keep="kpis")
    return b"".join(
        np.ascontiguousarray(column).tobytes()
        for name in sorted(sink.names())
        for column in sink.table(name).values()
    )


def others(name: str, value: object) -> Iterator[object]:
    """Values unlike the given one: less, then more; flags and codes the other way."""
    if isinstance(value, np.ndarray):
        if value.dtype == bool:
            yield ~value
        elif name.endswith("_rank"):
            yield value[::-1]  # ranks are unique
        elif value.dtype.kind == "i":
            yield np.where(value > 0, np.maximum(value // 3, 1), value)
            yield np.where(value >= 0, value * 3 + 1, value)
            yield np.where(value >= 0, value[::-1], value)
            yield np.where(value > 0, value - 1, value)
        else:
            yield np.where(value >= 0, value * 0.3, value)
            yield np.where(value >= 0, value * 2.0 + 0.1, value)
    elif isinstance(value, int):
        yield value * 3 + 1
        yield value // 3
    elif isinstance(value, float):
        yield value * 0.3
        yield value * 2.0 + 0.1


def with_part(whole: Any, path: str, value: Any) -> Any:
    """Return a market or design with another part, which may lie in a part."""
    head, _, rest = path.partition(".")
    inner = with_part(getattr(whole, head), rest, value) if rest else value
    return dataclasses.replace(whole, **{head: inner})


def matters(seed: int, owner: str, part: str, name: str) -> bool:
    """Return whether some other value of the field changes a table of the market."""
    market, design, before = tables_of(seed)
    whole = market if owner == "market" else design
    piece = attrgetter(part)(whole)
    if piece is None:
        return False
    for value in others(name, getattr(piece, name)):
        changed = with_part(whole, part, dataclasses.replace(piece, **{name: value}))
        pair = (changed, design) if owner == "market" else (market, changed)
        try:
            if played(seed, *pair) != before:
                return True
        except (ChannelwrightError, IndexError, ValueError, ArithmeticError):
            continue  # a value that no pack may hold; another one will do
    return False


@pytest.mark.parametrize(("owner", "part", "name"), list(fields()))
def test_field_changes_a_simulated_table(owner: str, part: str, name: str) -> None:
    assert any(matters(seed, owner, part, name) for seed in SEEDS)


def test_a_field_that_nobody_reads_is_found() -> None:
    assert not any(matters(seed, "market", "areas", "population") for seed in range(2))


def test_reach_decides_between_which_wholesalers_outlets_choose(tmp_path: Path) -> None:
    """Of many near wholesalers only the assigned one is left when nobody travels far."""

    def others_on_offer(reach: str) -> int:
        folder = shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path / reach)
        text = (folder / "scenario.yaml").read_text(encoding="utf-8")
        (folder / "scenario.yaml").write_text(text.replace("reach_km: 30", f"reach_km: {reach}"))
        return int((read_scenario(folder).designs["today"].outlets.options[:, 1:] >= 0).sum())

    assert others_on_offer("30") > 0
    assert others_on_offer("0.01") == 0
