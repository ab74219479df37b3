"""The incentive split as one mixed-integer model: effort profile and terms chosen together.

For every mode and state one effort profile is chosen by binaries. Rows that a profile needs
(participation, incentive, profit) are switched off for the others by a big-M that is derived from
the boxes of the terms, row by row, and kept with its derivation. KKT conditions of the parties
are not used: their multipliers have no bound that could be checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.optimisation.incentives.rows import (
    LinearRows,
    ModeRows,
    deviations,
    gains,
    menus_that_hold,
    needed_gain,
    rows_of,
)

if TYPE_CHECKING:
    from channelwright.optimisation.incentives.problem import IncentiveProblem, ModeContract

Index = tuple[int, ...]


@dataclass(frozen=True)
class SwitchedRows:
    """Rows of one family that hold only for the chosen profile, with their constants.

    Attributes
    ----------
    family : str
    derivation : str, how the constant follows from the boxes
    index : (R,) tuples; the first two are state and profile
    big_m : (R,) float64, smallest constant that switches each row off
    """

    family: str
    derivation: str
    index: tuple[Index, ...]
    big_m: FloatArray

    @property
    def largest(self) -> float:
        """Largest constant of the family."""
        return float(self.big_m.max(initial=0.0))


def build(problem: IncentiveProblem) -> tuple[pyo.ConcreteModel, tuple[SwitchedRows, ...]]:
    """State the model of all modes.

    Returns
    -------
    tuple of ConcreteModel, and of SwitchedRows
        The model and the constants in it.
    """
    model = pyo.ConcreteModel("incentives")
    model.modes = pyo.RangeSet(0, len(problem.modes) - 1)
    model.mode = pyo.Block(model.modes)
    switched: list[SwitchedRows] = []
    for m, mode in enumerate(problem.modes):
        switched.extend(_fill(model.mode[m], mode, problem.tie))
    add_ladder(model, problem)
    model.profit = pyo.Objective(
        expr=sum(
            float(share) * (model.mode[m].profit[s] + model.mode[m].profit_base[s])
            for m, mode in enumerate(problem.modes)
            for s, share in enumerate(mode.state_share)
        ),
        sense=pyo.maximize,
    )
    return model, tuple(switched)


def _fill(block: pyo.Block, mode: ModeContract, tie: float) -> tuple[SwitchedRows, ...]:
    rows = rows_of(mode)
    add_choices(block, mode, rows)
    add_one_profile(block)
    if mode.gridded:
        add_menus(block, mode)
    switched = (
        add_rent(block, mode, rows),
        add_incentives(block, mode, rows, tie),
        add_profit(block, mode, rows),
    )
    add_participation(block, mode)
    add_liability(block, mode)
    add_surplus(block, mode, rows)
    if mode.gridded:
        add_menus_that_hold(block, mode, rows, tie)
    return switched


def add_choices(block: pyo.Block, mode: ModeContract, rows: ModeRows) -> None:
    """Declare what is chosen: profile per state, terms, rents and profits with their limits."""
    block.state = pyo.RangeSet(0, len(mode.state_share) - 1)
    block.party = pyo.RangeSet(0, len(mode.parties) - 1)
    block.terms = pyo.RangeSet(0, len(mode.terms) - 1)
    pairs = [tuple(pair) for pair in np.argwhere(mode.allowed_profiles).tolist()]
    block.permitted = pyo.Set(initialize=pairs, dimen=2)
    block.chosen = pyo.Var(block.permitted, within=pyo.Binary)
    block.term = pyo.Var(block.terms, bounds=lambda _b, i: (mode.terms[i].low, mode.terms[i].high))
    # Rents and profits are measured above their smallest value, so that a large constant, such as
    # an outside income that nobody can undercut, does not drown the differences that decide.
    low, high = rent_limits(mode, rows.rent)
    block.rent_base = {(s, k): float(low[s, k]) for s in block.state for k in block.party}
    block.rent = pyo.Var(
        block.state, block.party, bounds=lambda _b, s, k: (0.0, float(high[s, k] - low[s, k]))
    )
    low, high = rent_limits(mode, rows.profit)
    block.profit_base = {s: float(low[s]) for s in block.state}
    block.profit = pyo.Var(block.state, bounds=lambda _b, s: (0.0, float(high[s] - low[s])))


def rent_limits(mode: ModeContract, rows: LinearRows) -> tuple[FloatArray, FloatArray]:
    """Return the limits of rows (S, E, ...) over permitted profiles and all terms: (S, ...)."""
    low, high = rows.limits(mode)
    permitted = mode.allowed_profiles.reshape(mode.allowed_profiles.shape + (1,) * (low.ndim - 2))
    return (
        np.where(permitted, low, np.inf).min(axis=1),
        np.where(permitted, high, -np.inf).max(axis=1),
    )


def add_one_profile(block: pyo.Block) -> None:
    """Choose exactly one effort profile in every state: sum_e chosen[s, e] = 1."""
    profiles: dict[int, list[int]] = {s: [] for s in block.state}
    for s, e in block.permitted:
        profiles[s].append(e)
    block.one_profile = pyo.Constraint(
        block.state, rule=lambda b, s: sum(b.chosen[s, e] for e in profiles[s]) == 1
    )


def add_menus(block: pyo.Block, mode: ModeContract) -> None:
    """Take gridded terms from one menu, and with them the products that risk premiums need.

    sum_g menu[g] = 1,  term[b] = sum_g value[g, b] * menu[g],
    square[b, c] = sum_g value[g, b] * value[g, c] * menu[g].
    """
    menus = mode.menus
    block.menus = pyo.RangeSet(0, len(menus) - 1)
    block.menu = pyo.Var(block.menus, within=pyo.Binary)
    block.one_menu = pyo.Constraint(expr=pyo.quicksum(block.menu.values()) == 1)
    gridded = mode.gridded
    block.on_grid = pyo.Constraint(
        list(gridded), rule=lambda b, i: b.term[i] == _weighted(b, menus[:, i])
    )
    if not any(party.risk_aversion > 0 for party in mode.parties):
        return
    pairs = [(b, c) for b in gridded for c in gridded if b <= c]
    block.pairs = pyo.Set(initialize=pairs, dimen=2)
    block.square = pyo.Var(block.pairs)
    block.square_on_grid = pyo.Constraint(
        block.pairs, rule=lambda b, i, j: b.square[i, j] == _weighted(b, menus[:, i] * menus[:, j])
    )


def _weighted(block: pyo.Block, values: FloatArray) -> pyo.Expression:
    return pyo.quicksum(float(v) * block.menu[g] for g, v in enumerate(values) if v != 0)


def _expression(
    block: pyo.Block, rows: LinearRows, index: Index, base: float = 0.0
) -> pyo.Expression:
    """Write one row, less a base, as an expression of the model's variables."""
    weights = rows.term[index]
    total = float(rows.constant[index] - base) + pyo.quicksum(
        float(weights[b]) * block.term[b] for b in np.flatnonzero(weights).tolist()
    )
    table = rows.product[index]
    if table.any():
        total += pyo.quicksum(
            float(table[b, c] + (table[c, b] if b != c else 0.0)) * block.square[b, c]
            for b, c in block.pairs
        )
    return total


