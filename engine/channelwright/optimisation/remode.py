"""A design with other modes for its outlets: servers, order days and people follow by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.draft import BY_RULE
from channelwright.model.market import CAPTURES
from channelwright.rules.planning import complete, nearest_options, nearest_sites
from channelwright.rules.redraft import draft_of

if TYPE_CHECKING:
    from channelwright.foundation.units import IntArray
    from channelwright.model.design import Design
    from channelwright.model.draft import DesignDraft
    from channelwright.model.market import Market
    from channelwright.model.source_choice import Selling

_VISIT = CAPTURES.index("visit")


def with_modes(market: Market, design: Design, mode: IntArray) -> Design:
    """Return the design with the modes given, complete and valid.

    Outlets that keep their mode keep their server. Others get the nearest open site of their new
    mode that has room, as many sources as outlets of that mode have, and the order days of their
    nearest neighbour in it. Teams get people in proportion to their outlets.

    Parameters
    ----------
    mode : (O,) int64, of covered outlets; what is not covered stays so
    """
    draft = draft_of(market, design)
    covered = draft.mode >= 0
    wanted = np.where(covered, mode, -1)
    changed = wanted != draft.mode
    if not changed.any():
        return design
    online = draft.o2o & covered
    new = replace(draft, mode=wanted, site=np.where(changed, -1, draft.site), o2o=online)
    new = nearest_sites(market, new)
    options = _options(market, draft, new, changed)
    new = replace(
        new,
        options=options,
        order_days=_order_days(market, draft, wanted, changed),
        headcount=_people(draft, new),
        selling=_selling(draft, wanted, options, changed),
    )
    return complete(market, new)


def _options(market: Market, old: DesignDraft, new: DesignDraft, changed: np.ndarray) -> IntArray:
    options = np.array(old.options)
    options[changed] = -1
    options[:, 0] = new.site
    for mode in np.unique(new.mode[changed]).tolist():
        rows = changed & (new.mode == mode)
        had = (old.options[old.mode == mode] >= 0).sum(axis=1)
        several = min(int(had.max(initial=1)), options.shape[1])
        near = nearest_options(market, new, mode, several)
        options[rows, :several] = near[rows]
    return options


def _selling(
    draft: DesignDraft, mode: IntArray, options: IntArray, changed: np.ndarray
) -> Selling | None:
    """Keep rights and asking prices; outlets of a new mode buy in it from all their sources."""
    if draft.selling is None:
        return None
    own = np.where(options >= 0, mode[:, None], -1)
    kept = np.where(changed[:, None], own, draft.selling.option_mode)
    return replace(draft.selling, option_mode=kept)


def _order_days(market: Market, old: DesignDraft, mode: IntArray, changed: np.ndarray) -> IntArray:
    days = np.array(old.order_days)
    for one in np.unique(mode[changed]).tolist():
        rows = np.flatnonzero(changed & (mode == one))
        if market.modes.capture[one] == _VISIT:
            days[rows] = 0
            continue
        had = np.flatnonzero(old.mode == one)
        for row in rows.tolist():
            apart = np.hypot(
                market.outlets.lat[had] - market.outlets.lat[row],
                (market.outlets.lon[had] - market.outlets.lon[row])
                * np.cos(np.radians(market.outlets.lat[row])),
            )
            days[row] = old.order_days[had[int(apart.argmin())]]
    return days


def _people(old: DesignDraft, new: DesignDraft) -> IntArray:
    people = np.full_like(old.headcount, BY_RULE)
    for site, mode in np.argwhere(old.headcount > 0).tolist():
        had = ((old.site == site) & (old.mode == mode)).sum()
        has = ((new.site == site) & (new.mode == mode)).sum()
        if had:
            people[site, mode] = int(old.headcount[site, mode] * has / had + 0.5)
            people[site, mode] = max(people[site, mode], 1 if has else 0)
    return people
