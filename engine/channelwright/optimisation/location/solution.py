"""Options of a location search and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.shape import imbalance_price, shape_violation
from channelwright.optimisation.location.tiers import tier_violation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.location.problem import LocationProblem

    Progress = Callable[["Incumbent | None", float], bool]

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class LocationOptions:
    """Work limits of a location search.

    Attributes
    ----------
    gap : float
        Stop when answer and bound are this close, as a share of the answer.
    dual_iterations : int
        Steps of the Lagrangian bound.
    search_rounds : int
        Rounds of large-neighbourhood search.
    nodes : int
        Branch-and-bound nodes at most per integer model.
    model_columns : int
        Largest reduced model that is handed to HiGHS, in columns.
    neighbours : int
        Servers kept per customer in large problems; the guard checks the others.
    threads, seed : int
        Of HiGHS.
    seconds : float or None
        Opt-in time limit; it marks the certificate.
    progress : callable, optional
        Called with the best answer (or None) and the bound; returning False stops the search.
    """

    gap: float = 1e-6
    dual_iterations: int = 800
    search_rounds: int = 60
    nodes: int = 20_000
    model_columns: int = 60_000
    neighbours: int = 60
    threads: int = 1
    seed: int = 0
    seconds: float | None = None
    progress: Progress | None = None


@dataclass(frozen=True, eq=False)
class Incumbent:
    """A feasible answer.

    Attributes
    ----------
    open : (n_sites,) bool
        Open sites.
    customer, site, share : (n_flows,)
        Who serves which share of whom; with single sourcing one row per customer.
    objective : float
        Its cost.
    """

    open: NDArray[np.bool_]
    customer: NDArray[np.int64]
    site: NDArray[np.int64]
    share: NDArray[np.float64]
    objective: float


@dataclass(frozen=True, eq=False)
class LocationSolution:
    """Answer of a location search.

    Attributes
    ----------
    incumbent : Incumbent or None
        The best answer, None if there is none.
    certificate : Certificate
        What is known about it.
    price : (n_customers,)
        Multiplier of each customer at the best bound: what the last customer of its kind costs.
    loose : tuple of float and str, or None
        Bound without connection, pairs apart and prices of imbalance, and its kind; None where
        the problem has no shape, or this was not searched for.
    """

    incumbent: Incumbent | None
    certificate: Certificate
    price: NDArray[np.float64] | None = None
    loose: tuple[float, str] | None = None

    @property
    def assignment(self) -> NDArray[np.int64]:
        """Main server of each customer, (n_customers,)."""
        if self.incumbent is None:
            return np.zeros(0, dtype=np.int64)
        found = self.incumbent
        order = np.lexsort((-found.share, found.customer))
        first = np.unique(found.customer[order], return_index=True)[1]
        return found.site[order][first]


def answer_of(
    problem: LocationProblem, assignment: NDArray[np.int64], opened: NDArray[np.bool_] | None = None
) -> Incumbent:
    """Return the single-source answer of an assignment.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    assignment : (n_customers,) int
        Server of each customer.
    opened : (n_sites,) bool, optional
        Open sites; by default those in use.
    """
    site = np.array(assignment, dtype=np.int64)
    if opened is None:
        opened = np.zeros(problem.n_sites, dtype=np.bool_)
        opened[site] = True
        if problem.tiers is not None:
            above = problem.tiers.parent[site]
            opened[above[above >= 0]] = True
    customer = np.arange(problem.n_customers)
    cost = float(problem.cost[customer, site].sum() + problem.fixed_cost[opened].sum())
    found = Incumbent(opened.copy(), customer, site, np.ones(site.size), cost)
    if problem.shape is not None:
        return replace(found, objective=cost + imbalance_price(problem, problem.shape, found))
    return found


def violation(problem: LocationProblem, found: Incumbent) -> str | None:
    """Return the first rule that an answer breaks, or None.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    found : Incumbent
        The answer.
    """
    served = np.bincount(found.customer, weights=found.share, minlength=problem.n_customers)
    if np.abs(served - 1.0).max() > _TOLERANCE:
        return "a customer is not served exactly once"
    if not found.open[found.site].all() or not problem.allowed[found.customer, found.site].all():
        return "a closed site or a forbidden arc is used"
    if (problem.forced_open & ~found.open).any() or (problem.forced_closed & found.open).any():
        return "a given site is not as given"
    if not problem.minimum_open <= found.open.sum() <= problem.maximum_open:
        return "the number of open sites is outside its limits"
    broken = None
    if problem.shape is not None:
        broken = shape_violation(problem, problem.shape, found)
    if broken is None and problem.tiers is not None:
        broken = tier_violation(problem, problem.tiers, found)
    return broken or _load_violation(problem, found) or _own_violation(problem, found)


def _load_violation(problem: LocationProblem, found: Incumbent) -> str | None:
    for measure, name in enumerate(problem.measure_names):
        used = problem.used(measure, found.customer, found.site) * found.share
        load = np.bincount(found.site, weights=used, minlength=problem.n_sites)
        slack = _TOLERANCE * np.maximum(1.0, load)
        if (load > problem.limit[:, measure] + slack).any():
            return f"capacity in {name} is exceeded"
        if (found.open & (load < problem.minimum_load[:, measure] - slack)).any():
            return f"a minimum load in {name} is missed"
    return None


def _own_violation(problem: LocationProblem, found: Incumbent) -> str | None:
    sites = np.flatnonzero(found.open & (problem.own_customer >= 0))
    own = np.zeros((problem.n_customers, problem.n_sites), dtype=np.bool_) if sites.size else None
    if own is None:
        return None
    own[found.customer[found.share > 1 - _TOLERANCE], found.site[found.share > 1 - _TOLERANCE]] = (
        True
    )
    if not own[problem.own_customer[sites], sites].all():
        return "an open site does not serve its own customer"
    return None
