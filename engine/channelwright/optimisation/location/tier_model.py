"""Constraint families of two tiers, added to the location model.

y_o: column o is open, a column of the second tier being a house h below one parent p(o);
x_io: share of customer i served from column o; q_iok what it takes there, t_iok what it takes at
p(o); Q_jk what column j can give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo

from channelwright.optimisation.location.tiers import least_passing

if TYPE_CHECKING:
    from channelwright.optimisation.location.model import ModelContext
    from channelwright.optimisation.location.tiers import Tiers


def state_below(model: Any, context: ModelContext, tiers: Tiers) -> None:
    """Open the parent of an open house: y_o <= y_p(o)."""
    wanted = [o for o in sorted(context.by_site) if tiers.parent[o] >= 0]

    def rule(m: Any, o: int) -> Any:
        above = int(tiers.parent[o])
        return m.y[o] <= m.y[above] if above in context.by_site else m.y[o] <= 0

    model.below = pyo.Constraint(wanted, rule=rule)


def state_one_parent(model: Any, context: ModelContext, tiers: Tiers) -> None:
    """Put a house below one parent: sum_(o of h) y_o <= 1, = 1 for a house that is given."""
    forced = set(tiers.forced.tolist())

    def rule(m: Any, house: int) -> Any:
        mine = [o for o in np.flatnonzero(tiers.house == house).tolist() if o in context.by_site]
        if house in forced:
            return pyo.quicksum(m.y[o] for o in mine) == 1 if mine else pyo.Constraint.Infeasible
        return pyo.quicksum(m.y[o] for o in mine) <= 1 if len(mine) > 1 else pyo.Constraint.Skip

    model.one_parent = pyo.Constraint(range(tiers.houses), rule=rule)


def state_second_number(model: Any, context: ModelContext, tiers: Tiers) -> None:
    """Limit the houses of the second tier: s_min <= sum_(o second) y_o <= s_max."""
    mine = [o for o in sorted(context.by_site) if tiers.second[o]]
    if not mine and tiers.minimum > 0:
        model.second_number = pyo.Constraint(rule=pyo.Constraint.Infeasible)
    elif tiers.minimum > 0 or tiers.maximum < len(mine):
        count = pyo.quicksum(model.y[o] for o in mine)
        model.second_number = pyo.Constraint(expr=(tiers.minimum, count, tiers.maximum))


def _passing(m: Any, context: ModelContext, tiers: Tiers, j: int, k: int) -> tuple[Any, float]:
    """Return the load of a first-tier column with what passes through it, and its largest value."""
    problem = context.problem
    terms, most = [], 0.0
    for o in [j, *np.flatnonzero(tiers.parent == j).tolist()]:
        for i in context.by_site.get(o, ()):
            used = (
                float(problem.used(k, np.array([i]), np.array([o]))[0])
                if o == j
                else float(tiers.through[k, i, o])
            )
            if used:
                terms.append(used * m.x[i, o])
                most += used
    return pyo.quicksum(terms), most


def _parents(context: ModelContext, tiers: Tiers) -> list[int]:
    return [j for j in np.unique(tiers.parent[tiers.parent >= 0]).tolist() if j in context.by_site]


def state_through(model: Any, context: ModelContext, tiers: Tiers) -> None:
    """Keep a parent within capacity: own load and sum_(o below j) sum_i t_iok x_io <= Q_jk y_j."""
    problem = context.problem

    def rule(m: Any, j: int, k: int) -> Any:
        load, most = _passing(m, context, tiers, j, k)
        limit = float(problem.limit[j, k])
        return load <= limit * m.y[j] if most > limit else pyo.Constraint.Skip

    model.through = pyo.Constraint(_parents(context, tiers), range(problem.n_measures), rule=rule)


def state_through_least(model: Any, context: ModelContext, tiers: Tiers) -> None:
    """Keep a house of the first tier viable: own and passing load >= L_jk y_j."""

    def rule(m: Any, j: int, k: int) -> Any:
        least = float(tiers.least[j, k])
        if least <= 0.0:
            return pyo.Constraint.Skip
        load, most = _passing(m, context, tiers, j, k)
        return load >= least * m.y[j] if most > 0 else m.y[j] <= 0

    first = [j for j in sorted(context.by_site) if not tiers.second[j]]
    model.through_least = pyo.Constraint(first, range(context.problem.n_measures), rule=rule)


def state_through_cover(model: Any, context: ModelContext, tiers: Tiers) -> None:
    """Open enough of the first tier: sum_j Q_jk y_j >= what must pass; implied, for cuts on y."""
    problem = context.problem
    first = [j for j in sorted(context.by_site) if not tiers.second[j]]

    def rule(m: Any, k: int) -> Any:
        limits = problem.limit[first, k]
        need = least_passing(problem, tiers, k)
        if need <= 0.0 or not np.isfinite(need) or not np.isfinite(limits).all():
            return pyo.Constraint.Skip
        room = pyo.quicksum(c * m.y[j] for c, j in zip(limits.tolist(), first, strict=True))
        return room >= need * (1 - 1e-12) if first else pyo.Constraint.Infeasible

    model.through_cover = pyo.Constraint(range(problem.n_measures), rule=rule)


TIER_FAMILIES: dict[str, Callable[[Any, ModelContext, Tiers], None]] = {
    "below": state_below,
    "one_parent": state_one_parent,
    "second_number": state_second_number,
    "through": state_through,
    "through_least": state_through_least,
    "through_cover": state_through_cover,
}
