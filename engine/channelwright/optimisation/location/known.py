"""What is known of a location problem before its search, from an earlier choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Known:
    """An answer to begin with, and a bound.

    Attributes
    ----------
    opened : (n_sites,) bool
    assignment : (n_customers,) int
        Server of every customer, -1 = none; it may break limits and rules.
    bound : float
        What every answer of the problem costs at least; minus infinity if nothing is known.
    kind : str
        How the bound was found.
    relaxations : tuple of str
        What the bound leaves out.
    gap : float
        An answer this near to the bound, as a share of the answer, needs no further search.
    """

    opened: NDArray[np.bool_]
    assignment: NDArray[np.int64]
    bound: float = -np.inf
    kind: str = ""
    relaxations: tuple[str, ...] = ()
    gap: float = 0.0
