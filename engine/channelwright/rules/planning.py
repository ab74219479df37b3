"""From a draft to a complete design: servers, head-count, rep territories, visit days.

The same standing rules serve given and chosen designs, so that designs differ only by
their decisions.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelwright.foundation.errors import ChannelwrightError
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS, Design, OutletPlan, RepPlan
from channelwright.model.draft import DesignDraft
from channelwright.model.market import CAPTURES, SITE_KINDS, Market
from channelwright.rules import geography
from channelwright.rules.field_work import call_seconds
from channelwright.rules.tour import tour_order

_PLANT = SITE_KINDS.index("plant")
_VISIT = CAPTURES.index("visit")
_WEEKS = CYCLE_DAYS // 7
_BLOCK = 4_000  # outlets whose distances are held at once
FREQUENCIES = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 6.0)


class PlanningError(ChannelwrightError):
    """A draft cannot be completed; the message names the place."""


def complete(market: Market, draft: DesignDraft) -> Design:
    """Return the design that a draft describes.

    Raises
    ------
    PlanningError
        If an outlet has no reachable open site, or a frequency is not in FREQUENCIES.
    """
    draft = nearest_sites(market, draft)
    draft = replace(draft, headcount=workload_headcount(market, draft))
    mode, site = draft.mode, draft.site
    rank = _ranks(market, mode, site)
    rep, reps, order_days, call_rank = _staff(market, draft, rank)
    options = draft.options.copy()
    options[:, 0] = site
    plan = OutletPlan(
        mode=mode,
        site=site,
        rep=rep,
        order_days=order_days,
        call_rank=call_rank,
        route_rank=rank,
        options=options,
        o2o=draft.o2o & (mode >= 0),
    )
    return Design(
        name=draft.name,
        title=draft.title,
        sites=draft.sites,
        outlets=plan,
        reps=reps,
        terms=draft.terms,
        service=draft.service,
        counterfactual=draft.counterfactual,
        selling=draft.selling,
        contracts=draft.contracts,
        stock=draft.stock,
        offers=draft.offers,
        credit=draft.credit,
        capture=draft.capture,
        goods=draft.goods,
    )


def serving_sites(market: Market, draft: DesignDraft, mode: int) -> IntArray:
    """Return the open sites that serve a mode: its own, else the manufacturer's."""
    plan = draft.sites
    stocking = plan.open & (market.sites.kind != _PLANT)
    own = np.flatnonzero(stocking & (plan.mode == mode))
    if own.size:
        return own
    return np.flatnonzero(stocking & ~market.sites.independent)


def nearest_sites(market: Market, draft: DesignDraft) -> DesignDraft:
    """Give every covered outlet without a server the nearest one that has room.

    Outlets are taken by falling volume; when no reachable site of the mode has room, the
    nearest takes the outlet all the same.

    Raises
    ------
    PlanningError
        If no open site of the mode can be reached.
    """
    site = draft.site.copy()
    cases = market.outlets.rate / market.products.units_per_case
    weekly = cases.sum(axis=1) * 7
    for mode in np.unique(draft.mode[(draft.mode >= 0) & (site < 0)]).tolist():
        rows = np.flatnonzero((draft.mode == mode) & (site < 0))
        candidates = serving_sites(market, draft, mode)
        taken = draft.mode >= 0
        load = np.bincount(
            site[taken & (site >= 0)],
            weights=weekly[taken & (site >= 0)],
            minlength=len(market.sites),
        )
        room = market.sites.capacity_cases[candidates] - load[candidates]
        distance = _reach(market, rows, candidates, mode)
        site[rows] = candidates[_fill_nearest(distance, weekly[rows], room)]
    return replace(draft, site=site)


def _reach(
    market: Market,
    rows: IntArray,
    candidates: IntArray,
    mode: int,
    *,
    all_reachable: bool = True,
) -> FloatArray:
    outlets = geography.outlet_points(market).take(rows)
    sites = geography.site_points(market).take(candidates)
    table = geography.distance_table(market.geography, outlets, sites).astype(float)
    table[table < 0] = np.inf
    lost = ~np.isfinite(table).any(axis=1) if candidates.size else np.ones(len(rows), dtype=bool)
    if all_reachable and lost.any():
        outlet = market.outlets.ids[rows[np.flatnonzero(lost)[0]]]
        message = (
            f"outlet {outlet} has no reachable open site for mode {market.modes.ids[mode]}; "
            "open a site of that mode in its zone, or add a crossing"
        )
        raise PlanningError(message)
    return table


def _fill_nearest(distance: FloatArray, weekly: FloatArray, room: FloatArray) -> IntArray:
    choice = distance.argmin(axis=1)
    left = room.copy()
    for row in np.argsort(-weekly, kind="stable"):
        fits = np.where(left >= weekly[row], distance[row], np.inf)
        best = int(fits.argmin())
        if np.isfinite(fits[best]):
            choice[row] = best
        left[choice[row]] -= weekly[row]
    return np.asarray(choice)


