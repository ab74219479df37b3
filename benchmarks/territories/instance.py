"""A published instance as it is read, before anything of the engine sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class FormatError(Exception):
    """A file does not follow its format."""


@dataclass(frozen=True, eq=False)
class Instance:
    """One instance in the terms of its own format.

    Attributes
    ----------
    name : str
        File name without endings.
    cost : (n, m)
        Cost of serving all of customer i from site j (minimisation).
    usage : (k, n, m) or (k, n, 1)
        What the arc takes of each measure; k may be 0.
    limit : (k, m)
        Capacities.
    floor : (k, m)
        Least loads of open sites.
    fixed_cost : (m,)
        Opening costs.
    sites_open : int or None
        Exact number of open sites, None if free.
    all_open : bool
        All sites are given as open (generalised assignment).
    own : bool
        Site j is customer j, and an open site serves itself.
    single_source : bool
        One server per customer.
    sign : float
        -1 when the published objective is a maximum, else 1.
    published : float or None
        Published value.
    edges : (e, 2) int or None
        Adjacency when territories must be connected.
    """

    name: str
    cost: NDArray[np.float64]
    usage: NDArray[np.float64]
    limit: NDArray[np.float64]
    floor: NDArray[np.float64]
    fixed_cost: NDArray[np.float64]
    sites_open: int | None
    all_open: bool
    own: bool
    single_source: bool
    sign: float
    published: float | None
    edges: NDArray[np.int64] | None = None
