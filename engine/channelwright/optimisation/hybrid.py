"""Hybrids between two designs: named groups of decisions of one, everything else of the other.

A group is put in whole, and what it needs to stand is brought along: sites that serve its outlets,
people for teams that neither design has. The outcome is always a complete design; with no group it
is the first design itself, with all groups the second.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from channelwright.foundation.errors import UsageError
from channelwright.foundation.hashing import digest
from channelwright.model.draft import BY_RULE, DesignDraft
from channelwright.model.market import CAPTURES
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of

if TYPE_CHECKING:
    from channelwright.foundation.units import BoolArray, FloatArray, IntArray
    from channelwright.model.design import Design, Service, SitePlan
    from channelwright.model.market import Market

#: Groups in the order in which a bridge switches them on:
#: modes: modes and territories of outlets that both designs cover, and the sites for them;
#: coverage: outlets that only one of the designs covers, and online selling;
#: calls: call frequencies, people, order days, and rules on missed calls and small orders;
#: range: products that chains list;
#: availability: stock of sites and shelves, ordering and delivery rules;
#: prices: prices, rebates, pay, credit, contracts, consumer prices and promotions;
GROUPS = ("modes", "coverage", "calls", "range", "availability", "prices")
_VISIT = CAPTURES.index("visit")
_STOCK_COLUMNS = ("review_days", "safety_days", "level")
#: Columns of the service rules that decide when an order comes, not what is kept in stock.
_ORDER_COLUMNS = ("cutoff", "order_open", "order_close")


def differing_groups(market: Market, one: Design, two: Design) -> tuple[str, ...]:
    """Return the groups in which two designs differ, in the order of `GROUPS`.

    A group differs if putting it into the first design, or taking it out of the second, changes
    something. Territories of people that differ alone belong to calls.
    """
    first, second = draft_of(market, one), draft_of(market, two)

    def found_by(*groups: str) -> str:
        return _digest(complete(market, _draft(market, first, second, groups)))

    ends = found_by(), found_by(*GROUPS)
    found = {
        group
        for group in GROUPS
        if (found_by(group), found_by(*(other for other in GROUPS if other != group))) != ends
    }
    whole = _digest(one), _digest(two)
    if whole != ends and whole[0] != whole[1]:
        found.add("calls")
    return tuple(group for group in GROUPS if group in found)


def hybrid(market: Market, one: Design, two: Design, groups: Collection[str]) -> Design:
    """Return the first design with some groups of decisions of the second.

    Parameters
    ----------
    market : Market
    one, two : Design
        Complete.
    groups : collection of str, of `GROUPS`

    Raises
    ------
    UsageError
        There is no such group.
    """
    unknown = sorted(set(groups) - set(GROUPS))
    if unknown:
        message = f"no group is called {unknown[0]!r}; groups: {', '.join(GROUPS)}"
        raise UsageError(message)
    if not groups:
        return one
    if len(set(groups)) == len(GROUPS):
        return replace(two, name=one.name, title=one.title)
    return complete(market, _draft(market, draft_of(market, one), draft_of(market, two), groups))


def _draft(
    market: Market, first: DesignDraft, second: DesignDraft, groups: Collection[str]
) -> DesignDraft:
    draft = _outlets(first, second, groups)
    draft = _sites(market, draft, first, second, groups)
    draft = _calls(market, draft, first, second, groups)
    draft = _terms(draft, first, second, groups)
    return replace(draft, options=_options(draft))


def _digest(one: Design | DesignDraft) -> str:
    return digest(replace(one, name="", title=""))


def _outlets(first: DesignDraft, second: DesignDraft, groups: Collection[str]) -> DesignDraft:
    """Take mode, server and options of outlets from whoever owns their group."""
    shared = (first.mode >= 0) & (second.mode >= 0)
    taken = np.where(shared, "modes" in groups, "coverage" in groups)
    width = max(first.options.shape[1], second.options.shape[1])
    pair = [_widened(one.options, width) for one in (first, second)]
    online = second.o2o if "coverage" in groups else first.o2o
    mode = np.where(taken, second.mode, first.mode)
    return replace(
        first,
        mode=mode,
        site=np.where(taken, second.site, first.site),
        options=np.where(taken[:, None], pair[1], pair[0]),
        order_days=np.where(taken, second.order_days, first.order_days),
        o2o=online & (mode >= 0),
    )


def _widened(options: IntArray, width: int) -> IntArray:
    missing = np.full((len(options), width - options.shape[1]), -1, dtype=np.int64)
    return np.concatenate([options, missing], axis=1)


def _sites(
    market: Market,
    draft: DesignDraft,
    first: DesignDraft,
    second: DesignDraft,
    groups: Collection[str],
) -> DesignDraft:
    """Keep the sites of the owner of modes, and open those of the other that serve somebody."""
    mine, other = (second, first) if "modes" in groups else (first, second)
    own, borrowed = mine.sites, other.sites
    needed = np.zeros(len(market.sites), dtype=np.bool_)
    used = draft.options[draft.mode >= 0]
    needed[used[used >= 0]] = True
    needed[draft.site[draft.mode >= 0]] = True
    wanted = needed & ~own.open & borrowed.open
    while True:
        above = borrowed.parent[wanted]
        above = above[above >= 0]
        more = above[~own.open[above] & ~wanted[above]]
        if not more.size:
            break
        wanted[more] = True
    columns: dict[str, Any] = {
        field.name: _picked(wanted, getattr(borrowed, field.name), getattr(own, field.name))
        for field in fields(own)
    }
    plan = replace(own, **columns)
    stock = second if "availability" in groups else first
    return replace(draft, sites=_stocked(plan, stock.sites, mine is second, groups))


def _picked(wanted: BoolArray, there: Any, here: Any) -> Any:
    return np.where(wanted.reshape(-1, *[1] * (here.ndim - 1)), there, here)


def _stocked(plan: SitePlan, stock: SitePlan, moved: bool, groups: Collection[str]) -> SitePlan:
    """Take stock rules of sites from whoever owns availability, where that design has the site."""
    if moved == ("availability" in groups):
        return plan
    known = stock.open & plan.open
    columns: dict[str, Any] = {
        name: _picked(known, getattr(stock, name), getattr(plan, name)) for name in _STOCK_COLUMNS
    }
    return replace(plan, **columns)


def _calls(
    market: Market,
    draft: DesignDraft,
    first: DesignDraft,
    second: DesignDraft,
    groups: Collection[str],
) -> DesignDraft:
    """Take frequencies and people from whoever owns calls; teams of nobody go by workload.

    A team with other outlets than its owner's gets people in proportion to outlets, so that a step
    that moves outlets does not change how many a person looks after.
    """
    mine, other = (second, first) if "calls" in groups else (first, second)
    visits = _visits(market, draft, mine, other)
    people = np.zeros_like(mine.headcount)
    called = (draft.mode >= 0) & (market.modes.capture[np.maximum(draft.mode, 0)] == _VISIT)
    pairs = np.unique(np.stack([draft.site[called], draft.mode[called]], axis=1), axis=0)
    for site, mode in pairs.tolist():
        outlets = ((draft.site == site) & (draft.mode == mode)).sum()
        people[site, mode] = BY_RULE
        for owner in (mine, other):
            had = ((owner.site == site) & (owner.mode == mode)).sum()
            if had and owner.headcount[site, mode] > 0:
                share = owner.headcount[site, mode] * outlets / had
                people[site, mode] = max(1, int(share + 0.5))
                break
    # Who neither is called on nor was before keeps the order days of its mode's owner.
    ordered = (mine.mode == draft.mode) & (mine.mode >= 0)
    days = np.where(ordered, mine.order_days, draft.order_days)
    return replace(draft, visits=visits, headcount=people, order_days=days, capture=mine.capture)


def _visits(
    market: Market, draft: DesignDraft, mine: DesignDraft, other: DesignDraft
) -> FloatArray:
    """Return calls per week by mode and grade; a mode that one design lacks is the other's."""
    visits = np.array(mine.visits)
    rows = np.flatnonzero(draft.mode >= 0)
    cells = np.unique(np.stack([draft.mode[rows], market.outlets.grade[rows]], axis=1), axis=0)
    for mode, grade in cells.tolist():
        known = ((mine.mode == mode) & (market.outlets.grade == grade)).any()
        if not known:
            visits[mode, grade] = other.visits[mode, grade]
    return visits


