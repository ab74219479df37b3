"""The proof: parts of the problem, each closed by relaxation, probing and branch and bound.

A unit that fills much of a territory decides most of it, and a relaxation that may split it over
many centres is weak. So the heaviest units are given to each centre that they may have, one part
each, before HiGHS sees what is left.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.districts.probe import probe
from channelwright.optimisation.solver import Session, SolverOptions, SolveStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from channelwright.optimisation.districts.exact import ExactModel, Report
    from channelwright.optimisation.districts.ground import Ground
    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Share of a full territory from which a unit is given away before branch and bound.
_HEAVY = 0.2
_DOMINANT = 0.5
#: Parts with fewer open arcs than this go to HiGHS whole.
_SMALL = 400
_PROBES = 3


@dataclass(frozen=True, eq=False)
class _Part:
    lower: Floats
    upper: Floats
    depth: int


class Branches:
    """Closes parts of a problem, the one with the lowest bound first.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    model : ExactModel
        All arcs that a better answer may use.
    options : SolverOptions
    stop : callable
        Whether time is up.
    """

    def __init__(
        self,
        problem: DistrictProblem,
        ground: Ground,
        model: ExactModel,
        options: SolverOptions,
        stop: Callable[[], bool],
    ) -> None:
        self._model, self._options, self._stop = model, options, stop
        self._heavy, self._dominant = _heavy_atoms(problem, ground)
        self._queue: list[tuple[float, int, _Part]] = []
        self._number = count()
        self.closed = 0
        self.parts = 0

    def run(self, report: Report, start: Indices | None, upper: float, deadline: float) -> float:
        """Close all parts and return the bound of the whole; infinite if nothing is left.

        Parameters
        ----------
        report : callable
            Told every answer and bound; returns what is best now, or None to stop.
        start : (n,) int or None
            Best answer by centres.
        upper : float
            Its objective.
        deadline : float
            Of ``search_clock``.
        """
        model = self._model
        self._push(-np.inf, _Part(model.arrays.lower, model.arrays.upper, 0))
        best, shown = (upper, start), -np.inf
        while self._queue:
            bound, _, part = heapq.heappop(self._queue)
            shown = max(shown, bound)
            answer = report(None, shown)
            if answer is None:
                return shown
            best = answer
            if bound >= best[0]:
                return best[0]
            model.set_bounds(part.lower, part.upper)
            bound = max(bound, self._squeezed(best[0], part.depth, deadline))
            if self._stop():
                return max(shown, min(bound, self._lowest()))
            if bound >= best[0]:
                continue
            if self._split(part.depth, bound, best[0]):
                continue
            others = self._lowest()

            def told(
                label: Indices | None, found: float, others: float = others, before: float = shown
            ) -> tuple[float, Indices | None] | None:
                return report(label, max(before, min(found, others)))

            bound = max(bound, model.solve(told, best[0], best[1], self._options, deadline))
            self.parts += 1
            if bound < report_upper(report, shown, best)[0] and self._stop():
                return max(shown, min(bound, others))
            best = report_upper(report, shown, best)
            if bound < best[0] - 1e-6 * max(1.0, abs(best[0])):
                return max(shown, min(bound, others))
        return np.inf

    def _push(self, bound: float, part: _Part) -> None:
        heapq.heappush(self._queue, (bound, next(self._number), part))

    def _lowest(self) -> float:
        return self._queue[0][0] if self._queue else np.inf

    def _squeezed(self, upper: float, depth: int, deadline: float) -> float:
        """Return the bound of the present part after relaxation and probing.

        Centres are not probed while a unit that decides a whole territory is still to be given.
        """
        model = self._model
        bound = model.relaxation(upper, self._options, deadline)
        for _ in range(_PROBES if np.isfinite(upper) and depth >= self._dominant else 0):
            if self._stop() or bound >= upper:
                break
            before = model.open_arcs
            self.closed += probe(model, upper, self._options, self._stop)
            bound = max(bound, model.relaxation(upper, self._options, deadline))
            if model.open_arcs > 0.8 * before:
                break
        return bound

    def _split(self, depth: int, bound: float, upper: float) -> bool:
        """Give the next heavy atom to each of its centres; False if there is none."""
        model = self._model
        if depth >= self._heavy.size or model.open_arcs <= _SMALL:
            return False
        session = Session(model.arrays.relaxed(), self._options)
        session.solve()
        lower, high = model.arrays.lower, model.arrays.upper
        arcs = model.arcs_of(int(self._heavy[depth]))
        for column in arcs.tolist():
            if self._stop():
                # What was not looked at stays one part, so that the bound is still one of all.
                self._push(bound, _Part(lower, high, depth + 1))
                break
            session.set_column_bounds([column], np.ones(1), np.ones(1))
            result = session.solve()
            session.set_column_bounds([column], np.zeros(1), np.ones(1))
            if result.status is SolveStatus.INFEASIBLE:
                continue
            value = bound if result.bound is None else max(bound, result.bound)
            if value < upper:
                fixed, rest = lower.copy(), high.copy()
                rest[arcs[arcs != column]] = 0.0
                fixed[column] = 1.0
                self._push(value, _Part(fixed, rest, depth + 1))
        return True


def report_upper(
    report: Report, bound: float, known: tuple[float, Indices | None]
) -> tuple[float, Indices | None]:
    """Return the best answer that the reporter knows; what was known if it wants to stop."""
    answer = report(None, bound)
    return known if answer is None else answer


def _heavy_atoms(problem: DistrictProblem, ground: Ground) -> tuple[Indices, int]:
    """Return the atoms that fill much of a territory in a hard measure, heaviest first.

    Also how many of them fill more than half of one.
    """
    hard = ~np.isfinite(problem.price) & np.isfinite(problem.tolerance) & (problem.high > 0)
    if not hard.any():
        return np.zeros(0, dtype=np.int64), 0
    share = (ground.activity[:, hard] / problem.high[hard]).max(axis=1)
    order = np.argsort(-share, kind="stable")
    heavy = order[share[order] > _HEAVY]
    return np.asarray(heavy, dtype=np.int64), int((share > _DOMINANT).sum())