def add_rent(block: pyo.Block, mode: ModeContract, rows: ModeRows) -> SwitchedRows:
    """Bound the rent of a party by what the chosen profile gives it.

    rent[s, k] <= CE_k(s, e; term) - cost_k(e) - floor_k(s, e) + M (1 - chosen[s, e]),
    in money per period; certainty equivalents after Holmstrom and Milgrom (1987).
    """
    low, _ = rows.rent.limits(mode)
    _, top = rent_limits(mode, rows.rent)
    index = [(s, e, k) for s, e in block.permitted for k in block.party]
    big_m = np.array([top[s, k] - low[s, e, k] for s, e, k in index])

    def bounded(b: pyo.Block, r: int) -> pyo.Expression:
        s, e, k = index[r]
        off = float(big_m[r]) * (1 - b.chosen[s, e])
        return b.rent[s, k] <= _expression(b, rows.rent, (s, e, k), b.rent_base[s, k]) + off

    block.rent_rows = pyo.Constraint(range(len(index)), rule=bounded)
    text = (
        "largest rent of the party in the state less the smallest value of the row over all boxes"
    )
    return SwitchedRows(f"{mode.name}: participation", text, tuple(index), big_m)


def add_participation(block: pyo.Block, mode: ModeContract) -> None:
    """Let every party earn what it can earn elsewhere: sum_s share[s] * rent[s, k] >= 0."""
    share = [float(part) for part in mode.state_share]

    def agrees(b: pyo.Block, k: int) -> pyo.Expression:
        base = sum(share[s] * b.rent_base[s, k] for s in b.state)
        if base >= 0:
            return pyo.Constraint.Skip
        return sum(share[s] * b.rent[s, k] for s in b.state) >= -base

    block.participation = pyo.Constraint(block.party, rule=agrees)


