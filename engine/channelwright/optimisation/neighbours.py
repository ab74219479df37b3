"""Neighbours of a design: one lever moved by one step, everything else kept.

Levers are people of a team, safety stock of a site, cover of the shelves of a mode, and the terms
of a mode. Steps are those of the request where it has a grid, else usual ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from channelwright.foundation.units import PPM, TICKS_PER_UNIT
from channelwright.model.market import CAPTURES
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of, headcount_of

if TYPE_CHECKING:
    from channelwright.foundation.units import IntArray
    from channelwright.model.design import Design, RepPlan, Terms
    from channelwright.model.market import Market
    from channelwright.model.request import Request

Kind = Literal["people", "safety", "cover", "commission", "bonus", "account_rebate"]
SAFETY_STEP = 1.0
COVER_SHARE = 0.15
RATE_STEP = 1_000
BONUS_STEP = 100 * TICKS_PER_UNIT
_VISIT = CAPTURES.index("visit")
_TERMS = ("commission", "bonus", "account_rebate")
#: Groups of levers, as users name them.
LEVERS = {"people": ("people",), "stock": ("safety", "cover"), "terms": _TERMS}


@dataclass(frozen=True, slots=True)
class Move:
    """One step on one lever.

    Attributes
    ----------
    kind : str
    mode : int, mode of the lever, -1 = none
    site : int, site of the lever, -1 = none
    step : float
        People, days, ppm or ticks per month, with its sign.
    """

    kind: Kind
    mode: int
    site: int
    step: float

    @property
    def lever(self) -> tuple[str, int, int]:
        """What is moved: two moves of one lever cannot be made together."""
        return self.kind, self.mode, self.site

    def words(self, market: Market) -> str:
        """Return the move in the field's words."""
        mode = market.modes.ids[self.mode] if self.mode >= 0 else ""
        site = market.sites.names[self.site] if self.site >= 0 else ""
        sign = "+" if self.step > 0 else "-"
        size = abs(self.step)
        if self.kind == "people":
            return f"{mode} at {site}: {sign}{size:.0f} person"
        if self.kind == "safety":
            return f"safety stock of {site}: {sign}{size:g} days"
        if self.kind == "cover":
            return f"shelves of {mode}: {sign}{size:g} days of cover"
        if self.kind == "bonus":
            return f"bonus in {mode}: {sign}{size / TICKS_PER_UNIT:,.0f} a month"
        what = "commission" if self.kind == "commission" else "account rebate"
        return f"{what} in {mode}: {sign}{size / PPM * 100:.2g} points"


def moves_from(market: Market, request: Request, design: Design) -> tuple[Move, ...]:
    """Return every step that may be taken from a design, up and down on each lever.

    Parameters
    ----------
    request : Request
        Its modes and grids say which terms may move and by how much; its locks and its limit of
        people are kept. Parts that it gives are moved all the same: a planner may still refuse.
    design : Design
        Complete.
    """
    both = (1.0, -1.0)
    found = [*_people(market, request, design, both), *_stock(market, design, both)]
    return (*found, *_terms_moves(market, request, design, both))


def _people(
    market: Market, request: Request, design: Design, both: tuple[float, ...]
) -> list[Move]:
    people, choice = headcount_of(market, design), request.headcount
    full = choice is not None and 0 <= choice.maximum_people <= int(people.sum())
    moves = []
    for site, mode in np.argwhere(people > 0).tolist():
        if choice is not None and choice.locked[site, mode] >= 0:
            continue
        outlets = int(((design.outlets.site == site) & (design.outlets.mode == mode)).sum())
        moves += [
            Move("people", mode, site, step)
            for step in both
            if 1 <= people[site, mode] + step <= outlets and not (full and step > 0)
        ]
    return moves


def _stock(market: Market, design: Design, both: tuple[float, ...]) -> list[Move]:
    plan = design.sites
    # A fixed order-up-to level does not follow safety days.
    free = plan.open & (plan.parent >= 0) & (plan.level < 0).any(axis=1)
    moves = [
        Move("safety", -1, site, step * SAFETY_STEP)
        for site in np.flatnonzero(free).tolist()
        for step in both
        if plan.safety_days[site] + step * SAFETY_STEP >= 0
    ]
    for mode in np.unique(design.outlets.mode[design.outlets.mode >= 0]).tolist():
        cover = float(design.service.cover_days[mode])
        size = max(0.5, round(2 * COVER_SHARE * cover) / 2)
        reorder = float(design.service.reorder_days[mode])
        moves += [
            Move("cover", mode, -1, step * size)
            for step in both
            if cover + step * size > max(reorder, 0.0)
        ]
    return moves


