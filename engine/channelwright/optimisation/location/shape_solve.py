"""Connected, balanced territories of sites: bound without the shape, search with it, then cuts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.begin_again import begin_at
from channelwright.optimisation.location.certify import WITH_CUTS, refusal, tightness
from channelwright.optimisation.location.climbing import climb_bound
from channelwright.optimisation.location.closing import close_in, finish, solve_part
from channelwright.optimisation.location.deadline import OutOfTime
from channelwright.optimisation.location.infeasible import clashes
from channelwright.optimisation.location.known import Known
from channelwright.optimisation.location.reduce import reduce_problem
from channelwright.optimisation.location.rooms import ROOMS
from channelwright.optimisation.location.search import search_groups
from channelwright.optimisation.location.shape import Cut, Shape, components, loosened, stray_pieces
from channelwright.optimisation.location.shape_search import (
    anneal_sites,
    grown,
    terrain_of,
)
from channelwright.optimisation.location.solution import LocationSolution, answer_of
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.solver import SolveStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from channelwright.optimisation.location.exact import ExactReport
    from channelwright.optimisation.location.model import ModelArcs
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import (
        Incumbent,
        LocationOptions,
        Progress,
    )

    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_ROOM_COLUMNS = 8_000
_CUT_ROUNDS = 40
_STEPS = 80
_MOVES = 120
_STARTS = 4
#: Last temperature as a share of the first one, and shares of it with which an earlier answer is
#: searched on from: little first, then as much as for any other.
_COLD = 2e-3
_WARM = (0.1, 1.0)


def solve_shaped(
    problem: LocationProblem, shape: Shape, options: LocationOptions, known: Known | None = None
) -> LocationSolution:
    """Choose sites and territories that are connected with their site and balanced.

    Parameters
    ----------
    problem : LocationProblem with this shape
    shape : Shape
    options : LocationOptions
    known : Known, optional
        An earlier answer, which is made whole first, and its bound: if the two are near enough,
        nothing else is searched.

    Returns
    -------
    LocationSolution
        Its bound is that of the problem without connection until branch and bound with separators
        has raised it.
    """
    loose = loosened(problem, shape)
    reasons = (*clashes(loose), *shape_clashes(problem, shape))
    if reasons:
        return LocationSolution(None, refusal({}, reasons))
    state = Search(problem, options)
    if known is not None and _again(state, shape, known):
        return LocationSolution(state.found, state.certificate())
    inner = _solve_loose(state, loose)
    if inner.infeasible:
        return LocationSolution(None, refusal(inner.work, (tightness(loose),)))
    state.pricing = inner.pricing
    for name, number in inner.work.items():
        state.count(name, number)
    state.raise_bound(inner.bound, inner.kind)
    if inner.found is not None:
        state.offer(answer_of(problem, _server(inner.found, problem), inner.found.open))
    if known is not None and state.found is not None and not state.done:
        # Searches take most of the time: with a good answer at hand the proof comes first.
        if inner.found is not None and (inner.found.open != state.found.open).any():
            improve(state, shape, inner.found.open, _server(inner.found, problem), 0)
        if not _near(state, known):
            _close_in(state, shape, loose)
    if known is None or not _near(state, known):
        before = state.found
        # Whoever ends the search gets an answer, if there is one.
        begin = _begin(inner, problem)
        if begin is not None and (not state.done or state.found is None):
            _search(state, shape, *begin)
        if not state.done and (known is None or before is None or state.found is not before):
            _close_in(state, shape, loose)
    if state.infeasible:
        return LocationSolution(None, refusal(state.work, (_too_much(problem, shape),)))
    state.timed |= inner.timed
    price = None if state.pricing is None else state.pricing.price
    bounded = (inner.bound, inner.kind) if np.isfinite(inner.bound) else None
    return LocationSolution(state.found, state.certificate(), price, bounded)


def _begin(inner: Search, problem: LocationProblem) -> tuple[Flags, Indices] | None:
    """Return the answer without the shape; without one, the sites of the bound and nobody there."""
    if inner.found is not None:
        return inner.found.open, _server(inner.found, problem)
    if inner.pricing is None:
        return None
    nobody = np.full(problem.n_customers, -1, dtype=np.int64)
    return begin_at(problem, Known(inner.pricing.opened, nobody))


def _again(state: Search, shape: Shape, known: Known) -> bool:
    """Make an earlier answer whole and search near it; return whether that is good enough."""
    state.raise_bound(known.bound, known.kind)
    begin = begin_at(state.problem, known)
    if begin is None:
        return False
    opened, label = begin
    state.count("warm")
    for start, hot in enumerate(_WARM):
        improve(state, shape, opened, label, start, hot)
        if _near(state, known):
            return True
    return False


def _near(state: Search, known: Known) -> bool:
    """Return whether there is an answer as near to the bound as the earlier one was."""
    if state.found is None:
        return False
    upper = state.found.objective
    return state.done or upper - state.bound <= known.gap * abs(upper)


def _solve_loose(state: Search, loose: LocationProblem) -> Search:
    """Return the search of the problem without its shape, with its pricing."""
    options = state.options
    seconds = None if options.seconds is None else 0.4 * options.seconds
    progress = None if options.progress is None else _told(state, options.progress)
    inner = Search(loose, replace(options, seconds=seconds, progress=progress), state.begin)
    try:
        # Whatever the time limit, there is a bound.
        climb_bound(inner)
        for phase in (close_in, search_groups, finish):
            if not inner.done:
                phase(inner)
    except OutOfTime:
        inner.note_end()
    return inner


def _told(state: Search, progress: Progress) -> Progress:
    """Return what a search without the shape reports to: its bound holds, its answers do not."""

    def tell(found: Incumbent | None, bound: float) -> bool:
        del found
        go_on = progress(state.found, max(bound, state.bound))
        state.stopped |= not go_on
        return go_on

    return tell


def _server(found: object, problem: LocationProblem) -> Indices:
    server = np.full(problem.n_customers, -1, dtype=np.int64)
    server[found.customer] = found.site  # type: ignore[attr-defined]
    return server


def _search(state: Search, shape: Shape, opened: Flags, assignment: Indices) -> None:
    """Look for connected answers with the sites of the loose answer, and with one changed."""
    tried = [opened, *_other_sites(state, opened)]
    for number, sites in enumerate(tried):
        if state.done and state.found is not None:
            return
        label = assignment
        if number:
            cost = np.where(state.problem.allowed & sites[None, :], state.problem.cost, np.inf)
            if not np.isfinite(cost.min(axis=1)).all():
                continue
            label = cost.argmin(axis=1)
        for start in range(_STARTS if number == 0 else 1):
            if start and state.done and state.found is not None:
                return
            improve(state, shape, sites, label, start)
    state.count("searches", len(tried))


def _other_sites(state: Search, opened: Flags) -> Iterator[Flags]:
    """Yield sets with one site exchanged or closed, cheapest by the bound first, a few."""
    problem = state.problem
    free = ~problem.forced_open & ~problem.forced_closed
    rho = problem.fixed_cost if state.pricing is None else state.pricing.rho
    closed = np.flatnonzero(~opened & free)
    out = np.flatnonzero(opened & free)
    pairs = sorted((float(rho[b] - rho[a]), int(a), int(b)) for a in out for b in closed)
    for _, a, b in pairs[: state.options.search_rounds // 6]:
        other = opened.copy()
        other[a], other[b] = False, True
        yield other


def improve(
    state: Search, shape: Shape, opened: Flags, label: Indices, seed: int, hot: float = 1.0
) -> None:
    """Make an assignment connected, anneal it and offer what is found.

    Parameters
    ----------
    opened : (m,) bool
    label : (n,) int, -1 = nobody yet
    seed : int
    hot : float, temperature to begin with, as a share of the usual one
    """
    problem = state.problem
    terrain = terrain_of(problem, shape, opened)
    start = grown(terrain, shape, label)
    if start is None:
        return
    rows = np.arange(start.size)
    spread = np.where(np.isfinite(terrain.cost), terrain.cost, np.nan)
    heat = hot * float(np.nanmean(spread - np.nanmin(spread, axis=1)[:, None])) / 3 + 1e-9
    state.offer(answer_of(problem, start, opened))
    best = start.copy()
    stream = np.array([state.options.seed * 977 + seed + 1], dtype=np.uint64)
    temperatures = heat * np.geomspace(1.0, _COLD / hot, _STEPS)
    moves = _MOVES * min(rows.size, 3_000)
    quarrel = 20 * heat
    value = anneal_sites(terrain, opened, start, temperatures, moves, quarrel, stream, best)
    if np.isfinite(value):
        state.offer(answer_of(problem, best, opened))


def _close_in(state: Search, shape: Shape, loose: LocationProblem) -> None:
    """Solve rooms above the bound by branch and bound, adding separators until answers connect."""
    if state.pricing is None:
        return
    cuts: dict[Cut, None] = {}
    value = state.pricing.value
    for share in (*ROOMS, np.inf):
        gap = np.inf if state.found is None else state.found.objective - value
        room = min(share * abs(value) if np.isfinite(share) else np.inf, gap)
        part = reduce_problem(loose, state.pricing, room, 1e-7 * abs(value))
        most = state.options.model_columns if room == gap else _ROOM_COLUMNS
        if part.customer.size > most or state.done:
            return
        if np.unique(part.customer).size < loose.n_customers:
            state.raise_bound(value + room, WITH_CUTS)
            state.infeasible = room == np.inf
            continue
        if not _solve_with_cuts(state, shape, part, cuts, value + room) or state.infeasible:
            return


def _solve_with_cuts(
    state: Search, shape: Shape, part: ModelArcs, cuts: dict[Cut, None], ceiling: float
) -> bool:
    """Solve a part until its best answer is connected; return whether it was finished."""
    whole = state.problem
    cuts.update(dict.fromkeys(_around(shape, part)))
    known = np.inf if state.found is None else state.found.objective
    for _ in range(_CUT_ROUNDS):
        state.problem = replace(whole, shape=replace(shape, cuts=tuple(cuts)))
        report = solve_part(state, part)
        state.problem = whole
        state.count("models")
        if report.status is SolveStatus.INFEASIBLE:
            state.infeasible = ceiling == np.inf
            state.raise_bound(min(ceiling, known), WITH_CUTS)
            return True
        if report.bound is not None:
            state.raise_bound(min(report.bound, ceiling, known), WITH_CUTS)
        if report.status is not SolveStatus.OPTIMAL or report.incumbent is None:
            return False
        before = len(cuts)
        server = _server(report.incumbent, whole)
        cuts.update(dict.fromkeys(_separators(shape, server)))
        if len(cuts) == before:
            best = np.inf if state.found is None else state.found.objective
            state.raise_bound(min(_bound_of(report, best), ceiling, best), WITH_CUTS)
            return True
        improve(state, shape, report.incumbent.open, server, len(cuts))
        known = np.inf if state.found is None else state.found.objective
        if state.done:
            return False
    return False


def _bound_of(report: ExactReport, otherwise: float) -> float:
    return otherwise if report.bound is None else report.bound


def _around(shape: Shape, part: ModelArcs) -> Iterator[Cut]:
    """Yield for every arc of a customer not next to the site: one of its neighbours goes too."""
    if shape.edges is None:
        return
    near: dict[int, list[int]] = {}
    for a, b in shape.edges.tolist():
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    for i, j in zip(part.customer.tolist(), part.site.tolist(), strict=True):
        if not shape.anchor[i, j]:
            yield Cut(i, j, tuple(sorted(near.get(i, []))))


def _separators(shape: Shape, server: Indices) -> Iterator[Cut]:
    """Yield a separator between each stray piece of a territory and its site."""
    if shape.edges is None:
        return
    number = components(shape, server)
    for j in np.unique(server).tolist():
        for piece in stray_pieces(shape, server, j, number):
            inside = np.isin(shape.edges, piece)
            border = shape.edges[inside[:, 0] != inside[:, 1]]
            around = np.setdiff1d(border.ravel(), piece)
            through = _reached(shape, j, around)
            for i in piece.tolist():
                yield Cut(i, j, through)


def _reached(shape: Shape, site: int, wall: Indices) -> tuple[int, ...]:
    """Return the part of a wall that can be reached from the site without passing the wall."""
    free = np.ones(shape.anchor.shape[0], dtype=np.bool_)
    free[wall] = False
    number = components(shape, np.where(free, 0, 1 + np.arange(free.size)))
    anchors = np.flatnonzero(shape.anchor[:, site])
    open_side = np.unique(number[anchors[free[anchors]]])
    touched = set(anchors[~free[anchors]].tolist())
    edges = shape.edges if shape.edges is not None else np.zeros((0, 2), dtype=np.int64)
    for a, b in (*edges.tolist(), *edges[:, ::-1].tolist()):
        if free[a] and not free[b] and number[a] in open_side:
            touched.add(b)
    return tuple(sorted(touched & set(wall.tolist())))


def shape_clashes(problem: LocationProblem, shape: Shape) -> Iterator[str]:
    """Yield what clashes in the shape and can be seen without a search."""
    names = problem.customer_names
    for i, other in shape.apart.tolist():
        both = problem.allowed[i] & problem.allowed[other]
        one = problem.allowed[i].sum() == 1 and problem.allowed[other].sum() == 1
        if i == other or (one and both.any()):
            yield (
                f"{names[i]} and {names[other]} must not have one server, but locks, lanes or "
                "groups leave them only one."
            )
    if shape.edges is not None:
        yield from _unreached(problem, shape)


def _unreached(problem: LocationProblem, shape: Shape) -> Iterator[str]:
    """Yield customers that no site can reach over neighbours that it may serve."""
    able = np.zeros(problem.n_customers, dtype=np.bool_)
    for j in np.flatnonzero(~problem.forced_closed).tolist():
        mine = problem.allowed[:, j]
        number = components(shape, np.where(mine, -1, np.arange(mine.size)))
        kept = np.unique(number[mine & shape.anchor[:, j]])
        able |= mine & np.isin(number, kept)
    stray = np.flatnonzero(~able & problem.allowed.any(axis=1))
    if stray.size:
        yield (
            f"{problem.customer_names[int(stray[0])]}"
            + (f" and {stray.size - 1} more" if stray.size > 1 else "")
            + " cannot be connected with any site over neighbours that it may serve; widen the cap "
            "on neighbours, the radius or the lanes."
        )


def _too_much(problem: LocationProblem, shape: Shape) -> str:
    parts: Iterable[str] = [
        f"{problem.measure_names[k]} between {shape.low[k]:g} and {shape.high[k]:g}"
        for k in np.flatnonzero(shape.hard & np.isfinite(shape.high)).tolist()
    ]
    rules = "connection" if shape.edges is not None else ""
    asked = "; ".join(text for text in (rules, *parts) if text)
    return (
        "no choice of sites and territories meets all rules together (shown by branch and bound "
        f"with separators); asked for: {asked}. Widen a tolerance, price it, or release locks and "
        "pairs."
    )
