"""What an incentive decision is about: parties, what they can do, and the terms that pay them.

A *mode contract* is one channel mode with the manufacturer as leader. Its *parties* (sellers,
distributors, tiers, a retailer) each choose a level from their own effort grid; a *profile* is one
level per party. A *state* is what parties know before they choose (the month). An *outcome* is
what a contract can be written on. Money is in one unit per one period, the caller's choice.

Sources
-------
B. Holmstrom (1979), "Moral hazard and observability", Bell Journal of Economics 10(1);
B. Holmstrom and P. Milgrom (1987), "Aggregation and linearity in the provision of intertemporal
incentives", Econometrica 55(2), for linear contracts and certainty equivalents.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Self

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import ModelError
from channelwright.optimisation.headcount.problem import freeze

#: Combinations of gridded terms of one mode beyond which the grids must be coarsened.
MOST_MENUS = 20_000
_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Party:
    """One who chooses effort and must agree.

    Attributes
    ----------
    name : str
    levels : (L,) str, effort levels in words
    effort_cost : (L,) float, private cost of each level, money per period
    outside : float, money per period that it can earn elsewhere
    required_return : float, share per period that it asks on its capital
    risk_aversion : float, constant absolute risk aversion per unit of money; 0 = neutral
    liability : float, most that it can be made to pay in any outcome; inf = no limit
    count : float, number of alike members; the manufacturer pays each of them
    """

    name: str
    levels: tuple[str, ...]
    effort_cost: tuple[float, ...]
    outside: float = 0.0
    required_return: float = 0.0
    risk_aversion: float = 0.0
    liability: float = math.inf
    count: float = 1.0

    def __post_init__(self) -> None:
        """Check lengths and signs."""
        if len(self.levels) != len(self.effort_cost) or not self.levels:
            message = (
                f"party {self.name!r}: {len(self.levels)} levels and {len(self.effort_cost)} "
                "effort costs; give one cost per level, at least one"
            )
            raise ModelError(message)
        if self.risk_aversion < 0 or self.count <= 0 or self.required_return < 0:
            message = (
                f"party {self.name!r}: risk aversion {self.risk_aversion}, required return "
                f"{self.required_return} must be 0 or more and count {self.count} above 0"
            )
            raise ModelError(message)


@dataclass(frozen=True)
class Term:
    """One figure of a contract that can be chosen.

    Attributes
    ----------
    name : str, such as ``commission``
    low, high : float, box; equal where the planner locked the term
    grid : tuple of float or None, the only values allowed; None = any value in the box. What a
        party that is averse to risk carries must be on a grid, where its risk premium is data
    unit : str, for messages
    """

    name: str
    low: float
    high: float
    grid: tuple[float, ...] | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse an empty or unbounded box; derived row constants rest on it."""
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            message = (
                f"term {self.name!r}: box {self.low}..{self.high} must be finite and not empty"
            )
            raise ModelError(message)
        if self.grid is not None and not self.values:
            message = f"term {self.name!r}: no value of its grid lies in {self.low}..{self.high}"
            raise ModelError(message)

    @property
    def values(self) -> tuple[float, ...]:
        """Grid values inside the box."""
        slack = 1e-12 * max(1.0, abs(self.low), abs(self.high))
        inside = (v for v in self.grid or () if self.low - slack <= v <= self.high + slack)
        return tuple(sorted(inside))