def _terms_moves(
    market: Market, request: Request, design: Design, both: tuple[float, ...]
) -> list[Move]:
    choice, terms = request.terms, design.terms
    used = np.unique(design.outlets.mode[design.outlets.mode >= 0])
    modes = used if choice is None else choice.modes
    sizes = {
        "commission": _gap(None if choice is None else choice.commission, RATE_STEP),
        "bonus": _gap(None if choice is None else choice.bonus, BONUS_STEP),
        "account_rebate": _gap(None if choice is None else choice.margin_change, RATE_STEP),
    }
    moves = []
    for mode in modes.tolist():
        people = bool((design.reps.mode == mode).any())
        buys = design.sites.open & (design.sites.mode == mode) & market.sites.independent
        reached = {
            "commission": people,
            "bonus": people and terms.quota[mode] > 0,
            "account_rebate": bool(buys.any()),
        }
        for kind in _TERMS:
            value, size = int(getattr(terms, kind)[mode]), sizes[kind]
            moves += [
                Move(kind, mode, -1, step * size)  # type: ignore[arg-type]
                for step in both
                if reached[kind] and value + step * size >= 0
            ]
    return moves


def _gap(grid: IntArray | None, usual: int) -> int:
    """Return half the smallest step of a grid, which the optimiser could not take."""
    steps = np.diff(np.unique(grid)) if grid is not None else np.zeros(0)
    return max(1, int(steps.min()) // 2) if steps.size else usual


def moved(market: Market, design: Design, moves: tuple[Move, ...]) -> Design:
    """Return the design with some steps taken, complete and valid; its other parts are kept."""
    for move in moves:
        if move.kind == "people":
            design = _with_people(market, design, move)
        elif move.kind == "safety":
            days = np.array(design.sites.safety_days)
            days[move.site] += move.step
            design = replace(design, sites=replace(design.sites, safety_days=days))
        elif move.kind == "cover":
            cover = np.array(design.service.cover_days)
            cover[move.mode] += move.step
            design = replace(design, service=replace(design.service, cover_days=cover))
        else:
            design = replace(design, terms=_with_terms(design.terms, move))
    return design


def _with_terms(terms: Terms, move: Move) -> Terms:
    values = np.array(getattr(terms, move.kind))
    values[move.mode] += round(move.step)
    changed: dict[str, Any] = {move.kind: values}
    return replace(terms, **changed)


def _with_people(market: Market, design: Design, move: Move) -> Design:
    """Cut one team's outlets anew for its new number of people; other teams keep theirs."""
    draft = draft_of(market, design)
    people = np.array(draft.headcount)
    people[move.site, move.mode] += round(move.step)
    fresh = complete(market, replace(draft, headcount=people))
    plan = design.outlets
    kept = np.flatnonzero((design.reps.site != move.site) | (design.reps.mode != move.mode))
    team = np.flatnonzero((fresh.reps.site == move.site) & (fresh.reps.mode == move.mode))
    place = np.full(len(design.reps) + 1, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    rep = place[plan.rep]
    theirs = np.isin(fresh.outlets.rep, team)
    rep[theirs] = len(kept) + np.searchsorted(team, fresh.outlets.rep[theirs])
    called = (plan.site == move.site) & (plan.mode == move.mode)
    called &= market.modes.capture[np.maximum(plan.mode, 0)] == _VISIT
    return replace(
        design,
        reps=_joined(design.reps, kept, fresh.reps, team),
        outlets=replace(
            plan,
            rep=rep,
            order_days=np.where(called, fresh.outlets.order_days, plan.order_days),
            call_rank=np.where(called, fresh.outlets.call_rank, plan.call_rank),
        ),
    )


def _joined(one: RepPlan, kept: IntArray, two: RepPlan, team: IntArray) -> RepPlan:
    columns = {
        name: np.concatenate([getattr(one, name)[kept], getattr(two, name)[team]])
        for name in ("role", "mode", "site", "area", "lat", "lon")
    }
    ids = (*(one.ids[row] for row in kept.tolist()), *(two.ids[row] for row in team.tolist()))
    return replace(one, ids=ids, **columns)