def _terms(
    draft: DesignDraft, first: DesignDraft, second: DesignDraft, groups: Collection[str]
) -> DesignDraft:
    """Take terms, service, range, offers and credit from the owners of their groups."""
    prices = second if "prices" in groups else first
    ready = second if "availability" in groups else first
    contracts = prices.contracts
    ranged = second if "range" in groups else first
    if contracts is not None and ranged.contracts is not None:
        contracts = replace(contracts, listed=ranged.contracts.listed)
    elif contracts is None and ranged.contracts is not None and "range" in groups:
        # Listing cannot stand without a contract: the second design's comes along.
        contracts = ranged.contracts
    calls = second if "calls" in groups else first
    return replace(
        draft,
        terms=prices.terms,
        offers=prices.offers,
        credit=prices.credit,
        selling=_selling(draft, first, second, prices),
        contracts=contracts,
        service=_service(ready.service, calls.service),
        stock=ready.stock,
    )


def _service(ready: Service, calls: Service) -> Service:
    columns: dict[str, Any] = {name: getattr(calls, name) for name in _ORDER_COLUMNS}
    return replace(ready, **columns)


def _selling(
    draft: DesignDraft, first: DesignDraft, second: DesignDraft, prices: DesignDraft
) -> Any:
    """Return rights and asking prices of the owner of prices, options' modes as outlets have."""
    if prices.selling is None:
        return None
    width = draft.options.shape[1]
    modes = np.full(draft.options.shape, -1, dtype=np.int64)
    for one in (first, second):
        kept = _widened(one.options, width)
        own = np.where(kept >= 0, np.maximum(one.mode, 0)[:, None], -1)
        if one.selling is not None:
            own = _widened(one.selling.option_mode, width)
        same = (kept == draft.options).all(axis=1)
        modes[same] = own[same]
    modes[:, 0] = draft.mode
    return replace(prices.selling, option_mode=np.where(draft.options >= 0, modes, -1))


def _options(draft: DesignDraft) -> IntArray:
    """Return options among open sites, the assigned server first."""
    kept = np.array(draft.options)
    kept[:, 0] = draft.site
    behind = kept[:, 1:]
    gone = (behind >= 0) & (~draft.sites.open[np.maximum(behind, 0)] | (behind == kept[:, :1]))
    behind[gone] = -1
    return kept
