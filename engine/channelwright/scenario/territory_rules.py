"""From the rules of a territory request to arrays, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.columns import index_of
from channelwright.model.territory_rules import NO_LIMIT, TerritoryRules
from channelwright.scenario.market_builder import to_ppm, to_ticks

if TYPE_CHECKING:
    from channelwright.model.market import Market
    from channelwright.scenario.design_case import Case
    from channelwright.scenario.territory_shapes import ForbiddenShape, TerritoryShape

Place = tuple[str | int, ...]


def build_rules(market: Market, shape: TerritoryShape | None) -> TerritoryRules | None:
    """Return the rules as arrays, None if none is asked."""
    if shape is None:
        return None
    moves = shape.realignment
    outlets = index_of(market.outlets.ids)
    sites = index_of(market.sites.ids)
    together = np.full(len(outlets), -1, dtype=np.int64)
    for group, names in enumerate(shape.together):
        together[[outlets[name] for name in names]] = group
    assigned = np.full(len(outlets), -1, dtype=np.int64)
    for outlet, site in shape.assigned.items():
        assigned[outlets[outlet]] = sites[site]
    pairs = [pair for ban in shape.forbidden for pair in _pairs(market, ban)]
    most = NO_LIMIT if moves is None or moves.maximum_outlets is None else moves.maximum_outlets
    share = None if moves is None else moves.maximum_share
    return TerritoryRules(
        moved_outlet=0 if moves is None else int(to_ticks(moves.per_outlet)),
        moved_case=0 if moves is None else int(to_ticks(moves.per_case)),
        maximum_moved=most,
        maximum_moved_share=NO_LIMIT if share is None else int(to_ppm(share)),
        drive_seconds=0 if shape.drive_minutes is None else int(shape.drive_minutes * 60 + 0.5),
        forbidden=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        assigned=assigned,
        together=together,
        minimum_score=float(shape.minimum_score),
        loss_given_default=int(to_ppm(shape.loss_given_default)),
    )


def _pairs(market: Market, ban: ForbiddenShape) -> Iterator[tuple[int, int]]:
    site = market.sites.ids.index(ban.site)
    rows = index_of(market.outlets.ids)
    yield from ((site, rows[name]) for name in ban.outlets)
    for area in ban.areas:
        inside = np.flatnonzero(market.outlets.area == market.areas.ids.index(area))
        yield from ((site, int(row)) for row in inside)


def rule_problems(case: Case, shape: TerritoryShape, place: Place) -> Iterator[Problem]:
    """Yield what is wrong with the rules of a territory request.

    Parameters
    ----------
    case : Case
    shape : TerritoryShape
    place : keys that lead to the rules in the design file
    """
    yield from _unknown(case, shape, place)
    yield from _moves(case, shape, place)
    yield from _groups(case, shape, place)
    yield from _screened(case, shape, place)


def _unknown(case: Case, shape: TerritoryShape, place: Place) -> Iterator[Problem]:
    for row, ban in enumerate(shape.forbidden):
        at = (*place, "forbidden", row)
        yield from case.unknown((*at, "site"), ban.site, "sites")
        for table, names in (("outlets", ban.outlets), ("areas", ban.areas)):
            for number, name in enumerate(names):
                yield from case.unknown((*at, table, number), name, table)
        if not ban.outlets and not ban.areas:
            message = f"{ban.site!r} is kept from nobody"
            yield case.design.document.problem(at, message, "add outlets or areas, or remove it")
    for outlet, site in shape.assigned.items():
        yield from case.unknown((*place, "assigned", outlet), outlet, "outlets")
        yield from case.unknown((*place, "assigned", outlet), site, "sites")


def _moves(case: Case, shape: TerritoryShape, place: Place) -> Iterator[Problem]:
    moves = shape.realignment
    if moves is None:
        return
    if moves.maximum_outlets is not None and moves.maximum_share is not None:
        message = "both maximum_outlets and maximum_share limit the moves"
        at = (*place, "realignment", "maximum_share")
        yield case.design.document.problem(at, message, "keep one of the two")


def _groups(case: Case, shape: TerritoryShape, place: Place) -> Iterator[Problem]:
    group_of: dict[str, int] = {}
    for group, names in enumerate(shape.together):
        for number, name in enumerate(names):
            at = (*place, "together", group, number)
            yield from case.unknown(at, name, "outlets")
            if name in group_of:
                message = f"outlet {name!r} is listed twice"
                remedy = "make one list of those that belong together"
                yield case.design.document.problem(at, message, remedy)
            group_of[name] = group
    served: dict[int, tuple[str, str]] = {}
    for outlet, site in shape.assigned.items():
        group = group_of.get(outlet, -1)
        other, known = served.setdefault(group, (outlet, site)) if group >= 0 else (outlet, site)
        if known != site:
            message = f"{other!r} and {outlet!r} belong together, but {known!r} and {site!r} serve"
            at = (*place, "assigned", outlet)
            yield case.design.document.problem(at, message, "name one site for both")


def _screened(case: Case, shape: TerritoryShape, place: Place) -> Iterator[Problem]:
    for key, value in (
        ("minimum_score", shape.minimum_score),
        ("loss_given_default", shape.loss_given_default),
    ):
        if value > 0 and "screening" not in case.market:
            message = f"{key} is asked, but the pack has no screening of its sites"
            remedy = "add table 'screening', or remove the key"
            yield case.design.document.problem((*place, key), message, remedy)
