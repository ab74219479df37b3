"""Constraint families of the shape of territories, added to the location model.

x_ij, y_j as in the location model; a_ik what customer i adds to measure k.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo

if TYPE_CHECKING:
    from channelwright.optimisation.location.model import ModelContext
    from channelwright.optimisation.location.shape import Shape


def add_imbalance(model: Any, context: ModelContext, shape: Shape) -> Any:
    """Declare what lies beyond priced tolerances and return its cost."""
    priced = np.flatnonzero(~shape.hard).tolist()
    sites = sorted(context.by_site)
    model.under = pyo.Var(sites, priced, domain=pyo.NonNegativeReals)
    model.over = pyo.Var(sites, priced, domain=pyo.NonNegativeReals)
    return pyo.quicksum(
        float(shape.price[k]) * (model.under[j, k] + model.over[j, k])
        for j in sites
        for k in priced
    )


def _load(m: Any, context: ModelContext, j: int, k: int) -> Any:
    customers = np.array(context.by_site[j], dtype=np.int64)
    used = context.problem.used(k, customers, np.full(customers.size, j)).tolist()
    return pyo.quicksum(a * m.x[i, j] for a, i in zip(used, customers.tolist(), strict=True))


def state_even_low(model: Any, context: ModelContext, shape: Shape) -> None:
    """Fill a territory: sum_i a_ik x_ij + under_jk >= low_k y_j (unit of the measure)."""

    def rule(m: Any, j: int, k: int) -> Any:
        if shape.low[k] <= 0.0:
            return pyo.Constraint.Skip
        slack = 0.0 if shape.hard[k] else m.under[j, k]
        return _load(m, context, j, k) + slack - float(shape.low[k]) * m.y[j] >= 0

    model.even_low = pyo.Constraint(
        sorted(context.by_site), range(context.problem.n_measures), rule=rule
    )


def state_even_high(model: Any, context: ModelContext, shape: Shape) -> None:
    """Limit a territory: sum_i a_ik x_ij - over_jk <= high_k y_j (unit of the measure)."""

    def rule(m: Any, j: int, k: int) -> Any:
        if not np.isfinite(shape.high[k]):
            return pyo.Constraint.Skip
        slack = 0.0 if shape.hard[k] else m.over[j, k]
        return _load(m, context, j, k) - slack - float(shape.high[k]) * m.y[j] <= 0

    model.even_high = pyo.Constraint(
        sorted(context.by_site), range(context.problem.n_measures), rule=rule
    )


def state_apart(model: Any, context: ModelContext, shape: Shape) -> None:
    """Keep pairs apart: x_ij + x_lj <= y_j."""

    def rule(m: Any, i: int, other: int, j: int) -> Any:
        if (i, j) not in m.x or (other, j) not in m.x:
            return pyo.Constraint.Skip
        return m.x[i, j] + m.x[other, j] <= m.y[j]

    index = [(i, other, j) for i, other in shape.apart.tolist() for j in sorted(context.by_site)]
    model.apart = pyo.Constraint(index, rule=rule)


def state_connected(model: Any, context: ModelContext, shape: Shape) -> None:
    """Connect a territory: x_ij <= sum_{v in C} x_vj, C a separator of i and site j.

    Source: Oehrlein & Haunert (2017); Validi, Buchanan & Lykhovyd (2022).
    """

    def rule(m: Any, number: int) -> Any:
        cut = shape.cuts[number]
        if (cut.customer, cut.site) not in m.x:
            return pyo.Constraint.Skip
        through = [m.x[v, cut.site] for v in cut.through if (v, cut.site) in m.x]
        if not through:
            return m.x[cut.customer, cut.site] <= 0
        return m.x[cut.customer, cut.site] <= pyo.quicksum(through)

    model.connected = pyo.Constraint(range(len(shape.cuts)), rule=rule)


SHAPE_FAMILIES: dict[str, Callable[[Any, ModelContext, Shape], None]] = {
    "even_low": state_even_low,
    "even_high": state_even_high,
    "apart": state_apart,
    "connected": state_connected,
}
