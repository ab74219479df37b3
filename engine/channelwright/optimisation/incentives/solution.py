"""Chosen terms with everything that must be known about them: payoffs, slack, other equilibria."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.optimisation.headcount.problem import freeze
from channelwright.optimisation.incentives.rows import deviations, gains, needed_gain, rows_of

if TYPE_CHECKING:
    from channelwright.optimisation.incentives.model import SwitchedRows
    from channelwright.optimisation.incentives.problem import IncentiveProblem, ModeContract


@dataclass(frozen=True)
class ModeTerms:
    """Terms of one mode and what follows from them.

    Attributes
    ----------
    name : str
    terms : (B,) float64
    profile : (S,) int64, effort profile that the terms bring about in each state
    levels : (S, K) int64, effort level of each party
    profit : float, the manufacturer's expected profit, money per period
    pay : (K,) float64, expected payment by the terms to one member
    payoff : (K,) float64, expected certainty equivalent after effort cost
    rent : (K,) float64, payoff above what the party can have elsewhere (participation slack)
    incentive_slack : (S, K) float64, least gain from staying above the gain needed; inf where a
        party has no choice
    premium : (K,) float64, cost of the risk that a member bears
    surplus : float, profit if effort could be ordered: the first best
    equilibria : (S,) tuples of profiles that nobody leaves alone under these terms
    """

    name: str
    terms: FloatArray
    profile: IntArray
    levels: IntArray
    profit: float
    pay: FloatArray
    payoff: FloatArray
    rent: FloatArray
    incentive_slack: FloatArray
    premium: FloatArray
    surplus: float
    equilibria: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self, "terms", "profile", "levels", "pay", "payoff", "rent")
        freeze(self, "incentive_slack", "premium")

    @property
    def other_equilibria(self) -> tuple[tuple[int, ...], ...]:
        """Equilibria besides the chosen profile, for each state."""
        pairs = zip(self.equilibria, self.profile.tolist(), strict=True)
        return tuple(tuple(e for e in found if e != chosen) for found, chosen in pairs)


@dataclass(frozen=True)
class IncentivePlan:
    """Terms of all modes.

    Attributes
    ----------
    modes : tuple of ModeTerms
    constants : tuple of SwitchedRows, the big-M of every family with its derivation
    """

    modes: tuple[ModeTerms, ...]
    constants: tuple[SwitchedRows, ...] = ()

    @property
    def profit(self) -> float:
        """The manufacturer's expected profit, money per period."""
        return float(sum(mode.profit for mode in self.modes))


def evaluate(
    problem: IncentiveProblem, terms: list[FloatArray], profiles: list[IntArray]
) -> IncentivePlan:
    """Work out what given terms bring, if the given profiles are followed.

    Parameters
    ----------
    problem : IncentiveProblem
    terms : (B,) per mode
    profiles : (S,) per mode
    """
    triples = zip(problem.modes, terms, profiles, strict=True)
    return IncentivePlan(tuple(_mode_terms(m, t, p, problem.tie) for m, t, p in triples))


def _mode_terms(mode: ModeContract, theta: FloatArray, profile: IntArray, tie: float) -> ModeTerms:
    rows, share = rows_of(mode), mode.state_share
    here = (np.arange(len(share)), profile)
    rent = rows.rent.at(theta)[here]
    law = mode.probability[here]
    return ModeTerms(
        name=mode.name,
        terms=theta,
        profile=profile,
        levels=mode.profiles[profile],
        profit=float(share @ rows.profit.at(theta)[here]),
        pay=share @ np.einsum("so,bko,b->sk", law, mode.basis, theta),
        payoff=share @ (rent + rows.floor[here]),
        rent=share @ rent,
        incentive_slack=incentive_slack(mode, theta, tie)[here],
        premium=share @ rows.premium.at(theta)[here],
        surplus=float(share @ np.where(mode.allowed_profiles, rows.surplus, -np.inf).max(axis=1)),
        equilibria=_equilibria(mode, theta),
    )


def incentive_slack(mode: ModeContract, theta: FloatArray, tie: float) -> FloatArray:
    """Return the least gain from staying above the gain needed: (S, E, K); inf without choice."""
    moves = deviations(mode)
    gain = gains(mode, rows_of(mode), moves).at(theta) - needed_gain(mode, moves, tie)
    shape = (len(mode.state_share), len(mode.profiles), len(mode.parties))
    slack = np.full(shape, np.inf)
    for d, (e, k, _, _) in enumerate(moves.tolist()):
        slack[:, e, k] = np.minimum(slack[:, e, k], gain[:, d])
    return slack


def _equilibria(mode: ModeContract, theta: FloatArray) -> tuple[tuple[int, ...], ...]:
    slack = incentive_slack(mode, theta, 0.0).min(axis=2)
    tolerance = 1e-7 * max(1.0, float(np.abs(rows_of(mode).payoff.at(theta)).max()))
    return tuple(tuple(np.flatnonzero(state >= -tolerance).tolist()) for state in slack)
