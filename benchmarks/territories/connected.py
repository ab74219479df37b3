"""Instances with balanced, connected territories, stated for the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.progress import progress, told
from channelwright.optimisation.districts import (
    DistrictOptions,
    DistrictProblem,
    solve_districts,
)
from channelwright.optimisation.interrupting import attended

if TYPE_CHECKING:
    from benchmarks.territories.instance import Instance
    from channelwright.model.certificate import Certificate


def solve_connected(
    instance: Instance, seconds: float | None
) -> tuple[Certificate, list[int], list[tuple[int, int, float]]]:
    """Solve an instance with balanced territories around centres.

    Parameters
    ----------
    instance : Instance
        With a number of sites, one measure or more, and candidates that are the customers.
    seconds : float or None
        Time limit.

    Returns
    -------
    tuple
        Certificate, open sites and (customer, site, share) rows; no rows without an answer.
    """
    options = DistrictOptions(seconds=seconds, progress=progress(instance.name))
    with attended(told):
        solution = solve_districts(district_problem(instance), options)
    found = solution.found
    if found is None:
        return solution.certificate, [], []
    site = found.centre[found.label]
    flows = [(i, int(j), 1.0) for i, j in enumerate(site.tolist())]
    return solution.certificate, sorted(found.centre.tolist()), flows


def district_problem(instance: Instance) -> DistrictProblem:
    """State an instance for the engine.

    Parameters
    ----------
    instance : Instance
        As read; limits are the same for all sites.
    """
    activity = instance.usage[:, :, 0].T
    number = instance.sites_open or 1
    mean = activity.sum(axis=0) / number
    return DistrictProblem(
        cost=instance.cost,
        activity=activity,
        territories=number,
        tolerance=np.round(instance.limit[:, 0] / mean - 1.0, 12),
        edges=instance.edges,
    )