def _ranks(market: Market, mode: IntArray, site: IntArray) -> IntArray:
    """Return the place of each outlet in the standing route of its site."""
    rank = np.zeros(len(mode), dtype=np.int64)
    covered = np.flatnonzero(mode >= 0)
    covered = covered[np.argsort(site[covered], kind="stable")]
    edges = np.flatnonzero(np.diff(site[covered])) + 1
    for rows in np.split(covered, edges) if covered.size else []:
        rank[rows[tour_order(market.outlets.lat[rows], market.outlets.lon[rows])]] = np.arange(
            len(rows)
        )
    return rank


def called_outlets(market: Market, draft: DesignDraft) -> BoolArray:
    """Return which outlets are called on: (O,)."""
    mode = np.maximum(draft.mode, 0)
    frequency = draft.visits[mode, market.outlets.grade]
    return np.asarray((draft.mode >= 0) & (market.modes.capture[mode] == _VISIT) & (frequency > 0))


def call_workload(market: Market, draft: DesignDraft, rows: IntArray) -> FloatArray:
    """Return seconds of field time per week that each outlet takes: (n,).

    Calls per week x (time in the outlet + parking + travel). Travel is the mean leg of a
    tour through the outlets, longer where a beat skips some of them.

    Parameters
    ----------
    rows : (n,) outlets of one mode, in tour order
    """
    mode = int(draft.mode[rows[0]])
    role = int(market.modes.role[mode])
    frequency = draft.visits[mode, market.outlets.grade[rows]]
    points = geography.outlet_points(market).take(rows)
    legs = geography.great_circle(points.lat[:-1], points.lon[:-1], points.lat[1:], points.lon[1:])
    mean_leg = float(legs.mean()) * market.geography.road_factor if len(legs) else 0.0
    share = float(np.minimum(1.0, frequency).mean())
    travel = mean_leg / max(share, 0.05) ** 0.5 * 3.6 / float(market.roles.speed[role])
    inside = call_seconds(market, role, rows)
    return np.asarray(frequency * (inside + market.roles.stop_seconds[role] + travel))


def workload_headcount(market: Market, draft: DesignDraft) -> IntArray:
    """Return people per (site, mode), given numbers kept and -1 filled by workload.

    The build-up of Talley (1961): field time asked over field time of a person, at least
    what calls per day and outlets per person ask.
    """
    people = np.maximum(draft.headcount, 0)
    called = called_outlets(market, draft)
    workdays = working_weekdays(market).size
    for site, mode in _teams(draft, called):
        if draft.headcount[site, mode] >= 0:
            continue
        rows = np.flatnonzero(called & (draft.site == site) & (draft.mode == mode))
        rows = rows[tour_order(market.outlets.lat[rows], market.outlets.lon[rows])]
        role = int(market.modes.role[mode])
        calls = float(draft.visits[mode, market.outlets.grade[rows]].sum())
        needs = (
            float(call_workload(market, draft, rows).sum())
            / (int(market.roles.field_seconds[role]) * workdays),
            calls / (int(market.roles.max_calls[role]) * workdays),
            len(rows) / int(market.roles.max_outlets[role]),
        )
        people[site, mode] = int(np.ceil(max(needs) - 1e-9))
    return np.asarray(people, dtype=np.int64)


def working_weekdays(market: Market) -> IntArray:
    """Return the weekdays (Monday = 0) on which people work."""
    calendar = market.calendar
    weekday = (np.arange(len(calendar.working)) + calendar.start.weekday()) % 7
    return np.unique(weekday[calendar.working])


def _teams(draft: DesignDraft, called: BoolArray) -> list[tuple[int, int]]:
    pairs = np.stack([draft.site[called], draft.mode[called]], axis=1)
    return [(int(a), int(b)) for a, b in np.unique(pairs, axis=0)] if len(pairs) else []


def _staff(
    market: Market, draft: DesignDraft, rank: IntArray
) -> tuple[IntArray, RepPlan, IntArray, IntArray]:
    """Cut each team's tour into people and their days."""
    outlets = len(draft.mode)
    rep = np.full(outlets, -1, dtype=np.int64)
    call_rank = np.zeros(outlets, dtype=np.int64)
    order_days = np.where(draft.mode >= 0, draft.order_days, 0)
    called = called_outlets(market, draft)
    people: list[tuple[str, int, int, int, int]] = []
    for site, mode in _teams(draft, called):
        count = int(draft.headcount[site, mode])
        rows = np.flatnonzero(called & (draft.site == site) & (draft.mode == mode))
        if count == 0:
            order_days[rows] = 0
            continue
        rows = rows[np.argsort(rank[rows], kind="stable")]
        work = np.cumsum(call_workload(market, draft, rows))
        person = np.minimum(count - 1, ((work - 1e-9) / work[-1] * count).astype(np.int64))
        for number in range(count):
            mine = rows[person == number]
            rep[mine] = len(people)
            call_rank[mine] = np.arange(len(mine))
            order_days[mine] = visit_days(market, draft, mine)
            area = _main_area(market, mine, site)
            people.append(
                (
                    f"{market.sites.ids[site]}/{market.modes.ids[mode]}/{number + 1}",
                    int(market.modes.role[mode]),
                    mode,
                    site,
                    area,
                )
            )
    return rep, _rep_plan(market, people), order_days, call_rank


