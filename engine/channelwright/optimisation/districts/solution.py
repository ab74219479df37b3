"""Options of a district search and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.districts.cuts import pieces_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.districts.ground import Ground
    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Progress = Callable[["Districts | None", float], bool]

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class DistrictOptions:
    """Work limits of a district search.

    Attributes
    ----------
    gap : float
        Stop when answer and bound are this close, as a share of the answer.
    restarts : int
        Searches from different centres.
    epochs : int
        Temperatures of a search.
    moves : int
        Moves tried per unit and temperature.
    relocations : int
        Centres put elsewhere before a search of more units than 600.
    dual_iterations : int
        Steps of the bound by prices.
    exact_units : int
        Largest number of units for which branch and bound is tried.
    nodes : int
        Branch-and-bound nodes at most per integer model.
    threads, seed : int
        Of HiGHS; the seed also of the search.
    seconds : float or None
        Opt-in time limit; it marks the certificate.
    start : (n,) int, optional
        Territory of every unit in a division to begin with; it may break limits and rules.
    floor : float
        What every division costs at least, if that is known before; else minus infinity.
    floor_kind : str
        How that was found.
    progress : callable, optional
        Called with the best answer (or None) and the bound; returning False stops the search.
    """

    gap: float = 1e-6
    restarts: int = 8
    epochs: int = 100
    moves: int = 200
    relocations: int = 50
    dual_iterations: int = 1500
    exact_units: int = 400
    nodes: int = 50_000
    threads: int = 1
    seed: int = 0
    seconds: float | None = None
    start: Indices | None = None
    floor: float = -np.inf
    floor_kind: str = ""
    progress: Progress | None = None


@dataclass(frozen=True, eq=False)
class Districts:
    """A feasible answer.

    Attributes
    ----------
    label : (n,) int
        Territory of every unit, numbered as `centre`.
    centre : (p,) int
        Centre of every territory; given centres first.
    compactness : float
        Cost of the units to their centres.
    imbalance : float
        Price of what lies beyond the tolerances of priced measures.
    load : (p, m)
        Load of every territory.
    """

    label: Indices
    centre: Indices
    compactness: float
    imbalance: float
    load: Floats

    @property
    def objective(self) -> float:
        """Compactness and price of imbalance together."""
        return self.compactness + self.imbalance


@dataclass(frozen=True, eq=False)
class DistrictSolution:
    """Answer of a district search.

    Attributes
    ----------
    found : Districts or None
        The best answer, None if there is none.
    certificate : Certificate
        What is known about it.
    """

    found: Districts | None
    certificate: Certificate


def districts_of(problem: DistrictProblem, label: Indices, centre: Indices) -> Districts:
    """Return an answer with its figures.

    Parameters
    ----------
    problem : DistrictProblem
    label : (n,) int
    centre : (p,) int
    """
    load = np.zeros((problem.territories, problem.n_measures))
    np.add.at(load, label, problem.activity)
    beyond = np.maximum(load - problem.high, 0.0) + np.maximum(problem.low - load, 0.0)
    beyond = beyond * np.isfinite(problem.tolerance)
    priced = np.isfinite(problem.price)
    return Districts(
        label=np.array(label),
        centre=np.array(centre),
        compactness=float(problem.cost[np.arange(label.size), centre[label]].sum()),
        imbalance=float((beyond[:, priced] * problem.price[priced]).sum()),
        load=load,
    )


def violation(problem: DistrictProblem, ground: Ground, found: Districts) -> str | None:
    """Return the first rule that an answer breaks, or None.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    found : Districts
    """
    label, centre = found.label, found.centre
    if not (label[centre] == np.arange(problem.territories)).all():
        return "a centre is not in its own territory"
    if not problem.candidates[centre].all() or not np.isin(problem.centres, centre).all():
        return "a centre is not as given"
    locked = problem.locks >= 0
    if (centre[label[locked]] != problem.locks[locked]).any():
        return "a locked unit is not with its centre"
    a, b = problem.together.T
    c, d = problem.apart.T
    if (label[a] != label[b]).any() or (label[c] == label[d]).any():
        return "a pair is not together or not apart"
    slack = _TOLERANCE * np.maximum(1.0, problem.high)
    hard = ~np.isfinite(problem.price) & np.isfinite(problem.tolerance)
    off = (found.load > problem.high + slack) | (found.load < problem.low - slack)
    if off[:, hard].any():
        return "a hard balance is missed"
    if problem.edges is not None and any(
        len(pieces_of(ground, np.flatnonzero(label == t))) != 1 for t in range(problem.territories)
    ):
        return "a territory is not connected"
    return None
