"""When every answer of one location problem is an answer of another, and what it costs there.

Let O be a problem with a proven bound, N another one. If every answer of N is an answer of O, it
costs in O at least the bound of O, and in N that much plus the change of its own arcs, its own
sites and its own price of imbalance:

    cost_N(x) = cost_O(x) + sum_i (c'_i,x(i) - c_i,x(i)) + sum_(j open) (f'_j - f_j)
                          + (P'(x) - P(x))
              >= bound_O + sum_i min_j (c'_ij - c_ij)
                         + sum_j (forced open: f'_j - f_j, closed: 0, else min(0, f'_j - f_j))

over arcs that N allows. P is the price of what lies beyond priced tolerances. `only_tighter` asks
for limits of N within those of O and a price per unit at least as high, so what is beyond the
limits of O is beyond those of N as well, and P'(x) >= P(x); where N makes a priced tolerance hard,
its answers are within it, and P(x) = 0.

Connection: a walk over neighbours of N that are neighbours in O, too, from an outlet next to the
site in both, joins a territory in O as it does in N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.shape import loosened
from channelwright.optimisation.pairs import unordered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.shape import Shape

    Indices = NDArray[np.int64]

_SLACK = 1e-9


def carried_bound(old: LocationProblem, bound: float, new: LocationProblem) -> float:
    """Return what every answer of a new problem costs at least, minus infinity if unknown.

    Parameters
    ----------
    old : LocationProblem
    bound : float, proven for `old`
    new : LocationProblem with the same customers and sites, in the same order
    """
    allowed = new.allowed
    if not np.isfinite(bound) or not allowed.any(axis=1).all() or not only_tighter(old, new):
        return -np.inf
    with np.errstate(invalid="ignore"):
        change = np.where(allowed, new.cost - old.cost, np.inf)
    fixed = new.fixed_cost - old.fixed_cost
    sites = np.where(new.forced_open, fixed, np.minimum(fixed, 0.0))
    sites = np.where(new.forced_closed, 0.0, sites)
    return float(bound + change.min(axis=1).sum() + sites.sum())


def only_tighter(old: LocationProblem, new: LocationProblem) -> bool:
    """Return whether every answer of the new problem is one of the old problem.

    Measures are found by name; the new problem may limit or balance more of them.

    Parameters
    ----------
    old, new : LocationProblem with the same customers and sites, in the same order
    """
    if old.tiers is not None or new.tiers is not None or old.cost.shape != new.cost.shape:
        return False
    if not (old.single_source and new.single_source) or (new.allowed & ~old.allowed).any():
        return False
    if new.minimum_open < old.minimum_open or new.maximum_open > old.maximum_open:
        return False
    if (old.forced_open & ~new.forced_open).any() or (old.forced_closed & ~new.forced_closed).any():
        return False
    if ((old.own_customer >= 0) & (old.own_customer != new.own_customer)).any():
        return False
    place = {name: k for k, name in enumerate(new.measure_names)}
    if len(place) < new.n_measures or not all(name in place for name in old.measure_names):
        return False
    where = np.array([place[name] for name in old.measure_names], dtype=np.int64)
    # A hard tolerance of the new problem limits its loads, too.
    held = new if new.shape is None else loosened(new, new.shape)
    return _limits_tighter(old, held, where) and _shape_tighter(old.shape, new.shape, where)


def _limits_tighter(old: LocationProblem, new: LocationProblem, where: Indices) -> bool:
    slack = _SLACK * np.maximum(1.0, np.where(np.isfinite(old.limit), old.limit, 0.0))
    if (new.limit[:, where] > old.limit + slack).any():
        return False
    if (new.minimum_load[:, where] < old.minimum_load - _SLACK * old.minimum_load).any():
        return False
    return all(
        np.allclose(new.arc_usage(int(k)), old.arc_usage(number), rtol=1e-12, atol=_SLACK)
        for number, k in enumerate(where)
    )


def _shape_tighter(old: Shape | None, new: Shape | None, where: Indices) -> bool:
    if old is None:
        return True
    free = (old.low <= 0.0) & ~np.isfinite(old.high)
    if new is None:
        return bool(free.all()) and old.edges is None and not old.apart.size
    low, high, price = new.low[where], new.high[where], new.price[where]
    slack = _SLACK * np.maximum(1.0, np.where(np.isfinite(old.high), old.high, 0.0))
    within = (low >= old.low - slack) & (high <= old.high + slack)
    # A hard tolerance has an infinite price: only another hard one is as high.
    if not (free | (within & (price >= old.price * (1 - 1e-12)))).all():
        return False
    if not unordered(old.apart) <= unordered(new.apart):
        return False
    if old.edges is None:
        return True
    if new.edges is None or (new.anchor & ~old.anchor).any():
        return False
    return unordered(new.edges) <= unordered(old.edges)
