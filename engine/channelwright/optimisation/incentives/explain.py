"""Why no terms exist: the two numbers that clash, in the order a planner can act on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.optimisation.incentives.model import SwitchedRows, build, liability_rows
from channelwright.optimisation.incentives.rows import (
    ModeRows,
    deviations,
    gains,
    needed_gain,
    rows_of,
)
from channelwright.optimisation.solver import SolveStatus, solve

if TYPE_CHECKING:
    from channelwright.optimisation.incentives.problem import IncentiveProblem, ModeContract


def explain_clashes(problem: IncentiveProblem) -> list[str]:
    """Explain an infeasible problem, one sentence per clash, at least one.

    Clashes of one party alone come first (pay against outside income, reward against cost of
    effort); if every party alone could be satisfied, the joint rules are relaxed one family at a
    time and the smallest excess is reported.
    """
    texts: list[str] = []
    for mode in problem.modes:
        rows = rows_of(mode)
        texts += _unpayable(mode, rows) or _unmovable(mode, rows, problem.tie)
    return texts or _joint(problem)


def _unpayable(mode: ModeContract, rows: ModeRows) -> list[str]:
    """Parties whose best terms stay below what they can have elsewhere, whatever the profile."""
    _, high = rows.rent.limits(mode)
    best = np.where(mode.allowed_profiles[..., None], high, -np.inf)
    states, texts = np.arange(len(mode.state_share)), []
    for k, party in enumerate(mode.parties):
        profile = best[:, :, k].argmax(axis=1)
        short = -float(mode.state_share @ best[states, profile, k])
        if short <= 1e-9 * max(1.0, float(np.abs(high[..., k]).max())):
            continue
        cost = np.array(party.effort_cost)[mode.profiles[profile, k]]
        floor = float(mode.state_share @ (rows.floor[states, profile, k] + cost))
        texts.append(
            f"{mode.name}: {party.name} needs {floor:,.6g} (outside income and required return "
            f"plus effort cost) but within the limits of its terms can have at most "
            f"{floor - short:,.6g}; raise the highest pay by {short:,.6g} or lower the claim."
        )
    return texts


def _unmovable(mode: ModeContract, rows: ModeRows, tie: float) -> list[str]:
    """States in which every permitted profile has a party that no terms can keep there."""
    moves = deviations(mode)
    _, high = gains(mode, rows, moves).limits(mode)
    lack = needed_gain(mode, moves, tie)[None, :] - high
    texts = []
    for s in range(len(mode.state_share)):
        permitted = mode.allowed_profiles[s]
        blocked = {e: d for e, d in _blocking_moves(lack[s], moves).items() if permitted[e]}
        if len(blocked) < permitted.sum():
            continue
        # The profile that the manufacturer would want most is the one worth explaining.
        wanted = max(blocked, key=lambda e: float(rows.surplus[s, e]))
        texts.append(_reward_text(mode, rows, s, blocked[wanted], float(lack[s, blocked[wanted]])))
    return texts


def _blocking_moves(lack: FloatArray, moves: IntArray) -> dict[int, int]:
    """Return for every blocked profile the deviation that lacks most."""
    worst: dict[int, int] = {}
    for d in np.flatnonzero(lack > 1e-9 * max(1.0, float(np.abs(lack).max(initial=0.0)))).tolist():
        e = int(moves[d, 0])
        if e not in worst or lack[d] > lack[worst[e]]:
            worst[e] = d
    return worst


def _reward_text(mode: ModeContract, rows: ModeRows, s: int, d: int, lack: float) -> str:
    e, k, level, _ = deviations(mode)[d].tolist()
    party = mode.parties[k]
    wanted = int(mode.profiles[e, k])
    cost = party.effort_cost[wanted] - party.effort_cost[level]
    state = f" in state {s + 1}" if len(mode.state_share) > 1 else ""
    return (
        f"{mode.name}: {party.name} has {cost:,.6g} more effort cost at {party.levels[wanted]!r} "
        f"than at {party.levels[level]!r}{state}, but within the limits of the terms it can gain "
        f"at most {cost - lack:,.6g} by it; widen the terms or allow the other level."
    )


def _joint(problem: IncentiveProblem) -> list[str]:
    """Relax one family of joint rules at a time and report the smallest excess."""
    texts = []
    for family in ("ladder", "participation", "incentive", "liability"):
        texts += _relaxed(problem, family)
        if texts:
            return texts
    return [
        "The rules for the terms (ladder, participation, incentives, liability) contradict each "
        "other and no single family of them can be relaxed to mend it; widen the terms' limits."
    ]


def _relaxed(problem: IncentiveProblem, family: str) -> list[str]:
    """Find the smallest total excess over the rules of one family; empty if it does not help."""
    model, constants = build(problem)
    model.profit.deactivate()
    rows = [row for row in _family(model, family) if row.active]
    model.excess = pyo.Var(range(len(rows)), within=pyo.NonNegativeReals)
    model.relaxed = pyo.ConstraintList()
    for r, row in enumerate(rows):
        row.deactivate()
        if row.has_lb():
            model.relaxed.add(row.body + model.excess[r] >= row.lb)
        if row.has_ub():
            model.relaxed.add(row.body - model.excess[r] <= row.ub)
    model.least = pyo.Objective(expr=pyo.quicksum(model.excess.values()))
    if not rows or solve(model).status is not SolveStatus.OPTIMAL:
        return []
    rules = _rules(problem, constants, family)
    excess = [model.excess[r].value for r in range(len(rows))]
    scale = max(1.0, *(abs(float(pyo.value(row.body))) for row in rows))
    return [
        _rule_text(rules[row.name], row)
        for row, over in zip(rows, excess, strict=True)
        if over > 1e-7 * scale
    ]


def _family(model: pyo.ConcreteModel, family: str) -> list[pyo.Constraint]:
    if family == "ladder":
        return list(model.ladder.values())
    return [row for m in model.modes for row in model.mode[m].component(family).values()]


def _rules(
    problem: IncentiveProblem, constants: tuple[SwitchedRows, ...], family: str
) -> dict[str, str]:
    """Name every row of a family in words, by its name in the model."""
    if family == "ladder":
        return {f"ladder[{r}]": f"Rule {row.name!r}" for r, row in enumerate(problem.ladder)}
    words: dict[str, str] = {}
    for m, mode in enumerate(problem.modes):
        names = [party.name for party in mode.parties]
        index = next(c.index for c in constants if c.family == f"{mode.name}: incentive")
        texts = {
            "participation": [f"{name} must earn what it can have elsewhere" for name in names],
            "incentive": [f"{names[row[2]]} must prefer the wanted effort" for row in index],
            "liability": [
                f"{names[k]} must not be made to pay more than it can lose"
                for k, o in liability_rows(mode).tolist()
                if mode.basis[:, k, o].any()
            ],
        }[family]
        for r, text in enumerate(texts):
            words[f"mode[{m}].{family}[{r}]"] = f"{mode.name}: {text}"
    return words


def _rule_text(rule: str, row: pyo.Constraint) -> str:
    """Put the two numbers of a broken rule side by side."""
    found = float(pyo.value(row.body))
    low, high = row.lb, row.ub
    if low is not None and found < low:
        return f"{rule}: all other rules leave at most {found:,.6g}, the rule asks for {low:,.6g}."
    return f"{rule}: all other rules need at least {found:,.6g}, the rule allows {high:,.6g}."
