"""Today's design in the full world of the flagship: every mechanism that the pack names."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from benchmarks.simulate.work import SEED, Work
from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.scenario import read_scenario

FULL_WORLD = Path(__file__).resolve().parents[2] / "scenarios/yangtze_beverage/full_world.yaml"
DESIGN = "full_today"


def full_world() -> Work:
    """Read the flagship with its mechanisms on."""
    pack = read_scenario(FULL_WORLD)
    design = pack.designs[DESIGN]
    outlets = int((design.outlets.mode >= 0).sum())
    return Work(pack.market, design, Address(SEED, 0), outlets)


def switched_on(market: Market, design: Design) -> tuple[str, ...]:
    """Return the optional parts of a market and a design that are given."""
    return _optional(market, design, given=True)


def left_off(market: Market, design: Design) -> tuple[str, ...]:
    """Return the optional parts of a market and a design that are not given."""
    return _optional(market, design, given=False)


def _optional(market: Market, design: Design, *, given: bool) -> tuple[str, ...]:
    parts: list[object] = [market, design, design.service, design.credit, design.stock]
    parts += [design.offers]
    names = set()
    for part in parts:
        if part is None:
            continue
        for field in fields(part):  # type: ignore[arg-type]
            if field.default is None and (getattr(part, field.name) is not None) == given:
                names.add(field.name)
    return tuple(sorted(names))
