"""The conductor: bound and answers together, large neighbourhoods, then what is left exactly."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.arcs import choose_arcs, usual_neighbours
from channelwright.optimisation.location.branch import branch_on_sites
from channelwright.optimisation.location.certify import certify, refusal, tightness
from channelwright.optimisation.location.components import Component, idle_cost, join, split
from channelwright.optimisation.location.exact import ExactReport, solve_exact
from channelwright.optimisation.location.infeasible import clashes
from channelwright.optimisation.location.lagrangian import Pricing, Relaxation, first_prices
from channelwright.optimisation.location.neighbourhood import (
    cut_piece,
    improve_piece,
    neighbours_of,
)
from channelwright.optimisation.location.primal import answer_from, polish
from channelwright.optimisation.location.reduce import reduce_problem
from channelwright.optimisation.location.solution import (
    Incumbent,
    LocationOptions,
    LocationSolution,
    answer_of,
    violation,
)
from channelwright.optimisation.location.subgradient import climb
from channelwright.optimisation.solver import SolverOptions, SolveStatus

if TYPE_CHECKING:
    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.location.model import ModelArcs
    from channelwright.optimisation.location.problem import LocationProblem


#: Rooms above the bound that are searched exactly, as shares of it, and the largest model for it.
_ROOMS = (0.0005, 0.002, 0.005, 0.01, 0.02)
_ROOM_COLUMNS = 8_000
_TREE_COLUMNS = 4_000


@dataclass
class _State:
    """What the search knows so far; lives for one call only."""

    problem: LocationProblem
    options: LocationOptions
    begin: float = field(default_factory=time.perf_counter)
    found: Incumbent | None = None
    bound: float = -np.inf
    kind: str = "lagrangian"
    pricing: Pricing | None = None
    tried: set[bytes] = field(default_factory=set)
    work: dict[str, int] = field(default_factory=dict)
    timed: bool = False
    stopped: bool = False
    infeasible: bool = False

    @property
    def ceiling(self) -> float:
        """Objective of the best answer; without one, a guess that keeps steps sensible."""
        if self.found is not None:
            return self.found.objective
        return self.bound + 0.05 * abs(self.bound) + 1.0 if np.isfinite(self.bound) else 1.0

    def count(self, name: str, number: int = 1) -> None:
        """Add to the work done."""
        self.work[name] = self.work.get(name, 0) + number

    def offer(self, found: Incumbent | None) -> bool:
        """Keep an answer if it is feasible and better."""
        if found is None or violation(self.problem, found) is not None:
            return False
        if self.found is not None and found.objective >= self.found.objective:
            return False
        self.found = found
        self._tell()
        return True

    def raise_bound(self, bound: float, kind: str) -> None:
        """Keep a bound if it is better, rounded up to the step of the objective."""
        step = self.problem.cost_step
        if step > 0:
            bound = np.ceil(bound / step - 1e-6) * step
        if bound > self.bound:
            self.bound, self.kind = float(bound), kind

    def _tell(self) -> None:
        if self.options.progress is not None and self.found is not None:
            self.stopped |= not self.options.progress(self.found, self.bound)

    def enough(self, bound: float) -> bool:
        """Return True when a bound meets the answer, or the search must end."""
        self.raise_bound(bound, self.kind)
        return self.done

    @property
    def done(self) -> bool:
        """True when the gap is closed or a limit is reached."""
        limit = self.options.seconds
        if limit is not None and time.perf_counter() - self.begin > limit:
            self.timed = True
        if self.timed or self.stopped:
            return True
        if self.found is None:
            return False
        return self.found.objective - self.bound <= self.options.gap * abs(self.found.objective)

    def certificate(self) -> Certificate:
        """Return what is known now."""
        upper = None if self.found is None else self.found.objective
        return certify(self.problem, upper, self.bound, self.kind, self.work, timed=self.timed)

    def seconds_left(self) -> float | None:
        """Return what is left of the time limit."""
        if self.options.seconds is None:
            return None
        return max(0.1, self.options.seconds - (time.perf_counter() - self.begin))


def solve_location(
    problem: LocationProblem, options: LocationOptions | None = None
) -> LocationSolution:
    """Choose sites and who serves whom, and say how good the choice is.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    options : LocationOptions, optional
        Work limits.

    Returns
    -------
    LocationSolution
        Answer and certificate; an infeasible request is a normal return that names the clash.
    """
    options = options or LocationOptions()
    reasons = clashes(problem)
    if reasons:
        return LocationSolution(None, refusal({}, reasons))
    parts = split(problem)
    if len(parts) > 1:
        together = _solve_apart(problem, parts, options)
        if together is not None:
            return together
    return _solve_whole(problem, options)


def _solve_apart(
    problem: LocationProblem, parts: list[Component], options: LocationOptions
) -> LocationSolution | None:
    """Solve groups apart; None if that breaks the limits on the number of sites."""
    seconds = None if options.seconds is None else options.seconds / len(parts)
    limits = replace(options, seconds=seconds, progress=None)
    answers = [solve_location(part.problem, limits) for part in parts]
    state = _State(problem, options)
    for answer in answers:
        if answer.certificate.status == "infeasible":
            return LocationSolution(None, refusal(state.work, answer.certificate.messages))
        for name, number in answer.certificate.work.items():
            state.count(name, number)
        state.timed |= answer.certificate.timed
    found = [answer.incumbent for answer in answers if answer.incumbent is not None]
    bounds = [answer.certificate.lower_bound for answer in answers]
    known = [bound for bound in bounds if bound is not None]
    if len(known) == len(parts):
        kinds = sorted({answer.certificate.bound_kind for answer in answers})
        state.bound = sum(known) + idle_cost(problem, parts)
        state.kind = ", ".join(kinds)
    if len(found) == len(parts) and not state.offer(join(problem, parts, found)):
        return None
    state.count("groups", len(parts))
    return LocationSolution(state.found, state.certificate())


def _solve_whole(problem: LocationProblem, options: LocationOptions) -> LocationSolution:
    state = _State(problem, options)
    _climb(state)
    if not state.done:
        _close_in(state)
    if not state.done:
        _search(state)
    if not state.done:
        _finish(state)
    if state.infeasible:
        return LocationSolution(None, refusal(state.work, (tightness(problem),)))
    price = None if state.pricing is None else state.pricing.price
    return LocationSolution(state.found, state.certificate(), price)


def _climb(state: _State) -> None:
    """Raise the Lagrangian bound and look for answers on the way."""
    problem, options = state.problem, state.options
    arcs = choose_arcs(problem, usual_neighbours(problem, options.neighbours))
    price = first_prices(problem, arcs)
    stages = [Relaxation(problem, arcs)]
    if stages[0].can_be_whole():
        stages.append(Relaxation(problem, arcs, whole=True))
    for stage, relaxation in enumerate(stages):
        calls = 0

        def ceiling(pricing: Pricing) -> float:
            nonlocal calls
            if calls % (20 if calls < 200 else 50) == 0:
                _try(state, pricing)
            calls += 1
            return state.ceiling

        state.kind = "lagrangian with whole customers" if relaxation.whole else "lagrangian"
        steps = options.dual_iterations if stage == 0 else options.dual_iterations // 2
        stride = 1.5 if stage == 0 else 0.5
        result = climb(relaxation, price, steps, ceiling, state.enough, stride)
        state.count("dual_iterations", result.steps)
        state.raise_bound(result.best.value, state.kind)
        state.pricing = relaxation.complete(result.best)
        price = result.best.price
        _try(state, result.best)
        if state.done:
            break


def _try(state: _State, pricing: Pricing) -> None:
    key = pricing.opened.tobytes()
    if key in state.tried and not state.problem.binding:
        return
    state.tried.add(key)
    state.count("primal_starts")
    found = answer_from(state.problem, pricing)
    if found is None:
        return
    capacitated = state.problem.single_source and state.problem.binding
    good = state.found is None or found.objective < 1.02 * state.found.objective
    state.offer(polish(state.problem, found) if capacitated and good else found)


def _close_in(state: _State) -> None:
    """Solve what lies within a small room above the bound, then within a larger one.

    Everything outside costs at least bound + room. So an answer found inside that is no dearer is
    the best of all, and without one the bound itself rises: no good answer is needed to begin.
    """
    problem, options, pricing = state.problem, state.options, state.pricing
    if not problem.binding or pricing is None:
        return
    for share in _ROOMS:
        room = share * abs(pricing.value)
        if state.found is not None:
            room = min(room, state.found.objective - pricing.value)
        part = reduce_problem(problem, pricing, room, 1e-7 * abs(pricing.value))
        if part.customer.size > min(_ROOM_COLUMNS, options.model_columns) or state.done:
            return
        if np.unique(part.customer).size < problem.n_customers:
            state.raise_bound(pricing.value + room, "branch and bound")
            continue
        report = _solve_part(state, part)
        if report.status not in (SolveStatus.INFEASIBLE, SolveStatus.OPTIMAL):
            if report.bound is not None:
                state.raise_bound(min(report.bound, pricing.value + room), "branch and bound")
            return
        inside = np.inf if report.bound is None else report.bound
        state.raise_bound(min(inside, pricing.value + room), "branch and bound")
        if state.done:
            return


def _solve_part(state: _State, part: ModelArcs) -> ExactReport:
    """Solve a part exactly within the work limits and keep what it finds."""
    problem, options = state.problem, state.options
    start = state.found if state.found is not None and _inside(part, state.found) else None
    limits = SolverOptions(
        nodes=options.nodes,
        relative_gap=options.gap,
        absolute_gap=max(1e-9, 0.999 * problem.cost_step),
        threads=options.threads,
        seed=options.seed,
        seconds=state.seconds_left(),
    )
    report = solve_exact(problem, part, limits, start)
    state.count("nodes", report.nodes)
    state.count("links", report.links)
    state.timed |= report.timed
    state.offer(report.incumbent)
    return report


def _search(state: _State) -> None:
    """Decide small groups of neighbouring sites anew while it pays."""
    problem, options = state.problem, state.options
    if not (problem.single_source and problem.binding) or state.pricing is None:
        return
    rounds, size = 0, 3
    while rounds < options.search_rounds and state.found is not None and not state.done:
        improved = False
        for group in neighbours_of(problem, state.found, size):
            if rounds >= options.search_rounds or state.done:
                break
            if not state.found.open[group].all():
                continue
            rounds += 1
            piece = cut_piece(problem, state.found, group, state.pricing.rho)
            limits = SolverOptions(
                nodes=300,
                relative_gap=1e-5,
                threads=options.threads,
                seed=options.seed,
                seconds=state.seconds_left(),
            )
            better = improve_piece(problem, state.found, piece, limits)
            improved |= state.offer(better)
        if not improved:
            size += 1
            if size > min(6, int(state.found.open.sum())):
                break
    state.count("search_rounds", rounds)


def _finish(state: _State) -> None:
    """Fix by reduced cost and hand what is left to branch and bound."""
    problem, options = state.problem, state.options
    if state.pricing is None:
        return
    room = np.inf if state.found is None else state.found.objective - state.pricing.value
    # An answer that is better by less than one step does not exist: less room is needed.
    slack = 1e-7 * abs(state.ceiling) - (0.999 * problem.cost_step if np.isfinite(room) else 0.0)
    part = reduce_problem(problem, state.pricing, room, slack)
    state.count("model_columns", part.customer.size)
    tree = not problem.binding and not problem.minimum_load.any()
    # A small rest is quicker with the cuts of HiGHS, a large one with bounds per set of sites.
    if tree and state.found is not None and part.customer.size > _TREE_COLUMNS:
        _branch(state, part)
        return
    if part.customer.size > options.model_columns:
        return
    report = _solve_part(state, part)
    if report.status is SolveStatus.INFEASIBLE:
        state.infeasible = state.found is None
        if state.found is not None:
            state.raise_bound(state.found.objective, "branch and bound")
    elif report.bound is not None:
        beyond = np.inf if state.found is None else state.found.objective
        # A gap below one step of the objective is no gap.
        closed = report.status is SolveStatus.OPTIMAL and problem.cost_step > 0
        state.raise_bound(beyond if closed else min(report.bound, beyond), "branch and bound")


def _branch(state: _State, part: ModelArcs) -> None:
    """Branch on the sites that are left; only the set of sites matters without capacities."""
    problem = state.problem
    if state.found is None or state.pricing is None:
        return
    kept = np.flatnonzero(~part.closed)
    tree = branch_on_sites(
        problem, state.pricing, kept, state.found.objective, state.options.nodes, lambda: state.done
    )
    state.count("nodes", tree.nodes)
    if tree.opened is not None:
        cost = np.where(problem.allowed, problem.cost, np.inf)
        sites = np.flatnonzero(tree.opened)
        state.offer(answer_of(problem, sites[cost[:, sites].argmin(axis=1)], tree.opened))
    state.raise_bound(tree.bound, "lagrangian branch and bound")


def _inside(part: ModelArcs, found: Incumbent) -> bool:
    """Return whether an answer lies in what is left of the problem."""
    sites = part.closed.size
    kept = np.isin(found.customer * sites + found.site, part.customer * sites + part.site)
    return bool(kept.all() and not (found.open & part.closed).any())
