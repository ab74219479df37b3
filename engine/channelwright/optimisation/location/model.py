"""The location model in Pyomo: one function per constraint family.

Formulas use x_ij (share of customer i served from site j), y_j (site j open), q_ik (what i takes of
measure k), Q_jk (what j can give of k). Source of the strong formulation: Cornuejols, Sridharan &
Thizy (1991).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo

from channelwright.optimisation.location.shape_model import SHAPE_FAMILIES, add_imbalance
from channelwright.optimisation.location.tier_model import TIER_FAMILIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Indices = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ModelArcs:
    """Part of a location problem that a model states.

    Attributes
    ----------
    customer, site : (n_arcs,) int
        Arcs of the model.
    closed, opened : (n_sites,) bool
        Sites fixed by reduced cost or by the caller.
    links : (n_links,) int
        Arcs whose link x <= y is stated from the start.
    """

    customer: Indices
    site: Indices
    closed: Flags
    opened: Flags
    links: Indices


def build(
    problem: LocationProblem, part: ModelArcs, families: tuple[str, ...] | None = None
) -> Any:
    """State the location problem over some arcs.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    part : ModelArcs
        Arcs and fixed sites.
    families : tuple of str, optional
        Constraint families to state, by default all of `FAMILIES`.

    Returns
    -------
    pyomo ConcreteModel
        With variables ``x[customer, site]`` and ``y[site]``.
    """
    model = pyo.ConcreteModel(name="location")
    sites = [j for j in range(problem.n_sites) if not (part.closed | problem.forced_closed)[j]]
    pairs = list(zip(part.customer.tolist(), part.site.tolist(), strict=True))
    model.y = pyo.Var(sites, domain=pyo.Binary)
    domain = pyo.Binary if problem.single_source else pyo.UnitInterval
    model.x = pyo.Var(pairs, domain=domain)
    for j in np.flatnonzero(part.opened | problem.forced_open).tolist():
        model.y[j].setlb(1)
    by_site: dict[int, list[int]] = {j: [] for j in sites}
    by_customer: dict[int, list[int]] = {i: [] for i in range(problem.n_customers)}
    for i, j in pairs:
        by_site[j].append(i)
        by_customer[i].append(j)
    arc_cost = problem.cost[part.customer, part.site].tolist()
    context = ModelContext(problem, part, by_site, by_customer)
    total = _linear((model.x[pair] for pair in pairs), arc_cost)
    total += _linear((model.y[j] for j in sites), problem.fixed_cost[sites].tolist())
    if problem.shape is not None:
        total += add_imbalance(model, context, problem.shape)
    model.total_cost = pyo.Objective(expr=total)
    for name in families if families is not None else tuple(FAMILIES):
        FAMILIES[name](model, context)
    if problem.shape is not None:
        for state_shape in SHAPE_FAMILIES.values():
            state_shape(model, context, problem.shape)
    if problem.tiers is not None:
        for state in TIER_FAMILIES.values():
            state(model, context, problem.tiers)
    return model


@dataclass(frozen=True, eq=False)
class ModelContext:
    """What the constraint families read: the problem and its arcs by either end."""

    problem: LocationProblem
    part: ModelArcs
    by_site: dict[int, list[int]]
    by_customer: dict[int, list[int]]


def _linear(variables: Any, coefficients: list[float]) -> Any:
    return pyo.quicksum(c * v for c, v in zip(coefficients, variables, strict=True))


def state_served(model: Any, context: ModelContext) -> None:
    """Serve every customer once: sum_j x_ij = 1 (shares)."""

    def rule(m: Any, i: int) -> Any:
        servers = context.by_customer[i]
        if not servers:
            return pyo.Constraint.Infeasible
        return pyo.quicksum(m.x[i, j] for j in servers) == 1

    model.served = pyo.Constraint(sorted(context.by_customer), rule=rule)


def state_capacity(model: Any, context: ModelContext) -> None:
    """Keep within capacity: sum_i q_ik x_ij <= Q_jk y_j (unit of the measure)."""
    problem = context.problem

    def rule(m: Any, j: int, k: int) -> Any:
        customers = context.by_site[j]
        limit = float(problem.limit[j, k])
        used = problem.used(k, np.array(customers, dtype=np.int64), np.full(len(customers), j))
        # Where capacity cannot bind, the row still closes the site: the most that could be used.
        ceiling = min(limit, float(used.sum()))
        if not customers or ceiling <= 0.0:
            return pyo.Constraint.Skip
        return _linear((m.x[i, j] for i in customers), used.tolist()) <= ceiling * m.y[j]

    model.capacity = pyo.Constraint(sorted(context.by_site), problem.binding, rule=rule)


def state_opening(model: Any, context: ModelContext) -> None:
    """Serve from open sites only: sum_i x_ij <= n_j y_j (customers), n_j the arcs of the site."""

    def rule(m: Any, j: int) -> Any:
        customers = context.by_site[j]
        if not customers:
            return pyo.Constraint.Skip
        return pyo.quicksum(m.x[i, j] for i in customers) <= len(customers) * m.y[j]

    model.opening = pyo.Constraint(sorted(context.by_site), rule=rule)


def state_links(model: Any, context: ModelContext) -> None:
    """Tighten single arcs: x_ij <= y_j (shares), for the arcs asked for."""
    part = context.part
    pairs = zip(part.customer[part.links].tolist(), part.site[part.links].tolist(), strict=True)
    model.link = pyo.Constraint(list(pairs), rule=lambda m, i, j: m.x[i, j] <= m.y[j])


def state_number_open(model: Any, context: ModelContext) -> None:
    """Limit the number of open sites: p_min <= sum_j y_j <= p_max (sites).

    p_min counts at least the sites that the largest capacities need to hold all demand.
    """
    problem = context.problem
    count = pyo.quicksum(model.y[j] for j in sorted(context.by_site))
    low, high = problem.fewest_open, problem.maximum_open
    if low > 0 or high < len(context.by_site):
        model.number_open = pyo.Constraint(expr=(low, count, high))


def state_minimum_load(model: Any, context: ModelContext) -> None:
    """Keep open sites viable: sum_i q_ik x_ij >= L_jk y_j (unit of the measure)."""
    problem = context.problem

    def rule(m: Any, j: int, k: int) -> Any:
        least = float(problem.minimum_load[j, k])
        if least <= 0.0:
            return pyo.Constraint.Skip
        customers = context.by_site[j]
        used = problem.used(k, np.array(customers, dtype=np.int64), np.full(len(customers), j))
        return _linear((m.x[i, j] for i in customers), used.tolist()) >= least * m.y[j]

    measures = range(problem.n_measures)
    model.minimum_load = pyo.Constraint(sorted(context.by_site), measures, rule=rule)


def state_own_customer(model: Any, context: ModelContext) -> None:
    """Let an open site serve its own customer: x_o(j),j = y_j (shares)."""
    problem = context.problem

    def rule(m: Any, j: int) -> Any:
        own = int(problem.own_customer[j])
        if own < 0:
            return pyo.Constraint.Skip
        return m.x[own, j] == m.y[j] if (own, j) in m.x else m.y[j] == 0

    model.own = pyo.Constraint(sorted(context.by_site), rule=rule)


def state_cover(model: Any, context: ModelContext) -> None:
    """Open enough capacity: sum_j Q_jk y_j >= sum_i q_ik; implied, but tightens the relaxation."""
    problem = context.problem

    def rule(m: Any, k: int) -> Any:
        limits = [float(problem.limit[j, k]) for j in sorted(context.by_site)]
        if not np.isfinite(limits).all():
            return pyo.Constraint.Skip
        need = float(problem.total_demand[k])
        return _linear((m.y[j] for j in sorted(context.by_site)), limits) >= need * (1 - 1e-12)

    model.cover = pyo.Constraint(problem.binding, rule=rule)


FAMILIES: dict[str, Callable[[Any, ModelContext], None]] = {
    "served": state_served,
    "capacity": state_capacity,
    "opening": state_opening,
    "links": state_links,
    "number_open": state_number_open,
    "minimum_load": state_minimum_load,
    "own_customer": state_own_customer,
    "cover": state_cover,
}