def add_incentives(
    block: pyo.Block, mode: ModeContract, rows: ModeRows, tie: float
) -> SwitchedRows:
    """Make the chosen profile a best response of every party to the others.

    payoff_k(s, e; term) - payoff_k(s, (d, e_-k); term) >= tie [d < e_k] - M (1 - chosen[s, e]) for
    every unilateral deviation d (Nash implementation), M = sum_b max|term[b]| * |difference of
    mean bases| + |difference of costs|, by the exact smallest value over the boxes.
    """
    moves = deviations(mode)
    staying = gains(mode, rows, moves)
    need = needed_gain(mode, moves, tie)
    low, _ = staying.limits(mode)
    slack = need[None, :] - low
    permitted = mode.allowed_profiles[:, moves[:, 0]]
    # A row that no terms within the boxes can violate is left out.
    kept = np.argwhere((slack > 0) & permitted)
    big_m = slack[tuple(kept.T)]

    def stays(b: pyo.Block, r: int) -> pyo.Expression:
        s, d = kept[r].tolist()
        off = float(big_m[r]) * (1 - b.chosen[s, int(moves[d, 0])])
        return _expression(b, staying, (s, d)) >= float(need[d]) - off

    block.incentive = pyo.Constraint(range(len(kept)), rule=stays)
    index = tuple((s, *moves[d, :3].tolist()) for s, d in kept.tolist())
    text = "gain needed less the smallest gain from staying over all boxes"
    return SwitchedRows(f"{mode.name}: incentive", text, index, big_m)


def add_profit(block: pyo.Block, mode: ModeContract, rows: ModeRows) -> SwitchedRows:
    """Count the manufacturer's profit of the chosen profile.

    profit[s] <= E[value | e] - sum_b term[b] * E[payment basis b | e] + M (1 - chosen[s, e]).
    """
    low, _ = rows.profit.limits(mode)
    _, top = rent_limits(mode, rows.profit)
    index = list(block.permitted)
    big_m = np.array([top[s] - low[s, e] for s, e in index])

    def counted(b: pyo.Block, r: int) -> pyo.Expression:
        s, e = index[r]
        off = float(big_m[r]) * (1 - b.chosen[s, e])
        return b.profit[s] <= _expression(b, rows.profit, (s, e), b.profit_base[s]) + off

    block.profit_rows = pyo.Constraint(range(len(index)), rule=counted)
    text = "largest profit of the state less the smallest value of the row over all boxes"
    return SwitchedRows(f"{mode.name}: profit", text, tuple(index), big_m)


