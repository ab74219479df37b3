"""Answers with sets of open sites that are known already: each is a small problem.

With the sites given, least loads and fixed costs are no decision any more, and the bound by prices
is tight: what takes seconds for the whole problem takes a fraction of one.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location import solve_location

if TYPE_CHECKING:
    from channelwright.foundation.units import BoolArray
    from channelwright.optimisation.location import (
        LocationOptions,
        LocationProblem,
        LocationSolution,
    )


def usable_set(problem: LocationProblem, opened: BoolArray) -> BoolArray | None:
    """Return a set of sites with those added that must be open and without those that must not.

    Parameters
    ----------
    problem : LocationProblem
    opened : (m,) bool

    Returns
    -------
    (m,) bool or None
        None if the number of sites does not fit.
    """
    wanted = opened | problem.forced_open
    wanted[problem.locks[problem.locks >= 0]] = True
    wanted = wanted & ~problem.forced_closed
    if not problem.minimum_open <= int(wanted.sum()) <= problem.maximum_open:
        return None
    return np.asarray(wanted)


def few_sets(problem: LocationProblem, most: int) -> list[BoolArray]:
    """Return every set of sites that may be open, nothing if they are more than so many.

    Parameters
    ----------
    problem : LocationProblem
    most : int
    """
    given = problem.forced_open.copy()
    given[problem.locks[problem.locks >= 0]] = True
    free = np.flatnonzero(~given & ~problem.forced_closed)
    fewest = max(problem.minimum_open - int(given.sum()), 0)
    largest = min(problem.maximum_open - int(given.sum()), free.size)
    counts = [math.comb(free.size, size) for size in range(fewest, largest + 1)]
    if problem.shape is not None or problem.tiers is not None or sum(counts) > most:
        return []
    sets = []
    for size in range(fewest, largest + 1):
        for chosen in combinations(free.tolist(), size):
            opened = given.copy()
            opened[list(chosen)] = True
            sets.append(opened)
    return sets


def with_sites(
    problem: LocationProblem, opened: BoolArray, options: LocationOptions
) -> LocationSolution:
    """Choose who serves whom when exactly these sites are open.

    The certificate is that of this smaller problem.

    Parameters
    ----------
    problem : LocationProblem
    opened : (m,) bool
    options : LocationOptions
    """
    count = int(opened.sum())
    fixed = replace(
        problem,
        forced_open=opened,
        forced_closed=~opened,
        minimum_open=count,
        maximum_open=count,
    )
    return replace(solve_location(fixed, options), loose=None)
