"""From the second tier of a territory request to arrays, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.columns import index_of
from channelwright.model.market import SITE_KINDS
from channelwright.model.second_tier import SecondTier
from channelwright.tables.checks import nearest

if TYPE_CHECKING:
    from collections.abc import Set

    from channelwright.foundation.units import IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.scenario.design_case import Case
    from channelwright.scenario.territory_shapes import SecondTierShape

Place = tuple[str | int, ...]
_TIER1 = SITE_KINDS.index("tier1")
_NO_LIMIT = -1


def build_second_tier(
    market: Market, shape: SecondTierShape | None, mode_of: IntArray, start: Design
) -> SecondTier | None:
    """Return who may stand below whom, None if nothing is asked.

    ``all`` parents of a candidate are the tier-1 sites with a lane to it that are candidates
    themselves or open in the starting design.

    Parameters
    ----------
    mode_of : (S,) int64, mode of every candidate, -1 = no candidate
    """
    if shape is None:
        return None
    sites = index_of(market.sites.ids)
    below = [sites[name] for name in shape.below]
    usable = (market.sites.kind == _TIER1) & ((mode_of >= 0) | start.sites.open)
    usable[below] = False
    parents = np.zeros((len(market.sites), len(market.sites)), dtype=np.bool_)
    for row, named in zip(below, shape.below.values(), strict=True):
        if isinstance(named, str):
            parents[row] = usable & (market.sites.lead_days[row] > 0)
        else:
            parents[row, [sites[name] for name in named]] = True
    return SecondTier(
        parents,
        _NO_LIMIT if shape.minimum is None else shape.minimum,
        _NO_LIMIT if shape.maximum is None else shape.maximum,
    )


def second_tier_problems(
    case: Case, shape: SecondTierShape, candidates: Set[str] | None, place: Place
) -> Iterator[Problem]:
    """Yield what is wrong with the second tier of a territory request.

    Parameters
    ----------
    candidates : set of str or None
        Sites that are candidates; None = all may be.
    place : keys that lead to the second tier in the design file
    """
    document = case.design.document
    lanes = case.market.get("lanes")
    ways = set() if lanes is None else set(zip(lanes["parent"], lanes["child"], strict=True))
    for site, parents in shape.below.items():
        at = (*place, "below", site)
        if candidates is not None and site not in candidates:
            message = f"{site!r} is to stand below another site but is no candidate"
            yield document.problem(at, message, nearest(site, candidates))
            continue
        yield from case.unknown(at, site, "sites")
        if isinstance(parents, str):
            if lanes is not None and not _has_first_tier(case, ways, site, shape):
                message = f"no lane leads from a tier-1 site to {site!r}"
                yield document.problem(at, message, "add one to table 'lanes', or name parents")
            continue
        for row, parent in enumerate(parents):
            yield from case.unknown((*at, row), parent, "sites")
            yield from _parent_problems(case, shape, ways, site, parent, (*at, row))
    if shape.minimum is not None and shape.minimum > len(shape.below):
        message = f"minimum {shape.minimum} is above the {len(shape.below)} houses that are listed"
        yield document.problem((*place, "minimum"), message, "lower it, or list more")
    if None not in (shape.minimum, shape.maximum) and shape.minimum > shape.maximum:  # type: ignore[operator]
        message = f"minimum {shape.minimum} is above maximum {shape.maximum}"
        yield document.problem((*place, "minimum"), message, "lower it, or raise the maximum")


def _has_first_tier(
    case: Case, ways: set[tuple[str, str]], site: str, shape: SecondTierShape
) -> bool:
    kind = case.attribute("sites", "kind")
    return any(
        child == site and kind.get(parent) == "tier1" and parent not in shape.below
        for parent, child in ways
    )


def _parent_problems(
    case: Case,
    shape: SecondTierShape,
    ways: set[tuple[str, str]],
    site: str,
    parent: str,
    at: Place,
) -> Iterator[Problem]:
    document = case.design.document
    if parent in shape.below:
        message = f"{parent!r} is to supply {site!r} but stands below another site itself"
        yield document.problem(at, message, "let the parents be sites of the first tier")
    elif parent in case.ids("sites") and "lanes" in case.market and (parent, site) not in ways:
        message = f"there is no lane from {parent!r} to {site!r}"
        yield document.problem(at, message, "add it to table 'lanes', or name another parent")
