"""When a bound of one district problem holds for another: stricter rules for the same units.

Let O be a solved problem, N one of the same units, costs, activities and number of territories.
If every division that N allows is allowed in O, it is as compact in both, and it costs no less
beyond its tolerances in N if these are narrower and as dear: `bound_O` bounds N, too.

* Tolerances: what is within those of N is within those of O; what is beyond those of O is beyond
  those of N by at least as much, at a price at least as high. A hard tolerance has an infinite
  one.
* Units together: O's groups are parts of N's. Pairs apart: each of O's follows from one of N's, by
  the groups of N.
* Connection: neighbours in N are neighbours in O. Unlike in the location problem, units that stay
  together must be connected as any others, so that joining some never connects others.
* Centres: N chooses among O's candidates, keeps O's given centres and O's locks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.pairs import unordered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_SLACK = 1e-12


@dataclass(frozen=True, eq=False)
class DistrictClaim:
    """A solved district problem without its table of costs, and what was shown of it.

    Attributes
    ----------
    cost : str, digest of the table
    territories : int
    activity : (n, m)
    tolerance, price : (m,)
    edges : (e, 2) int or None
    candidates : (n,) bool
    centres : (c,) int
    locks, atom : (n,) int
    apart : (a, 2) int
    bound : float, minus infinity if nothing was shown
    kind : str
    gap : float, of the answer
    """

    cost: str
    territories: int
    activity: Floats
    tolerance: Floats
    price: Floats
    edges: Indices | None
    candidates: Flags
    centres: Indices
    locks: Indices
    atom: Indices
    apart: Indices
    bound: float
    kind: str
    gap: float

    def bound_of(self, problem: DistrictProblem) -> float:
        """Return what every division of a problem costs at least; minus infinity if unknown."""
        return self.bound if _only_tighter(self, problem) else -np.inf


def claim_of(problem: DistrictProblem, certificate: Certificate) -> DistrictClaim:
    """Return what is kept of a solved problem.

    Parameters
    ----------
    problem : DistrictProblem
    certificate : Certificate of its solution
    """
    bound = certificate.lower_bound
    return DistrictClaim(
        cost=_digest(problem.cost),
        territories=problem.territories,
        activity=problem.activity,
        tolerance=problem.tolerance,
        price=problem.price,
        edges=problem.edges,
        candidates=problem.candidates,
        centres=problem.centres,
        locks=problem.locks,
        atom=problem.atom,
        apart=problem.apart,
        bound=-np.inf if bound is None else bound,
        kind=certificate.bound_kind,
        gap=0.0 if certificate.timed else certificate.gap or 0.0,
    )


def _digest(table: Floats) -> str:
    return hashlib.sha256(np.ascontiguousarray(table).data).hexdigest()


def _only_tighter(old: DistrictClaim, new: DistrictProblem) -> bool:
    """Return whether every division of the new problem is one of the old, and costs no less."""
    if old.territories != new.territories or not np.array_equal(old.activity, new.activity):
        return False
    if not _as_strict(old, new) or not _company_kept(old, new) or not _centres_kept(old, new):
        return False
    if old.edges is not None and (
        new.edges is None or not unordered(new.edges) <= unordered(old.edges)
    ):
        return False
    return old.cost == _digest(new.cost)


def _as_strict(old: DistrictClaim, new: DistrictProblem) -> bool:
    free = ~np.isfinite(old.tolerance)
    narrower = new.tolerance <= old.tolerance + _SLACK
    return bool((free | (narrower & (new.price >= old.price))).all())


def _company_kept(old: DistrictClaim, new: DistrictProblem) -> bool:
    first = np.unique(old.atom, return_index=True)[1][old.atom]
    if (new.atom[first] != new.atom).any():
        return False
    return unordered(new.atom[old.apart]) <= unordered(new.atom[new.apart])


def _centres_kept(old: DistrictClaim, new: DistrictProblem) -> bool:
    locked = old.locks >= 0
    return bool(
        not (new.candidates & ~old.candidates).any()
        and np.isin(old.centres, new.centres).all()
        and (old.locks[locked] == new.locks[locked]).all()
    )
