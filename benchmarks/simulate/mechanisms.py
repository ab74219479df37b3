"""The flagship with every mechanism on that the random markets of the tests know.

The numbers of the mechanisms are drawn as in those markets, so this world is a load and not
a forecast; engine and reference must agree on it as on every other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from benchmarks.simulate.work import Work
from channelwright.model.design import Design
from channelwright.model.market import Market
from tests.support.dice import Dice
from tests.support.random_allocation import with_allocation
from tests.support.random_credit import with_credit
from tests.support.random_delivery import with_delivery
from tests.support.random_demand import with_demand
from tests.support.random_order_capture import with_order_capture
from tests.support.random_source_choice import with_source_choice
from tests.support.random_stock import with_random_stock

Pair = tuple[Market, Design]
TRIED = 24

DRESSES: tuple[Callable[[Market, Design, int], Pair], ...] = (
    with_demand,
    with_source_choice,
    with_random_stock,
    with_order_capture,
    lambda market, design, seed: with_delivery(market, design, Dice(seed)),
    lambda market, design, seed: with_allocation(market, design, Dice(seed)),
    lambda market, design, seed: with_credit(market, design, Dice(seed)),
)


def with_all_mechanisms(work: Work) -> tuple[Work, tuple[str, ...]]:
    """Return the work in the dressed market and the names of what is on.

    Of the draws of every mechanism the one is taken that switches most parts on.
    """
    pair = work.market, work.design
    for dress in DRESSES:
        drawn = [dress(*pair, seed) for seed in range(TRIED)]
        pair = max(drawn, key=lambda one: len(switched_on(*one)))
    market, design = pair
    return replace(work, market=market, design=design), switched_on(market, design)


def switched_on(market: Market, design: Design) -> tuple[str, ...]:
    """Return the optional parts of a market and a design that are given."""
    parts: list[object] = [market, design, design.service, design.credit, design.stock]
    parts += [design.offers]
    names = set()
    for part in parts:
        if part is None:
            continue
        for field in fields(part):  # type: ignore[arg-type]
            if field.default is None and getattr(part, field.name) is not None:
                names.add(field.name)
    return tuple(sorted(names))
