"""Branch and bound with links and separators stated when they are broken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.foundation.compiled import search_clock
from channelwright.optimisation.districts.cuts import fractional_separators, separators_of
from channelwright.optimisation.districts.model import ModelPart, Separator, build
from channelwright.optimisation.interrupting import asked_to_end
from channelwright.optimisation.solver import (
    Session,
    SolveReport,
    SolverOptions,
    SolveStatus,
    compile_model,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from channelwright.optimisation.districts.ground import Ground
    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]
    #: Called with labels of an answer that may be in pieces, and a bound; returns the objective of
    #: the best whole answer known and its labels, or None to stop.
    Report = Callable[[Indices | None, float], tuple[float, Indices | None] | None]

_ROUNDS = 60
_LEAST_SECONDS = 0.1
_TOLERANCE = 1e-6


@dataclass
class ExactWork:
    """Counts of work done."""

    nodes: int = 0
    links: int = 0
    separators: int = 0
    rounds: int = 0
    timed: bool = False


class ExactModel:
    """The arrays of a part of a district problem, to which rows are added as they are broken.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    atom, centre : (n_arcs,) int
        Arcs of the part.
    """

    def __init__(
        self, problem: DistrictProblem, ground: Ground, atom: Indices, centre: Indices
    ) -> None:
        self._ground = ground
        self._p = problem.territories
        none = np.zeros(0, dtype=np.int64)
        model = build(problem, ground, ModelPart(atom, centre, none))
        arrays, variables, _ = compile_model(model)
        self.arrays = arrays
        place = {id(variable): k for k, variable in enumerate(variables)}
        pairs = zip(atom.tolist(), centre.tolist(), strict=True)
        self._x = np.array([place[id(model.x[pair])] for pair in pairs], dtype=np.int64)
        self.atom, self.centre = atom, centre
        self._arc = {
            pair: k for k, pair in enumerate(zip(atom.tolist(), centre.tolist(), strict=True))
        }
        own = ground.atom[centre]
        self._own = np.array(
            [self._x[self._arc[pair]] for pair in zip(own.tolist(), centre.tolist(), strict=True)],
            dtype=np.int64,
        )
        self._linked = own == atom
        self._cuts: set[Separator] = set()
        self.work = ExactWork()

    def relaxation(self, upper: float, options: SolverOptions, deadline: float = np.inf) -> float:
        """Solve the linear relaxation, add broken rows until none is left, fix what cannot pay.

        Parameters
        ----------
        upper : float
            Objective of a known answer.
        options : SolverOptions
        deadline : float
            Of ``search_clock``; infinite without one.

        Returns
        -------
        float
            Its bound; infinite if the part holds no answer at all.
        """
        bound = -np.inf
        left = deadline - search_clock()
        seconds = max(left, _LEAST_SECONDS) if np.isfinite(left) else None
        session = Session(self.arrays.relaxed(), replace(options, nodes=None, seconds=seconds))
        stall = 0
        for _ in range(_ROUNDS):
            if search_clock() > deadline or asked_to_end():
                break
            report = session.solve()
            if report.status is SolveStatus.INFEASIBLE:
                return np.inf
            # What was cut short has an objective that bounds nothing.
            if report.values is None or report.bound is None:
                break
            stall = stall + 1 if report.bound < bound + 1e-5 * abs(bound) else 0
            bound = max(bound, report.bound)
            self._fix(report, upper)
            rows = [*self._broken_links(report.values), *self._broken_cuts(report.values)]
            if not rows or bound > upper or stall > 4:
                break
            self._append(rows, session)
            self.work.rounds += 1
        return bound

    def solve(
        self,
        report: Report,
        upper: float,
        start: Indices | None,
        options: SolverOptions,
        deadline: float,
    ) -> float:
        """Branch and bound, then separators, until the best answer is whole.

        Parameters
        ----------
        report : callable
            Repairs and keeps answers.
        upper : float
            Objective of the best answer known.
        start : (n,) int or None
            Its labels by centre unit.
        options : SolverOptions
        deadline : float
            Of ``search_clock``; infinite without one.

        Returns
        -------
        float
            Bound for the part; infinite if it holds nothing better than `upper`.
        """
        bound = -np.inf
        while True:
            left = deadline - search_clock()
            if left <= 0:
                self.work.timed = True
                return bound
            limited = replace(options, seconds=left if np.isfinite(left) else None)
            session = Session(self.arrays, limited)
            if start is not None:
                values = self._values_of(start)
                if values is not None:
                    session.start_from(values)
            result = session.solve()
            self.work.nodes += result.nodes
            self.work.rounds += 1
            self.work.timed |= result.timed_out
            if result.status is SolveStatus.INFEASIBLE:
                return np.inf
            if result.bound is not None:
                bound = max(bound, result.bound)
            label = None if result.values is None else self._labels(result.values)
            answer = report(label, bound)
            if answer is None:
                return bound
            upper, start = answer
            if (
                bound >= upper - 1e-6 * max(1.0, abs(upper))
                or result.status is not SolveStatus.OPTIMAL
            ):
                return bound
            rows = [] if label is None else self._integer_cuts(label)
            if not rows:
                return bound
            self._append(rows, None)

    def _labels(self, values: Floats) -> Indices:
        """Return the centre of every unit's territory."""
        taken = np.flatnonzero(values[self._x] > 0.5)
        centre = np.full(self._ground.movable.size, -1, dtype=np.int64)
        centre[self.atom[taken]] = self.centre[taken]
        return centre[self._ground.atom]

    def _values_of(self, label: Indices) -> Floats | None:
        """Return the columns of an answer given by centres, None if the part lacks an arc of it."""
        values = np.zeros(self.arrays.cost.size)
        first = self._ground.member[self._ground.start[:-1]]
        for a, j in enumerate(label[first].tolist()):
            k = self._arc.get((a, int(j)))
            if k is None or self.arrays.upper[self._x[k]] < 0.5:
                return None
            values[self._x[k]] = 1.0
        return values

    def _integer_cuts(self, label: Indices) -> list[tuple[list[int], list[float]]]:
        if not self._ground.connected:
            return []
        centres, number = np.unique(label, return_inverse=True)
        return self._cut_rows(separators_of(self._ground, number, centres, self.open_centres()))

    def _broken_links(self, values: Floats) -> list[tuple[list[int], list[float]]]:
        excess = values[self._x] - values[self._own]
        broken = np.flatnonzero((excess > _TOLERANCE) & ~self._linked)
        self._linked[broken] = True
        self.work.links += broken.size
        pairs = zip(self._x[broken].tolist(), self._own[broken].tolist(), strict=True)
        return [([x, y], [1.0, -1.0]) for x, y in pairs]

    def _broken_cuts(self, values: Floats) -> list[tuple[list[int], list[float]]]:
        if not self._ground.connected:
            return []
        table = np.zeros((self._ground.movable.size, self._ground.atom.size))
        table[self.atom, self.centre] = values[self._x]
        return self._cut_rows(fractional_separators(self._ground, table))

    def _cut_rows(self, cuts: Iterable[Separator]) -> list[tuple[list[int], list[float]]]:
        rows = []
        for cut in cuts:
            head = self._arc.get((cut.atom, cut.centre))
            if head is None or cut in self._cuts:
                continue
            self._cuts.add(cut)
            arcs = [self._arc.get((v, cut.centre)) for v in cut.through]
            through = [int(self._x[k]) for k in arcs if k is not None]
            rows.append(([int(self._x[head]), *through], [1.0] + [-1.0] * len(through)))
        self.work.separators += len(rows)
        return rows

    def _append(self, rows: list[tuple[list[int], list[float]]], session: Session | None) -> None:
        """Add rows (sum <= 0) to the arrays and to a loaded session."""
        sizes = [len(columns) for columns, _ in rows]
        index = np.repeat(np.arange(len(rows)), sizes)
        columns = np.concatenate([np.array(columns) for columns, _ in rows])
        data = np.concatenate([np.array(factors) for _, factors in rows])
        block = sparse.csr_array((data, (index, columns)), (len(rows), self.arrays.cost.size))
        low, high = np.full(len(rows), -np.inf), np.zeros(len(rows))
        if session is not None:
            session.add_rows(block, low, high)
        self.arrays = replace(
            self.arrays,
            matrix=sparse.vstack([sparse.csr_array(self.arrays.matrix), block], format="csr"),
            row_lower=np.concatenate([self.arrays.row_lower, low]),
            row_upper=np.concatenate([self.arrays.row_upper, high]),
        )

    def _fix(self, report: SolveReport, upper: float) -> None:
        """Close arcs whose reduced cost lifts the relaxation above the best answer."""
        if report.row_duals is None or report.bound is None or not np.isfinite(upper):
            return
        rows = self.arrays.matrix.shape[0]
        reduced = self.arrays.cost - self.arrays.matrix.T @ report.row_duals[:rows]
        room = upper - report.bound + 1e-6 * max(1.0, abs(upper))
        closed = self.arrays.integer & (reduced > room) & (self.arrays.lower < 0.5)
        if closed.any():
            self.arrays = replace(self.arrays, upper=np.where(closed, 0.0, self.arrays.upper))

    def open_centres(self) -> Indices:
        """Return the units that may still be centres."""
        centres, first = np.unique(self.centre, return_index=True)
        return np.asarray(centres[self.arrays.upper[self._own[first]] > 0.5])

    def columns_of(self, centre: int) -> tuple[int, Indices]:
        """Return the column of a centre's own arc and those of all its arcs."""
        arcs = np.flatnonzero(self.centre == centre)
        return int(self._own[arcs[0]]), self._x[arcs]

    def arcs_of(self, atom: int) -> Indices:
        """Return the columns of the open arcs of an atom."""
        columns = self._x[self.atom == atom]
        return np.asarray(columns[self.arrays.upper[columns] > 0.5])

    def set_bounds(self, lower: Floats, upper: Floats) -> None:
        """Go on with another part: the rows stay, the bounds of the columns are its own."""
        self.arrays = replace(self.arrays, lower=lower, upper=upper)

    def close(self, columns: Indices) -> None:
        """Close arcs for good."""
        upper = self.arrays.upper.copy()
        upper[columns] = 0.0
        self.arrays = replace(self.arrays, upper=upper)

    @property
    def open_arcs(self) -> int:
        """Number of arcs that are not closed."""
        return int((self.arrays.upper[self._x] > 0.5).sum())
