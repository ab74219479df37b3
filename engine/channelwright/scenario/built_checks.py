"""Checks that need the arrays of a design: reach, people for calls, vehicles for loads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelwright.model.draft import DesignDraft
from channelwright.model.market import CARRIERS, Market
from channelwright.rules import geography
from channelwright.rules.planning import called_outlets
from channelwright.scenario.contract_builder import trucks_to_chains
from channelwright.scenario.hours_builder import out_of_hours
from channelwright.scenario.offer_checks import campaign_problems
from channelwright.scenario.selling_checks import served_without_right

_TRUCK = CARRIERS.index("truck")
_SHOWN = 20


def built_problems(
    market: Market, draft: DesignDraft, chosen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, str]]:
    """Yield part, message and remedy of what a draft cannot do.

    Parameters
    ----------
    market : Market
    draft : DesignDraft
        Servers and head-counts by rule are filled in.
    chosen : frozenset of str
        Modes whose outlets are still to be given their servers.
    """
    yield from _unreachable(market, draft)
    yield from _teams(market, draft)
    yield from _loads(market, draft)
    yield from served_without_right(market, draft, chosen)
    yield from trucks_to_chains(market, draft)
    yield from out_of_hours(market, draft)
    yield from campaign_problems(market, draft)


def _unreachable(market: Market, draft: DesignDraft) -> Iterator[tuple[str, str, str]]:
    rows = np.flatnonzero(draft.mode >= 0)
    outlets = geography.outlet_points(market).take(rows)
    sites = geography.site_points(market).take(draft.site[rows])
    metres = geography.metres(market.geography, outlets, sites)
    lost = rows[metres == geography.UNREACHABLE]
    zones = market.geography.zone_ids
    for row in lost[:_SHOWN].tolist():
        site = int(draft.site[row])
        here, there = (
            market.areas.zone[market.outlets.area[row]],
            market.areas.zone[market.sites.area[site]],
        )
        message = (
            f"outlet {market.outlets.ids[row]!r} in zone {zones[here]!r} cannot be reached from "
            f"site {market.sites.ids[site]!r} in zone {zones[there]!r}: no crossing joins them"
        )
        yield "outlets", message, "name a site on its side, or add the crossing"
    if len(lost) > _SHOWN:
        message = f"and {len(lost) - _SHOWN} more outlets are out of reach of their site"
        yield "outlets", message, "name sites on their side, or add crossings"


def _teams(market: Market, draft: DesignDraft) -> Iterator[tuple[str, str, str]]:
    called = called_outlets(market, draft)
    outlets = np.zeros(draft.headcount.shape, dtype=np.int64)
    np.add.at(outlets, (draft.site[called], draft.mode[called]), 1)
    for site, mode in zip(*np.nonzero((outlets > 0) != (draft.headcount > 0)), strict=True):
        team = f"site {market.sites.ids[site]!r}, mode {market.modes.ids[mode]!r}"
        if outlets[site, mode]:
            message = f"{team}: {outlets[site, mode]} outlets are to be called on by nobody"
            yield "headcount", message, "add people, or use {rule: workload}"
        else:
            message = f"{team}: {draft.headcount[site, mode]} people have no outlets to call on"
            yield "headcount", message, "remove the row, or give the site outlets of the mode"


def _loads(market: Market, draft: DesignDraft) -> Iterator[tuple[str, str, str]]:
    by_truck = market.modes.carrier == _TRUCK
    carried = (draft.mode >= 0) & by_truck[np.maximum(draft.mode, 0)]
    if draft.selling is None:
        used = np.unique(draft.options[carried])
    else:
        sale = draft.selling.option_mode
        used = np.unique(draft.options[(sale >= 0) & by_truck[np.maximum(sale, 0)]])
    for site in used[used >= 0].tolist():
        if draft.sites.vehicles[site] == 0:
            name = market.sites.ids[site]
            message = f"site {name!r} serves outlets by truck and has no vehicles"
            yield "sites", message, "give it vehicle and vehicles"
