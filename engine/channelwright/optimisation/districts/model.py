"""The district model in Pyomo: one function per constraint family.

x_aj = 1 if atom a (units that stay together) is in the territory of centre j; y_j = x_aj for the
atom of unit j itself, 1 if j is a centre. a_ak: measure k of an atom. After Hess et al. (1965).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.districts.ground import Ground
    from channelwright.optimisation.districts.problem import DistrictProblem

    Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Separator:
    """Units of which a territory needs one to hold both a unit and its centre.

    Attributes
    ----------
    atom, centre : int
        Atom of the unit, and the centre.
    through : tuple of int
        Atoms of the separating units.
    """

    atom: int
    centre: int
    through: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ModelPart:
    """Part of a district problem that a model states.

    Attributes
    ----------
    atom, centre : (n_arcs,) int
        Arcs of the model. Every centre has the arc of its own atom.
    links : (n_links,) int
        Arcs whose link x <= y is stated.
    separators : sequence of Separator
    """

    atom: Indices
    centre: Indices
    links: Indices
    separators: Sequence[Separator] = ()


@dataclass(frozen=True, eq=False)
class ModelContext:
    """What the constraint families read."""

    problem: DistrictProblem
    ground: Ground
    part: ModelPart
    by_atom: dict[int, list[int]] = field(default_factory=dict)
    by_centre: dict[int, list[int]] = field(default_factory=dict)


def build(
    problem: DistrictProblem, ground: Ground, part: ModelPart, families: Sequence[str] | None = None
) -> Any:
    """State the district problem over some arcs.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    part : ModelPart
    families : sequence of str, optional
        Constraint families to state, by default all of `FAMILIES`.

    Returns
    -------
    pyomo ConcreteModel
        With variables ``x[atom, centre]``, and ``under`` and ``over`` (unit of the measure) of
        priced measures.
    """
    model = pyo.ConcreteModel(name="districts")
    context = ModelContext(problem, ground, part)
    pairs = list(zip(part.atom.tolist(), part.centre.tolist(), strict=True))
    for a, j in pairs:
        context.by_atom.setdefault(a, []).append(j)
        context.by_centre.setdefault(j, []).append(a)
    model.x = pyo.Var(pairs, domain=pyo.Binary)
    for j in problem.centres.tolist():
        model.x[int(ground.atom[j]), j].setlb(1)
    cost = ground.cost[part.atom, part.centre].tolist()
    total = pyo.quicksum(c * model.x[pair] for c, pair in zip(cost, pairs, strict=True))
    priced = np.flatnonzero(np.isfinite(problem.price) & np.isfinite(problem.tolerance)).tolist()
    model.under = pyo.Var(sorted(context.by_centre), priced, domain=pyo.NonNegativeReals)
    model.over = pyo.Var(sorted(context.by_centre), priced, domain=pyo.NonNegativeReals)
    total += pyo.quicksum(
        float(problem.price[k]) * (model.under[j, k] + model.over[j, k])
        for j in sorted(context.by_centre)
        for k in priced
    )
    model.total_cost = pyo.Objective(expr=total)
    for name in families if families is not None else tuple(FAMILIES):
        FAMILIES[name](model, context)
    return model


def state_served(model: Any, context: ModelContext) -> None:
    """Put every atom into one territory: sum_j x_aj = 1."""

    def rule(m: Any, a: int) -> Any:
        centres = context.by_atom.get(a)
        if not centres:
            return pyo.Constraint.Infeasible
        return pyo.quicksum(m.x[a, j] for j in centres) == 1

    model.served = pyo.Constraint(range(context.ground.movable.size), rule=rule)


def state_number(model: Any, context: ModelContext) -> None:
    """Open the number of territories asked for: sum_j y_j = p."""
    atom = context.ground.atom
    count = pyo.quicksum(model.x[int(atom[j]), j] for j in sorted(context.by_centre))
    model.number = pyo.Constraint(expr=count == context.problem.territories)


def _load(m: Any, context: ModelContext, j: int, k: int) -> Any:
    activity = context.ground.activity
    return pyo.quicksum(float(activity[a, k]) * m.x[a, j] for a in context.by_centre[j])


def state_low(model: Any, context: ModelContext) -> None:
    """Fill a territory: sum_a a_ak x_aj + under_jk >= low_k y_j (unit of the measure)."""
    problem, atom = context.problem, context.ground.atom

    def rule(m: Any, j: int, k: int) -> Any:
        low = float(problem.low[k])
        if low <= 0.0:
            return pyo.Constraint.Skip
        slack = m.under[j, k] if np.isfinite(problem.price[k]) else 0.0
        return _load(m, context, j, k) - low * m.x[int(atom[j]), j] + slack >= 0

    measures = range(problem.n_measures)
    model.low = pyo.Constraint(sorted(context.by_centre), measures, rule=rule)


def state_high(model: Any, context: ModelContext) -> None:
    """Limit a territory: sum_a a_ak x_aj - over_jk <= high_k y_j (unit of the measure)."""
    problem, atom = context.problem, context.ground.atom

    def rule(m: Any, j: int, k: int) -> Any:
        if not np.isfinite(problem.tolerance[k]):
            return pyo.Constraint.Skip
        high = float(problem.high[k])
        slack = m.over[j, k] if np.isfinite(problem.price[k]) else 0.0
        return _load(m, context, j, k) - high * m.x[int(atom[j]), j] - slack <= 0

    measures = range(problem.n_measures)
    model.high = pyo.Constraint(sorted(context.by_centre), measures, rule=rule)


def state_link(model: Any, context: ModelContext) -> None:
    """Use centres that are open: x_aj <= y_j, for the arcs asked for."""
    part, atom = context.part, context.ground.atom
    pairs = zip(part.atom[part.links].tolist(), part.centre[part.links].tolist(), strict=True)
    wanted = [(a, j) for a, j in pairs if int(atom[j]) != a]
    model.link = pyo.Constraint(wanted, rule=lambda m, a, j: m.x[a, j] <= m.x[int(atom[j]), j])


def state_apart(model: Any, context: ModelContext) -> None:
    """Keep pairs apart: x_aj + x_bj <= y_j."""
    atom = context.ground.atom
    pairs = np.unique(np.sort(atom[context.problem.apart], axis=1), axis=0)

    def rule(m: Any, a: int, b: int, j: int) -> Any:
        own = m.x[int(atom[j]), j]
        if a == b:
            return m.x[a, j] <= 0 if (a, j) in m.x else pyo.Constraint.Skip
        if (a, j) not in m.x or (b, j) not in m.x:
            return pyo.Constraint.Skip
        return m.x[a, j] + m.x[b, j] <= own

    index = [(a, b, j) for a, b in pairs.tolist() for j in sorted(context.by_centre)]
    model.apart = pyo.Constraint(index, rule=rule)


def state_separator(model: Any, context: ModelContext) -> None:
    """Connect a territory: x_aj <= sum_{v in C} x_vj for a separator C of a and j.

    Source: Oehrlein & Haunert (2017); Validi, Buchanan & Lykhovyd (2022).
    """

    def rule(m: Any, number: int) -> Any:
        cut = context.part.separators[number]
        j = cut.centre
        if (cut.atom, j) not in m.x:
            return pyo.Constraint.Skip
        way = pyo.quicksum(m.x[v, j] for v in cut.through if (v, j) in m.x)
        return m.x[cut.atom, j] - way <= 0

    model.separator = pyo.Constraint(range(len(context.part.separators)), rule=rule)


FAMILIES: dict[str, Callable[[Any, ModelContext], None]] = {
    "served": state_served,
    "number": state_number,
    "low": state_low,
    "high": state_high,
    "link": state_link,
    "apart": state_apart,
    "separator": state_separator,
}
