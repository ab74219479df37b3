"""What a set of arcs implies: servers without alternative, full sites, numbers of sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Left:
    """What a node of the tree has left.

    Attributes
    ----------
    customer, site : (n_arcs,) int
        Arcs of the root.
    alive : (n_arcs,) bool
        Those that are left.
    opened, closed : (n_sites,) bool
        Sites whose fate is settled.
    """

    customer: Indices
    site: Indices
    alive: Flags
    opened: Flags
    closed: Flags


def settle(problem: LocationProblem, left: Left) -> Left | None:
    """Draw every plain conclusion; None if no answer is left.

    Parameters
    ----------
    problem : LocationProblem
        Single source.
    left : Left
    """
    alive, opened, closed = left.alive.copy(), left.opened.copy(), left.closed.copy()
    while True:
        before = int(alive.sum()), int(opened.sum()), int(closed.sum())
        if not (
            _own_customers(problem, left, alive, opened, closed)
            and _numbers(problem, opened, closed)
            and _single_servers(problem, left, alive, opened, closed)
        ):
            return None
        if before == (int(alive.sum()), int(opened.sum()), int(closed.sum())):
            return Left(left.customer, left.site, alive, opened, closed)


def _own_customers(
    problem: LocationProblem, left: Left, alive: Flags, opened: Flags, closed: Flags
) -> bool:
    own = problem.own_customer[left.site] == left.customer
    has = np.zeros(problem.n_sites, dtype=np.bool_)
    has[left.site[own & alive]] = True
    closed |= (problem.own_customer >= 0) & ~has
    alive &= ~closed[left.site]
    master = np.full(problem.n_customers, -1, dtype=np.int64)
    given = np.flatnonzero(opened & (problem.own_customer >= 0))
    master[problem.own_customer[given]] = given
    alive &= (master[left.customer] < 0) | (master[left.customer] == left.site)
    return not bool((opened & closed).any())


def _numbers(problem: LocationProblem, opened: Flags, closed: Flags) -> bool:
    given, possible = int(opened.sum()), int((~closed).sum())
    if given > problem.maximum_open or possible < problem.fewest_open:
        return False
    if given == problem.maximum_open:
        closed |= ~opened
    elif possible == problem.fewest_open:
        opened |= ~closed
    return True


def _single_servers(
    problem: LocationProblem, left: Left, alive: Flags, opened: Flags, closed: Flags
) -> bool:
    alive &= ~closed[left.site]
    count = np.bincount(left.customer[alive], minlength=problem.n_customers)
    if (count == 0).any():
        return False
    single = alive & (count[left.customer] == 1)
    opened[left.site[single]] = True
    for measure in problem.binding:
        used = problem.used(measure, left.customer, left.site)
        load = sums_by(left.site[single], used[single], problem.n_sites)
        limit = problem.limit[:, measure] * (1 + 1e-9)
        if (load > limit).any():
            return False
        alive &= single | (load[left.site] + used <= limit[left.site])
    return not bool((opened & closed).any())
