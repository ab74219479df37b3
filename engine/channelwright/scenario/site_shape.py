"""Connection and balance of sites' territories in a request: checks, and the model object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.columns import index_of
from channelwright.model.rep_territories import BALANCED
from channelwright.model.site_shape import SiteShape

if TYPE_CHECKING:
    from channelwright.foundation.units import IntArray
    from channelwright.model.market import Market
    from channelwright.scenario.design_case import Case
    from channelwright.scenario.design_shapes import SitesToChoose
    from channelwright.scenario.territory_shapes import TerritoryShape
    from channelwright.tables.cells import TypedTable

Place = tuple[str | int, ...]


def build_site_shape(
    market: Market, shape: TerritoryShape | None, table: TypedTable | None
) -> SiteShape | None:
    """Return what is asked of the shape of territories, None if nothing is.

    Parameters
    ----------
    table : TypedTable or None, table design_neighbours
    """
    if shape is None or not asks_shape(shape):
        return None
    row = index_of(market.outlets.ids)
    named: list[tuple[str, str]] = []
    if table is not None and shape.contiguous == "table":
        named = list(zip(table["outlet"].tolist(), table["neighbour"].tolist(), strict=True))
    tolerance = [getattr(shape.balance, name) for name in BALANCED]
    price = [getattr(shape.price, name) for name in BALANCED]
    return SiteShape(
        graph=shape.contiguous,
        cap_metres=0 if shape.cap_km is None else int(shape.cap_km * 1000 + 0.5),
        neighbours=_pairs([(row[a], row[b]) for a, b in named]),
        tolerance=np.array([np.inf if value is None else value for value in tolerance]),
        price=np.array([np.inf if value is None else value for value in price]),
        apart=_pairs([(row[a], row[b]) for a, b in shape.apart]),
    )


def asks_shape(shape: TerritoryShape) -> bool:
    """Return whether territories must be connected, balanced or kept apart at all."""
    balanced = any(getattr(shape.balance, name) is not None for name in BALANCED)
    return shape.contiguous != "none" or balanced or bool(shape.apart)


def _asked(shape: TerritoryShape) -> Iterator[str]:
    """Yield the keys by which a shape is asked for."""
    if shape.contiguous != "none":
        yield "contiguous"
    if any(getattr(shape.balance, name) is not None for name in BALANCED):
        yield "balance"
    if shape.apart:
        yield "apart"


def _pairs(pairs: list[tuple[int, int]]) -> IntArray:
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def site_shape_problems(case: Case, choice: SitesToChoose, place: Place) -> Iterator[Problem]:
    """Yield what is wrong with the shape that a territory request asks for.

    Parameters
    ----------
    place : keys that lead to the rules in the design file
    """
    shape, document = choice.rules, case.design.document
    if shape is None:
        return
    yield from _apart(case, shape, place)
    if shape.apart and choice.maximum == 1:
        message = "outlets are to have two servers, but at most 1 house may be open"
        yield document.problem((*place, "apart"), message, "raise maximum, or drop the pairs")
    yield from _balance(case, choice, shape, place)
    table = case.design.tables.get("neighbours")
    if shape.contiguous == "table" and table is None:
        message = "neighbours are to come from a table, but the design names none"
        remedy = "add neighbours: FILE to the design, with columns outlet and neighbour"
        yield document.problem((*place, "contiguous"), message, remedy)
    if shape.cap_km is not None and shape.contiguous in ("none", "table"):
        message = f"cap_km {shape.cap_km:g} has no effect without a graph of the points"
        yield document.problem((*place, "cap_km"), message, "remove it, or name a graph")
    if choice.second_tier is not None and asks_shape(shape):
        # A house of the second tier passes its load on, so that moving a border moves two loads:
        # neither the search over borders nor its bound is made for that.
        asked = ", ".join(_asked(shape))
        message = (
            f"{asked} cannot be asked together with second_tier: what an agent sells counts at its "
            "parent, too, and the search for connected and balanced territories knows one tier only"
        )
        remedy = (
            "choose the tiers first and give their sites with forced and candidates in a second "
            "request that asks for the shape, or drop one of the two"
        )
        yield document.problem(place, message, remedy)


def _apart(case: Case, shape: TerritoryShape, place: Place) -> Iterator[Problem]:
    document = case.design.document
    groups = [set(names) for names in shape.together]
    for row, pair in enumerate(shape.apart):
        at = (*place, "apart", row)
        for outlet in pair:
            yield from case.unknown(at, outlet, "outlets")
        if pair[0] == pair[1]:
            yield document.problem(at, f"{pair[0]!r} is paired with itself", "name two outlets")
        elif any(set(pair) <= group for group in groups):
            message = f"{pair[0]!r} and {pair[1]!r} are to be together, too"
            yield document.problem(at, message, "remove one of the two")


def _balance(
    case: Case, choice: SitesToChoose, shape: TerritoryShape, place: Place
) -> Iterator[Problem]:
    document = case.design.document
    balanced = [name for name in BALANCED if getattr(shape.balance, name) is not None]
    for name in BALANCED:
        if getattr(shape.price, name) is not None and name not in balanced:
            message = f"{name!r} has a price but no tolerance beyond which it is paid"
            yield document.problem((*place, "price", name), message, f"add {name} under balance")
    if balanced and (choice.minimum is None or choice.minimum != choice.maximum):
        message = "balance needs the number of houses, whose mean it is measured from"
        remedy = "give minimum and maximum the same number"
        yield document.problem((*place, "balance"), message, remedy)
    if balanced and len(choice.modes) > 1:
        message = f"houses of {len(choice.modes)} modes are to be balanced against each other"
        remedy = "ask for one mode at a time, or drop balance"
        yield document.problem((*place, "balance"), message, remedy)
