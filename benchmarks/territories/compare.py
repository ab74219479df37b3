"""Our search and one monolithic model for HiGHS, side by side on the same made instances."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.territories.checker import judge
from benchmarks.territories.instance import Instance
from benchmarks.territories.made import make
from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.model import ModelArcs, build
from channelwright.optimisation.solver import SolverOptions, compile_model, solve_arrays

_GAP = 0.005
_NEAREST = 8


def compare(
    words: str,
    problem_of: Callable[[Instance], LocationProblem],
    seconds: float,
    nearest: int = _NEAREST,
) -> list[dict[str, object]]:
    """Return rows of both ways on a slack and a tight instance.

    Parameters
    ----------
    words : str
        ``OUTLETSxSITES``.
    problem_of : callable
        States an instance for the engine.
    seconds : float
        Time limit of each solve.
    nearest : int
        Sites in reach of an outlet.
    """
    rows: list[dict[str, object]] = []
    for tight in (False, True):
        instance = make(words, tight=tight, nearest=nearest)
        problem = problem_of(instance)
        ours = solve_made(instance, problem, seconds)
        whole = _monolithic(instance, problem, seconds)
        whole["ratio"] = round(_as_float(whole["seconds"]) / _as_float(ours["seconds"]), 1)
        rows += [ours, whole]
    return rows


def _as_float(value: object) -> float:
    return float(str(value))


def solve_made(
    instance: Instance, problem: LocationProblem, seconds: float, gap: float = _GAP
) -> dict[str, object]:
    """Return the row of our search to a certified gap, 0.5 % by default.

    Parameters
    ----------
    instance : Instance
    problem : LocationProblem
    seconds : float
        Time limit.
    gap : float
        At which it ends.
    """
    begin, processor = time.perf_counter(), time.process_time()
    solution = solve_location(problem, LocationOptions(gap=gap, seconds=seconds))
    row = empty_row(instance, "ours", time.perf_counter() - begin)
    row["processor_seconds"] = round(time.process_time() - processor, 3)
    certificate, found = solution.certificate, solution.incumbent
    row["bound"], row["bound_kind"] = certificate.lower_bound, certificate.bound_kind
    if found is not None:
        flows = zip(found.customer.tolist(), found.site.tolist(), found.share.tolist(), strict=True)
        row["objective"], broken = judge(instance, np.flatnonzero(found.open).tolist(), flows)
        row["feasible"], row["broken_rule"] = broken is None, broken
        row["gap"] = certificate.gap
    return row


def _monolithic(instance: Instance, problem: LocationProblem, seconds: float) -> dict[str, object]:
    """Return the row of one model with every link stated, as HiGHS solves it alone."""
    begin, processor = time.perf_counter(), time.process_time()
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(problem.n_sites, dtype=np.bool_)
    part = ModelArcs(customer, site, none, none.copy(), np.arange(customer.size))
    arrays, _, _ = compile_model(build(problem, part))
    report = solve_arrays(arrays, SolverOptions(relative_gap=_GAP, seconds=seconds))
    row = empty_row(instance, "monolithic", time.perf_counter() - begin)
    row["processor_seconds"] = round(time.process_time() - processor, 3)
    row["objective"], row["bound"] = report.objective, report.bound
    row["bound_kind"] = "branch and bound"
    if report.objective is not None and report.bound is not None:
        row["gap"] = (report.objective - report.bound) / abs(report.objective)
    return row


def empty_row(instance: Instance, method: str, seconds: float) -> dict[str, object]:
    """Return a row without an answer.

    Parameters
    ----------
    instance : Instance
    method : str
        Whose row it is.
    seconds : float
        Time taken.
    """
    return {
        "file": instance.name,
        "method": method,
        "objective": None,
        "bound": None,
        "bound_kind": None,
        "gap": None,
        "feasible": None,
        "broken_rule": None,
        "seconds": round(seconds, 3),
        "processor_seconds": None,
        "ratio": None,
    }