@dataclass(frozen=True)
class ModeContract:
    """One mode: who takes part, what they can do, what is paid for.

    K parties, B terms, O outcomes, S states, E profiles (product of the effort grids, the last
    party's level running fastest).

    Attributes
    ----------
    name : str
    parties : (K,) Party
    terms : (B,) Term
    basis : (B, K, O) float64, what one unit of the term pays one member of the party in the
        outcome; negative where the party is the payer
    own_income : (K, O) float64, income of one member outside the terms, costs deducted
    value : (O,) float64, what the manufacturer has before it pays by the terms
    probability : (S, E, O) float64, law of the outcome
    state_share : (S,) float64, share of periods in each state
    belief : (S, E, O) float64 or None, the law as the parties believe it when they choose effort;
        None = they know it
    capital : (S, E, K) float64 or None, money that one member ties up; None = nothing
    allowed : (S, E) bool or None, profiles that the planner permits; None = all
    """

    name: str
    parties: tuple[Party, ...]
    terms: tuple[Term, ...]
    basis: FloatArray
    own_income: FloatArray
    value: FloatArray
    probability: FloatArray
    state_share: FloatArray = field(default_factory=lambda: np.ones(1))
    belief: FloatArray | None = None
    capital: FloatArray | None = None
    allowed: BoolArray | None = None

    def __post_init__(self) -> None:
        """Freeze the arrays; check shapes, laws and that risk is on grids."""
        if not self.parties:
            message = f"mode {self.name!r}: no party takes part; leave the mode out"
            raise ModelError(message)
        s, e, k = len(self.state_share), len(self.profiles), len(self.parties)
        if self.belief is None:
            object.__setattr__(self, "belief", self.probability)
        if self.capital is None:
            object.__setattr__(self, "capital", np.zeros((s, e, k)))
        if self.allowed is None:
            object.__setattr__(self, "allowed", np.ones((s, e), dtype=np.bool_))
        self._check_shapes()
        self._check_laws()
        self._check_menus()

    def _check_shapes(self) -> None:
        b, k, o = len(self.terms), len(self.parties), len(self.value)
        s, e = len(self.state_share), len(self.profiles)
        shapes = {
            "basis": (b, k, o),
            "own_income": (k, o),
            "value": (o,),
            "probability": (s, e, o),
            "belief": (s, e, o),
            "capital": (s, e, k),
            "allowed": (s, e),
            "state_share": (s,),
        }
        freeze(self, *shapes)
        for name, shape in shapes.items():
            found = getattr(self, name).shape
            if found != shape:
                message = f"mode {self.name!r}: {name} is {found}, must be {shape}"
                raise ModelError(message)

    def _check_laws(self) -> None:
        laws = {"probability": self.probability, "belief": self.belief}
        for name, law in {**laws, "state_share": self.state_share}.items():
            array = np.asarray(law)
            total = array.sum(axis=-1)
            if np.any(array < -_SUM_TOLERANCE) or np.any(np.abs(total - 1) > 1e-6):
                message = (
                    f"mode {self.name!r}: {name} must be 0 or more and add up to 1, found sums "
                    f"{total.min():g}..{total.max():g}"
                )
                raise ModelError(message)
        if not np.all(np.any(self.allowed_profiles, axis=1)):
            message = f"mode {self.name!r}: a state allows no effort profile; allow at least one"
            raise ModelError(message)

    def _check_menus(self) -> None:
        count = math.prod(len(term.values) for term in self.terms if term.grid is not None)
        if count > MOST_MENUS:
            message = (
                f"mode {self.name!r}: the grids of its terms make {count} combinations, more than "
                f"{MOST_MENUS}; coarsen a grid"
            )
            raise ModelError(message)

    def replace(self, **changes: object) -> Self:
        """Return a changed copy, for what-ifs."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @cached_property
    def allowed_profiles(self) -> BoolArray:
        """Profiles that the planner permits in each state: (S, E)."""
        return np.asarray(self.allowed, dtype=np.bool_)

    @cached_property
    def profiles(self) -> IntArray:
        """Level of each party in each profile: (E, K)."""
        grids = [range(len(party.levels)) for party in self.parties]
        table = np.array(list(product(*grids)), dtype=np.int64).reshape(-1, len(self.parties))
        table.flags.writeable = False
        return table

    @property
    def gridded(self) -> tuple[int, ...]:
        """Terms that are on a grid."""
        return tuple(b for b, term in enumerate(self.terms) if term.grid is not None)

    @cached_property
    def menus(self) -> FloatArray:
        """Every combination of gridded terms, 0 for the others: (G, B), one row of 0 without."""
        values = [term.values if term.grid is not None else (0.0,) for term in self.terms]
        table = np.array(list(product(*values)), dtype=np.float64).reshape(-1, len(self.terms))
        table.flags.writeable = False
        return table

    def profile_with(self, profile: int, party: int, level: int) -> int:
        """Return the profile in which one party deviates to another level."""
        sizes = [len(other.levels) for other in self.parties]
        step = math.prod(sizes[party + 1 :])
        return profile + (level - int(self.profiles[profile, party])) * step


@dataclass(frozen=True)
class LadderRow:
    """A linear rule between terms, of one mode or of several: a price ladder, a budget.

    Attributes
    ----------
    name : str, the rule in words
    coefficients : tuple of (mode, term, coefficient)
    low, high : float, limits of the sum; infinite where there is none
    """

    name: str
    coefficients: tuple[tuple[int, int, float], ...]
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class IncentiveProblem:
    """Terms for several modes, chosen together for the manufacturer's highest expected profit.

    Attributes
    ----------
    modes : tuple of ModeContract
    ladder : tuple of LadderRow
    tie : float, money per period by which a party must prefer the wanted level to a lower one;
        the simulated parties take the lower of two levels that earn them the same
    unit : str, of money, for certificates
    """

    modes: tuple[ModeContract, ...]
    ladder: tuple[LadderRow, ...] = ()
    tie: float = 0.0
    unit: str = "money per period"

    def __post_init__(self) -> None:
        """Check that the ladder refers to terms that exist."""
        for row in self.ladder:
            for mode, term, _ in row.coefficients:
                if not (0 <= mode < len(self.modes) and 0 <= term < len(self.modes[mode].terms)):
                    message = f"ladder row {row.name!r}: there is no term {term} of mode {mode}"
                    raise ModelError(message)

    def replace(self, **changes: object) -> Self:
        """Return a changed copy, for what-ifs."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def is_zero_sum(self) -> bool:
        """Whether nobody has a choice, so that terms only split a fixed total."""
        return all(len(p.levels) == 1 for mode in self.modes for p in mode.parties)
