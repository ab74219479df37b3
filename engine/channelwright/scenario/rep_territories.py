"""Territories of people in a request: checks across tables, and the model object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.rep_territories import BALANCED, RepTerritories

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.market import Market
    from channelwright.scenario.design_case import Case
    from channelwright.scenario.rep_shapes import (
        BalancePriceShape,
        BalanceShape,
        RepTerritoriesShape,
    )


def build_rep_territories(
    market: Market, shape: RepTerritoriesShape | None
) -> RepTerritories | None:
    """Return what is asked of the territories of people, None if nothing is."""
    if shape is None:
        return None
    wanted = set(shape.locked)
    return RepTerritories(
        tolerance=_by_measure(shape.balance),
        price=_by_measure(shape.price),
        graph=shape.contiguous,
        cap_metres=0 if shape.cap_km is None else int(shape.cap_km * 1000 + 0.5),
        moment=shape.compactness == "moment",
        locked=np.array([name in wanted for name in market.outlets.ids], dtype=np.bool_),
        together=_pairs(market, shape.together),
        apart=_pairs(market, shape.apart),
    )


def _by_measure(values: BalanceShape | BalancePriceShape) -> FloatArray:
    given = [getattr(values, name) for name in BALANCED]
    return np.array([np.inf if value is None else value for value in given], dtype=np.float64)


def _pairs(market: Market, pairs: tuple[tuple[str, str], ...]) -> IntArray:
    place = {name: row for row, name in enumerate(market.outlets.ids)}
    rows = [(place[a], place[b]) for a, b in pairs]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def rep_territory_problems(
    case: Case, shape: RepTerritoriesShape, place: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Yield what is wrong with the territories of people that are asked for.

    Parameters
    ----------
    case : Case
    shape : RepTerritoriesShape
    place : tuple
        Keys that lead to it.
    """
    document = case.design.document
    for row, outlet in enumerate(shape.locked):
        yield from case.unknown((*place, "locked", row), outlet, "outlets")
    for key in ("together", "apart"):
        for row, pair in enumerate(getattr(shape, key)):
            for outlet in pair:
                yield from case.unknown((*place, key, row), outlet, "outlets")
            if pair[0] == pair[1]:
                message = f"{pair[0]!r} is paired with itself"
                yield document.problem((*place, key, row), message, "name two outlets")
    both = {frozenset(pair) for pair in shape.together}
    for row, pair in enumerate(shape.apart):
        if frozenset(pair) in both and pair[0] != pair[1]:
            message = f"{pair[0]!r} and {pair[1]!r} are to be together, too"
            yield document.problem((*place, "apart", row), message, "remove one of the two pairs")
    for measure in BALANCED:
        priced, balanced = getattr(shape.price, measure), getattr(shape.balance, measure)
        if priced is not None and balanced is None:
            message = f"{measure!r} has a price but no tolerance beyond which it is paid"
            yield document.problem(
                (*place, "price", measure), message, f"add {measure} under balance"
            )
    if shape.cap_km is not None and shape.contiguous == "none":
        message = f"cap_km {shape.cap_km:g} without neighbours has no effect"
        yield document.problem((*place, "cap_km"), message, "remove it, or name a graph")
