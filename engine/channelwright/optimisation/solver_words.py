"""Words of the solver door: options, linear models as arrays, statuses and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from channelwright.foundation.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

#: Options that may be handed on besides the named ones. A closed list, so that none which drops
#: integrality (``solve_relaxation``), loosens it or stops at a target can slip in.
EXTRA_OPTIONS = frozenset(
    {
        "mip_heuristic_effort",
        "mip_detect_symmetry",
        "mip_lp_age_limit",
        "mip_pool_soft_limit",
        "mip_pscost_minreliable",
        "mip_max_stall_nodes",
        "presolve",
        "simplex_strategy",
        "simplex_scale_strategy",
        "ipm_iteration_limit",
        "run_crossover",
        "solver",
    }
)


class SolveStatus(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True)
class SolverOptions:
    """Limits of one solve; work limits first, so that an answer does not depend on the machine.

    Attributes
    ----------
    nodes : int or None
        Branch-and-bound nodes at most.
    iterations : int or None
        Simplex iterations at most (linear models only; HiGHS counts them per linear model).
    relative_gap, absolute_gap : float
        Stop when the incumbent is this close to the bound.
    threads, seed : int
        Threads and random seed of HiGHS.
    seconds : float or None
        Time limit; opt-in, since it makes the answer depend on the machine.
    extra : mapping
        Further HiGHS options out of `EXTRA_OPTIONS`.
    """

    nodes: int | None = None
    iterations: int | None = None
    relative_gap: float = 1e-6
    absolute_gap: float = 1e-6
    threads: int = 1
    seed: int = 0
    seconds: float | None = None
    extra: Mapping[str, str | int | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse options that would change the question."""
        refused = sorted(set(self.extra) - EXTRA_OPTIONS)
        if refused:
            message = (
                f"solver options {refused} are refused: they are not known to keep the model and "
                f"its integrality; allowed are {sorted(EXTRA_OPTIONS)}"
            )
            raise UsageError(message)
        if self.threads < 1:
            message = f"threads = {self.threads}; at least one is needed"
            raise UsageError(message)


@dataclass(frozen=True)
class LinearModel:
    """A linear or mixed-integer model as arrays, always a minimisation.

    Attributes
    ----------
    cost, lower, upper : (n_columns,)
        Objective coefficients and bounds of the columns.
    matrix : (n_rows, n_columns) sparse
        Coefficients of the rows.
    row_lower, row_upper : (n_rows,)
        Bounds of the rows.
    integer : (n_columns,) bool
        Columns that must be whole numbers.
    offset : float
        Constant of the objective.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    matrix: Any
    row_lower: Floats
    row_upper: Floats
    integer: Flags
    offset: float = 0.0

    def relaxed(self) -> LinearModel:
        """Return the same model without whole numbers, which is how a bound is asked for."""
        return replace(self, integer=np.zeros_like(self.integer))


@dataclass(frozen=True)
class SolveReport:
    """What a solve found.

    Attributes
    ----------
    status : SolveStatus
        Read before anything else.
    termination : str
        HiGHS's own words.
    objective, bound : float or None
        Objective of the solution and proven limit, in the sense of the model asked; None when
        there is none.
    values, row_duals : (n_columns,), (n_rows,) or None
        Solution, and for linear models the duals of the rows.
    nodes, iterations : int
        Work done.
    seconds : float
        Time spent in HiGHS.
    """

    status: SolveStatus
    termination: str
    objective: float | None
    bound: float | None
    values: Floats | None
    row_duals: Floats | None
    nodes: int
    iterations: int
    seconds: float

    @property
    def has_solution(self) -> bool:
        """True when values can be used."""
        return self.values is not None

    @property
    def timed_out(self) -> bool:
        """True when a time limit ended the solve."""
        return self.termination == "Time limit reached"
