"""The frontier between cost and realignment: what a change costs that moves so much and no more.

Between two neighbours the next price is the slope of the line that joins them, so each new point is
a corner of the convex frontier or shows that there is none between (Cohon 1978). Where there is
none, the gap is filled with answers that keep the sites of either neighbour.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from channelwright.optimisation.move_prices import MovePrices
from channelwright.optimisation.moves import (
    SLACK,
    Moves,
    PricedAnswer,
    efficient,
    first_price,
)
from channelwright.optimisation.realignment import DOUBLINGS, least_moves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channelwright.optimisation.location import LocationOptions, LocationProblem

_Pair = tuple[PricedAnswer, PricedAnswer]


def frontier(
    problem: LocationProblem,
    moves: Moves,
    options: LocationOptions,
    points: int = 10,
    known: Iterable[PricedAnswer] = (),
) -> tuple[PricedAnswer, ...]:
    """Return answers from all that pays down to what must move, dearest last.

    Parameters
    ----------
    points : int
        Points at most; fewer when the frontier has fewer.
    known : iterable of PricedAnswer
        Answers and bounds that were found before.
    """
    prices = MovePrices(problem, moves, options, known)
    ends = _ends(prices, problem, moves, options)
    # By what its ends move: corners sought between them, then answers with their sites.
    closed: set[tuple[float, float]] = set()
    empty: set[tuple[float, float]] = set()
    while len(ranked := _between(prices, ends)) < points:
        pair = _widest(ranked, empty)
        if pair is None:
            break
        before, after = pair
        key = (before.moved, after.moved)
        if key in closed:
            prices.between(before, after, 0.5 * (before.moved + after.moved))
            if _widest_of(_between(prices, ends), key):
                empty.add(key)
            continue
        one = prices.at((after.cost - before.cost) / (before.moved - after.moved))
        if one.moved >= before.moved - SLACK or one.moved <= after.moved + SLACK:
            closed.add(key)
    return tuple(ranked)


def _ends(
    prices: MovePrices, problem: LocationProblem, moves: Moves, options: LocationOptions
) -> _Pair:
    """Return the answer with all moves that pay, and one with no more than must be."""
    first = last = prices.at(0.0)
    price = first_price(problem, moves)
    least = (least_moves(problem, moves, options) or 0.0) * (1 + options.gap)
    for _ in range(DOUBLINGS):
        last = prices.at(price)
        if last.moved <= least + SLACK:
            break
        price *= 4
    return first, last


def _between(prices: MovePrices, ends: _Pair) -> list[PricedAnswer]:
    """Return the answers that no other beats in both, most moves first."""
    most, least = ends[0].moved + SLACK, ends[1].moved - SLACK
    return efficient(one for one in prices.answers if least <= one.moved <= most)


def _widest(ranked: list[PricedAnswer], empty: set[tuple[float, float]]) -> _Pair | None:
    pairs = [pair for pair in pairwise(ranked) if (pair[0].moved, pair[1].moved) not in empty]
    # Neighbours that move nearly the same leave nothing to choose between.
    apart = [pair for pair in pairs if pair[0].moved - pair[1].moved > 1 + SLACK]
    return max(apart, key=lambda pair: pair[0].moved - pair[1].moved, default=None)


def _widest_of(ranked: list[PricedAnswer], key: tuple[float, float]) -> bool:
    """Return whether two answers are still neighbours."""
    return any((before.moved, after.moved) == key for before, after in pairwise(ranked))