def _main_area(market: Market, rows: IntArray, site: int) -> int:
    if not rows.size:
        return int(market.sites.area[site])
    volume = market.outlets.rate[rows].sum(axis=1)
    return int(np.bincount(market.outlets.area[rows], weights=volume + 1e-9).argmax())


def _rep_plan(market: Market, people: list[tuple[str, int, int, int, int]]) -> RepPlan:
    table = np.array([person[1:] for person in people], dtype=np.int64).reshape(-1, 4)
    area = table[:, 3]
    return RepPlan(
        ids=tuple(person[0] for person in people),
        role=table[:, 0],
        mode=table[:, 1],
        site=table[:, 2],
        area=area,
        lat=market.areas.lat[area],
        lon=market.areas.lon[area],
    )


def visit_days(market: Market, draft: DesignDraft, rows: IntArray) -> IntArray:
    """Return the bits of the 28-day cycle on which a person calls on its outlets.

    The person's tour is cut into one stretch of equal work per working weekday; an outlet
    called on more than once a week gets days as far apart as possible, one called on less
    than weekly takes turns with its neighbours.

    Parameters
    ----------
    rows : (n,) outlets of one person, in tour order
    """
    if not rows.size:
        return np.zeros(0, dtype=np.int64)
    weekdays = working_weekdays(market)
    frequency = draft.visits[draft.mode[rows], market.outlets.grade[rows]]
    work = np.cumsum(call_workload(market, draft, rows))
    stretch = np.minimum(
        len(weekdays) - 1, ((work - 1e-9) / work[-1] * len(weekdays)).astype(np.int64)
    )
    turn = _turns(stretch, frequency)
    bits = [
        cycle_bits(float(f), int(s), int(t), weekdays)
        for f, s, t in zip(frequency, stretch, turn, strict=True)
    ]
    return np.array(bits, dtype=np.int64)


def _turns(stretch: IntArray, frequency: FloatArray) -> IntArray:
    """Number the outlets of equal frequency within a stretch, so that they alternate."""
    turn = np.zeros(len(stretch), dtype=np.int64)
    for day in np.unique(stretch):
        for level in np.unique(frequency):
            same = np.flatnonzero((stretch == day) & (frequency == level))
            turn[same] = np.arange(len(same))
    return turn


def cycle_bits(frequency: float, stretch: int, turn: int, weekdays: IntArray) -> int:
    """Return the 28-day bits of one outlet.

    Raises
    ------
    PlanningError
        If the frequency is not one of FREQUENCIES.
    """
    if frequency not in FREQUENCIES:
        message = f"{frequency} calls a week is not one of {FREQUENCIES}"
        raise PlanningError(message)
    days = len(weekdays)
    if frequency >= 1:
        times = min(int(frequency), days)
        chosen = [int(weekdays[(stretch + k * days // times) % days]) for k in range(times)]
        return sum(1 << (7 * week + day) for week in range(_WEEKS) for day in chosen)
    if frequency == 0:
        return 0
    every = round(1 / frequency)
    weeks = range(turn % every, _WEEKS, every)
    return sum(1 << (7 * week + int(weekdays[stretch])) for week in weeks)


def nearest_options(
    market: Market, draft: DesignDraft, mode: int, count: int, sale: int | None = None
) -> IntArray:
    """Return up to ``count`` nearest open sites for the outlets of a mode: (O, count).

    Column 0 is the assigned server; the others are sites of mode ``sale`` (default: the same)
    within the reach of outlets.
    """
    rows = np.flatnonzero(draft.mode == mode)
    result = np.full((len(draft.mode), count), -1, dtype=np.int64)
    result[:, 0] = draft.site
    candidates = serving_sites(market, draft, mode if sale is None else sale)
    if not rows.size or count == 1:
        return result
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        near = _near(market, block, candidates)
        if not near.size:
            continue
        distance = _reach(market, block, near, mode, all_reachable=False)
        distance[distance > market.behaviour.reach_metres] = np.inf
        distance[near[None, :] == draft.site[block][:, None]] = np.inf
        order = np.argsort(distance, axis=1, kind="stable")[:, : count - 1]
        best = np.take_along_axis(distance, order, axis=1)
        found = np.where(np.isfinite(best), near[order], -1)
        result[block[:, None], np.arange(1, 1 + found.shape[1])[None, :]] = found
    return result


def _near(market: Market, rows: IntArray, candidates: IntArray) -> IntArray:
    """Return the candidates within reach of the box around some outlets."""
    reach = market.behaviour.reach_metres / 111_000
    lat, lon = market.outlets.lat[rows], market.outlets.lon[rows]
    wide = reach / max(np.cos(np.radians(float(np.abs(lat).max()))), 0.05)
    y, x = market.sites.lat[candidates], market.sites.lon[candidates]
    inside = (y >= lat.min() - reach) & (y <= lat.max() + reach)
    inside &= (x >= lon.min() - wide) & (x <= lon.max() + wide)
    return np.asarray(candidates[inside])
