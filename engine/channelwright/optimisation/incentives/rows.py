"""Payoffs as linear rows in the terms, and the constants that switch rows off.

For a law of outcomes, the certainty equivalent of party k in state s and profile e is

    E[own] + sum_b theta_b E[phi_b] - cost(e_k) - r_k / 2 * Var[own + sum_b theta_b phi_b],

exact for a normal income under constant absolute risk aversion and the usual second-order measure
otherwise. It is linear in theta and in the products theta_b * theta_c of gridded terms. Every term
is boxed, so the smallest value of a row is known and makes the smallest valid big-M.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import ModelError

if TYPE_CHECKING:
    from channelwright.optimisation.incentives.problem import ModeContract


@dataclass(frozen=True)
class LinearRows:
    """R expressions: constant + sum_b term[b] theta_b + sum_bc product[b, c] theta_b theta_c.

    Attributes
    ----------
    constant : (R,) float64
    term : (R, B) float64
    product : (R, B, B) float64
    """

    constant: FloatArray
    term: FloatArray
    product: FloatArray

    def __sub__(self, other: LinearRows) -> LinearRows:
        """Return the difference, row by row."""
        return LinearRows(
            self.constant - other.constant, self.term - other.term, self.product - other.product
        )

    def __getitem__(self, rows: IntArray | tuple[object, ...]) -> LinearRows:
        """Pick rows; leading axes of any number are kept."""
        return LinearRows(self.constant[rows], self.term[rows], self.product[rows])  # type: ignore[index]

    def at(self, theta: FloatArray) -> FloatArray:
        """Return the values at given terms: (R,)."""
        return np.asarray(
            self.constant
            + self.term @ theta
            + np.einsum("...bc,b,c->...", self.product, theta, theta),
            dtype=np.float64,
        )

    def by_menu(self, mode: ModeContract) -> FloatArray:
        """Return the part that gridded terms make, for each menu: (R, G)."""
        menus = mode.menus
        linear = self.term @ menus.T
        if not self.product.any():
            return np.asarray(linear, dtype=np.float64)
        square = np.einsum("...bc,gb,gc->...g", self.product, menus, menus, optimize=True)
        return np.asarray(linear + square, dtype=np.float64)

    def limits(self, mode: ModeContract) -> tuple[FloatArray, FloatArray]:
        """Return the smallest and largest value over boxes and grids: (R,), (R,)."""
        low, high = self.free_limits(mode)
        menu = self.by_menu(mode)
        return low + menu.min(axis=-1), high + menu.max(axis=-1)

    def free_limits(self, mode: ModeContract) -> tuple[FloatArray, FloatArray]:
        """Return the same for constant and continuous terms alone: (R,), (R,)."""
        free = [b for b in range(len(mode.terms)) if b not in mode.gridded]
        lows = self.term[..., free] * np.array([mode.terms[b].low for b in free])
        highs = self.term[..., free] * np.array([mode.terms[b].high for b in free])
        return (
            np.asarray(self.constant + np.minimum(lows, highs).sum(axis=-1), dtype=np.float64),
            np.asarray(self.constant + np.maximum(lows, highs).sum(axis=-1), dtype=np.float64),
        )


@dataclass(frozen=True)
class ModeRows:
    """All expectations of one mode.

    Attributes
    ----------
    rent : (S, E, K) rows, certainty equivalent less what the party can have elsewhere
    payoff : (S, E, K) rows, certainty equivalent as the party believes it when it chooses
    profit : (S, E) rows, the manufacturer's expected profit
    premium : (S, E, K) rows, cost of risk of the party
    surplus : (S, E) float64, profit left if no party had rent or bore risk
    floor : (S, E, K) float64, outside income plus required return on capital
    """

    rent: LinearRows
    payoff: LinearRows
    profit: LinearRows
    premium: LinearRows
    surplus: FloatArray
    floor: FloatArray


def rows_of(mode: ModeContract) -> ModeRows:
    """Turn a mode's outcomes into rows.

    Raises
    ------
    ModelError
        A party averse to risk would carry risk on a term that is not on a grid.
    """
    cost = _effort_cost(mode)
    count = np.array([party.count for party in mode.parties])
    required = np.array([party.required_return for party in mode.parties])
    outside = np.array([party.outside for party in mode.parties])
    floor = outside + required * np.asarray(mode.capital)
    actual, premium = _equivalent(mode, mode.probability)
    believed, _ = _equivalent(mode, np.asarray(mode.belief))
    rent = LinearRows(actual.constant - cost - floor, actual.term, actual.product)
    payoff = LinearRows(believed.constant - cost, believed.term, believed.product)
    paid = np.einsum("seo,bko,k->seb", mode.probability, mode.basis, count, optimize=True)
    worth = np.asarray(mode.probability @ mode.value, dtype=np.float64)
    profit = LinearRows(worth, -paid, np.zeros((*paid.shape, len(mode.terms))))
    own = np.einsum("seo,ko->sek", mode.probability, mode.own_income)
    surplus = worth + (own - cost - floor) @ count
    return ModeRows(rent, payoff, profit, premium, np.asarray(surplus), floor)


def _effort_cost(mode: ModeContract) -> FloatArray:
    costs = [
        np.array(party.effort_cost)[mode.profiles[:, k]] for k, party in enumerate(mode.parties)
    ]
    return np.stack(costs, axis=1)


def _equivalent(mode: ModeContract, law: FloatArray) -> tuple[LinearRows, LinearRows]:
    """Certainty equivalent before effort cost, and the premium in it: rows (S, E, K)."""
    own = np.einsum("seo,ko->sek", law, mode.own_income)
    mean = np.einsum("seo,bko->sekb", law, mode.basis, optimize=True)
    half = np.array([party.risk_aversion / 2 for party in mode.parties])
    n_terms = len(mode.terms)
    if not half.any():
        zeros = np.zeros((*own.shape, n_terms, n_terms))
        none = LinearRows(np.zeros_like(own), np.zeros_like(mean), zeros)
        return LinearRows(own, mean, zeros), none
    bases = mode.basis
    both = np.einsum("seo,bko,cko->sekbc", law, bases, bases, optimize=True)
    cross = np.einsum("seo,bko,ko->sekb", law, bases, mode.own_income, optimize=True)
    square = np.einsum("seo,ko->sek", law, mode.own_income**2)
    variance = both - mean[..., :, None] * mean[..., None, :]
    _check_risk(mode, variance)
    on_grid = np.isin(np.arange(n_terms), mode.gridded)
    # Terms off the grid are riskless by the check; what is left of them here is rounding.
    variance = np.where(on_grid[:, None] & on_grid[None, :], variance, 0.0)
    premium = LinearRows(
        half * (square - own**2),
        half[:, None] * 2 * (cross - own[..., None] * mean),
        half[:, None, None] * variance,
    )
    certain = LinearRows(own, mean, np.zeros_like(variance)) - premium
    return certain, premium


def _check_risk(mode: ModeContract, variance: FloatArray) -> None:
    for b, term in enumerate(mode.terms):
        if term.grid is not None:
            continue
        for k, party in enumerate(mode.parties):
            risk = float(variance[:, :, k, b, b].max())
            if party.risk_aversion > 0 and risk > 1e-9:
                message = (
                    f"mode {mode.name!r}: term {term.name!r} puts risk (variance {risk:g}) on "
                    f"{party.name!r}, who is averse to it; give the term a grid"
                )
                raise ModelError(message)


def deviations(mode: ModeContract) -> IntArray:
    """List every unilateral deviation: (D, 4) of profile, party, level, resulting profile."""
    found = [
        (e, k, level, mode.profile_with(e, k, level))
        for e in range(len(mode.profiles))
        for k, party in enumerate(mode.parties)
        for level in range(len(party.levels))
        if level != mode.profiles[e, k]
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 4)


def gains(mode: ModeContract, rows: ModeRows, moves: IntArray) -> LinearRows:
    """Return what a party gains by staying instead of deviating: rows (S, D)."""
    stay = rows.payoff[(slice(None), moves[:, 0], moves[:, 1])]
    leave = rows.payoff[(slice(None), moves[:, 3], moves[:, 1])]
    return stay - leave


def needed_gain(mode: ModeContract, moves: IntArray, tie: float) -> FloatArray:
    """Return the least gain that makes the party stay: (D,); ties go to the lower level."""
    return np.where(moves[:, 2] < mode.profiles[moves[:, 0], moves[:, 1]], tie, 0.0)


def menus_that_hold(mode: ModeContract, rows: ModeRows, tie: float) -> BoolArray:
    """Say which menus can make each profile a best response: (S, E, G).

    Continuous terms are set, deviation by deviation, to what favours the profile most, so that
    no contract is lost.
    """
    moves = deviations(mode)
    held = np.ones((len(mode.state_share), len(mode.profiles), len(mode.menus)), dtype=np.bool_)
    staying = gains(mode, rows, moves)
    _, most = staying.free_limits(mode)
    # The slack keeps menus whose deviation is only just unprofitable within rounding.
    reach = most[..., None] + staying.by_menu(mode)
    slack = 1e-9 * max(1.0, float(np.abs(reach).max(initial=0.0)))
    ok = reach >= needed_gain(mode, moves, tie)[None, :, None] - slack
    for d, (e, _, _, _) in enumerate(moves.tolist()):
        held[:, e] &= ok[:, d]
    return held