def add_liability(block: pyo.Block, mode: ModeContract) -> None:
    """Never take more from a party than it can lose.

    sum_b term[b] * basis[b, k, o] >= -liability[k] for every outcome o that can occur.
    """
    rows = [(k, o) for k, o in liability_rows(mode).tolist() if mode.basis[:, k, o].any()]

    def affordable(b: pyo.Block, r: int) -> pyo.Expression:
        k, o = rows[r]
        weights = mode.basis[:, k, o]
        paid = sum(float(weights[i]) * b.term[i] for i in np.flatnonzero(weights).tolist())
        return paid >= -mode.parties[k].liability

    block.liability = pyo.Constraint(range(len(rows)), rule=affordable)


def liability_rows(mode: ModeContract) -> IntArray:
    """List parties with limited liability and outcomes that can occur: (R, 2)."""
    permitted = mode.allowed_profiles[..., None]
    occurs = np.any((mode.probability > 0) & permitted, axis=(0, 1))
    limited = np.array([np.isfinite(party.liability) for party in mode.parties])
    return np.argwhere(limited[:, None] & occurs[None, :])


def add_surplus(block: pyo.Block, mode: ModeContract, rows: ModeRows) -> None:
    """Tighten: profit, rents and cost of risk share the surplus of the chosen profile.

    profit[s] + sum_k count_k rent[s, k] + sum_g menu[g] min_e premium[g, e]
    <= sum_e chosen[s, e] surplus[s, e]; an identity at the chosen profile, so no plan is lost.
    Profit and rents are above their bases here, and so is the surplus.
    """
    count = np.array([party.count for party in mode.parties])
    least = np.zeros((len(mode.state_share), len(mode.menus)))
    if mode.gridded and rows.premium.product.any():
        cost = rows.premium.constant[..., None] + rows.premium.by_menu(mode)
        least = np.einsum("sekg,k->seg", cost, count).min(axis=1)
    profiles: dict[int, list[int]] = {s: [] for s in block.state}
    for s, e in block.permitted:
        profiles[s].append(e)

    def shared(b: pyo.Block, s: int) -> pyo.Expression:
        rent = sum(float(count[k]) * b.rent[s, k] for k in b.party)
        risk = _weighted(b, least[s]) if least[s].any() else 0.0
        base = b.profit_base[s] + sum(float(count[k]) * b.rent_base[s, k] for k in b.party)
        surplus = sum(float(rows.surplus[s, e] - base) * b.chosen[s, e] for e in profiles[s])
        return b.profit[s] + rent + risk <= surplus

    block.surplus = pyo.Constraint(block.state, rule=shared)


def add_menus_that_hold(block: pyo.Block, mode: ModeContract, rows: ModeRows, tie: float) -> None:
    """Tighten: a profile can only be chosen with a menu that can make it a best response.

    chosen[s, e] <= sum of menu[g] over the menus g under which no party gains by leaving e, with
    continuous terms at their most favourable values.
    """
    holds = menus_that_hold(mode, rows, tie)

    def held(b: pyo.Block, s: int, e: int) -> pyo.Expression:
        menus = np.flatnonzero(holds[s, e])
        if len(menus) == holds.shape[2]:
            return pyo.Constraint.Skip
        return b.chosen[s, e] <= pyo.quicksum(b.menu[g] for g in menus.tolist())

    block.held_by_menu = pyo.Constraint(block.permitted, rule=held)


def add_ladder(model: pyo.ConcreteModel, problem: IncentiveProblem) -> None:
    """Keep prices, margins and budgets in order: low <= sum coefficient * term <= high."""
    rows = problem.ladder

    def ordered(m: pyo.ConcreteModel, r: int) -> pyo.Expression:
        total = sum(c * m.mode[mode].term[term] for mode, term, c in rows[r].coefficients)
        low = rows[r].low if np.isfinite(rows[r].low) else None
        high = rows[r].high if np.isfinite(rows[r].high) else None
        return pyo.inequality(low, total, high)

    model.ladder = pyo.Constraint(range(len(rows)), rule=ordered)
