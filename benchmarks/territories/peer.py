"""Our search beside the p-median of spopt, on the same files in the same run."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.territories.checker import judge
from benchmarks.territories.compare import empty_row, solve_made
from benchmarks.territories.instance import FormatError, Instance

if TYPE_CHECKING:
    from types import ModuleType

    from channelwright.optimisation.location import LocationProblem

    Flow = tuple[int, int, float]

NOT_INSTALLED = "spopt is not installed (pip install .[peers]): its rows are left out"


def spopt_modules() -> tuple[ModuleType, ModuleType] | None:
    """Return spopt's location models and the modeller that they need, None without them."""
    try:
        return importlib.import_module("spopt.locate"), importlib.import_module("pulp")
    except ImportError:
        return None


def beside_spopt(
    instance: Instance,
    problem: LocationProblem,
    seconds: float,
    modules: tuple[ModuleType, ModuleType] | None,
    gap: float,
) -> list[dict[str, object]]:
    """Return the row of our search and, where spopt is installed, that of its p-median.

    Parameters
    ----------
    instance : Instance
        A number of sites, at most one measure, no fixed cost: what spopt can state.
    problem : LocationProblem
        The same for the engine.
    seconds : float
        Time limit of each.
    modules : tuple of module or None
        Of `spopt_modules`.
    gap : float
        Certified gap at which both may end.

    Raises
    ------
    FormatError
        spopt's p-median cannot state the instance.
    """
    one = len(instance.usage) <= 1 and (not len(instance.usage) or instance.usage.shape[2] == 1)
    plain = not instance.fixed_cost.any() and instance.edges is None and not instance.floor.any()
    if instance.sites_open is None or not (one and plain and np.isfinite(instance.cost).all()):
        message = f"{instance.name}: spopt's p-median needs a number of sites, one capacity at most"
        raise FormatError(message)
    ours = solve_made(instance, problem, seconds, gap)
    if modules is None:
        return [ours]
    theirs = _spopt(instance, seconds, modules, gap)
    ratio = float(str(theirs["seconds"])) / float(str(ours["seconds"]))
    theirs["ratio"] = round(ratio, 1)
    return [ours, theirs]


def _spopt(
    instance: Instance, seconds: float, modules: tuple[ModuleType, ModuleType], gap: float
) -> dict[str, object]:
    locate, pulp = modules
    begin, processor = time.perf_counter(), time.process_time()
    capacitated = len(instance.usage) > 0
    weight = instance.usage[0, :, 0] if capacitated else np.ones(instance.cost.shape[0])
    weight = np.where(weight > 0, weight, 1e-9)
    # spopt multiplies distance by demand; these files do not.
    model = locate.PMedian.from_cost_matrix(
        instance.cost / weight[:, None],
        weight,
        instance.sites_open,
        facility_capacities=instance.limit[0] if capacitated else None,
    )
    built = time.perf_counter() - begin
    solver = pulp.HiGHS(msg=False, threads=1, gapRel=gap, timeLimit=max(seconds - built, 1.0))
    model.problem.solve(solver)
    row = empty_row(instance, "spopt", time.perf_counter() - begin)
    row["processor_seconds"] = round(time.process_time() - processor, 3)
    row["bound_kind"], row["seconds_to_build"] = "branch and bound", round(built, 3)
    info = model.problem.solverModel.getInfo()
    row["bound"] = bound = float(info.mip_dual_bound)
    opened, flows = _answer(model)
    if not flows:
        return row
    objective, broken = judge(instance, opened, flows)
    row["objective"], row["feasible"], row["broken_rule"] = objective, broken is None, broken
    row["gap"] = max(objective - bound, 0.0) / abs(objective)
    return row


def _answer(model: Any) -> tuple[list[int], list[Flow]]:
    """Return open sites and flows of spopt's variables; none where it has no answer."""
    opened = [j for j, site in enumerate(model.fac_vars) if (site.varValue or 0.0) > 0.5]
    flows = [
        (i, j, 1.0)
        for i, row in enumerate(model.cli_assgn_vars)
        for j, share in enumerate(row)
        if (share.varValue or 0.0) > 0.5
    ]
    return opened, flows
