"""Cut units into territories: search for answers, bound by prices, proof by branch and bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.compiled import search_clock
from channelwright.optimisation.certify import refusal
from channelwright.optimisation.districts import certify as kinds
from channelwright.optimisation.districts.bound import PriceSearch
from channelwright.optimisation.districts.branches import Branches
from channelwright.optimisation.districts.certify import certify
from channelwright.optimisation.districts.exact import ExactModel
from channelwright.optimisation.districts.ground import ground_of
from channelwright.optimisation.districts.infeasible import clashes, tightness
from channelwright.optimisation.districts.search import Search
from channelwright.optimisation.districts.solution import DistrictOptions, DistrictSolution
from channelwright.optimisation.interrupting import asked_to_end
from channelwright.optimisation.solver import SolverOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.districts.bound import PriceBound
    from channelwright.optimisation.districts.problem import DistrictProblem

    Indices = NDArray[np.int64]

#: Share of a time limit that the search for answers may take before the proof begins.
_SEARCH_SHARE = 0.3
#: Searches that end at the same best answer, after which a proof is the better use of time.
_AGREED = 3
#: Beyond this many units a quick search comes first.
_QUICK_FROM = 600
#: Shares of a time limit, where there is no proof, after which the bound waits for the search and
#: the search for the bound.
_BOUND_FIRST, _SEARCH_UNTIL = 0.45, 0.75
#: Share of a time limit that putting centres elsewhere may take before a search.
_RELOCATE_SHARE = 0.15
#: Steps of the bound between two reports of it.
_STEPS = 25
#: Fewest temperatures of a search that is cut to the time that is left.
_FEWEST_EPOCHS = 20


def solve_districts(
    problem: DistrictProblem, options: DistrictOptions | None = None
) -> DistrictSolution:
    """Find compact, balanced, connected territories and say how good they are.

    Parameters
    ----------
    problem : DistrictProblem
    options : DistrictOptions, optional

    Returns
    -------
    DistrictSolution
        An infeasible problem is a normal answer with its reasons.
    """
    return _Conductor(problem, options or DistrictOptions()).run()


class _Conductor:
    """One run: what is known so far and what is done next."""

    def __init__(self, problem: DistrictProblem, options: DistrictOptions) -> None:
        self._begin = search_clock()
        self._problem, self._options = problem, options
        self._bound, self._kind = -np.inf, kinds.PRICES
        self._work: dict[str, int] = {}
        self._stopped = self._timed = False
        self._pace = 0.0
        self._quick: Indices | None = None

    def run(self) -> DistrictSolution:
        """Return the answer; an interrupt ends the search if there is one."""
        reasons = clashes(self._problem)
        if reasons:
            return DistrictSolution(None, refusal(self._work, reasons))
        self._ground = ground_of(self._problem)
        self._search = Search(self._problem, self._ground, self._options.seed, self._must_end)
        try:
            self._go()
        except KeyboardInterrupt:
            if self._search.best is None:
                raise
            self._timed = self._stopped = True
        if self._infeasible():
            return DistrictSolution(None, refusal(self._work, (tightness(self._problem),)))
        return DistrictSolution(self._search.best, self._certificate())

    def _go(self) -> None:
        if np.isfinite(self._options.floor):
            self._raise(self._options.floor, self._options.floor_kind)
        self._begin_at_given()
        if self._near():
            return
        self._prices = PriceSearch(self._problem, self._ground)
        exact = self._problem.n_units <= self._options.exact_units
        self._seek(exact=exact)
        if exact and not self._over():
            self._prove()

    def _certificate(self) -> Certificate:
        return certify(
            self._problem,
            self._search.upper,
            self._bound,
            self._kind,
            self._work,
            timed=self._timed,
        )

    def _infeasible(self) -> bool:
        return self._search.best is None and self._bound == np.inf

    def _seek(self, *, exact: bool) -> None:
        """Search from several starts, with the bound by prices improved in between."""
        options, search = self._options, self._search
        share = _SEARCH_SHARE if exact else 1.0
        until = share if exact else _SEARCH_UNTIL
        moves, large = self._quick_answer(), self._problem.n_units > _QUICK_FROM
        # A given division was searched for before: one search on from it is enough.
        begun = bool(self._work.get("given"))
        restarts = 0 if begun else max(1, options.restarts)
        for number in range(restarts):
            # The first slice is the longest: later ones only follow a better answer.
            slices = 2 if number == 0 else 2 * restarts
            ready = search.best is not None and not exact and number == 0
            self._improve_bound(options.dual_iterations // slices, _BOUND_FIRST if ready else until)
            epochs = self._fitting(moves, until)
            known = search.best is not None
            if large and number and epochs < options.epochs:
                break
            if (known and not epochs) or (self._over(until) and (known or number)):
                break
            centres = self._centres(number)
            begin = search_clock()
            search.restart(epochs or options.epochs, moves, centres)
            self._pace_of(search_clock() - begin, epochs * moves)
            self._work["searches"] = number + 1
            if self._over(until) or (exact and search.hits >= _AGREED):
                break
        if not exact or begun:
            self._improve_bound(options.dual_iterations, share)
        if not self._prices.iterations and search.best is not None:
            # No time for a step: the prices that the answer suggests bound better than a guess.
            self._prices.begin_at(search.best.centre)
            self._improve_bound(0, 0.0)

    def _centres(self, number: int) -> Indices | None:
        """Return where a search begins; None = anywhere."""
        if self._problem.n_units > _QUICK_FROM:
            # The long search begins where the quick one did.
            centres, self._quick = self._quick, None
            return self._relocated() if centres is None else centres
        starts = self._prices.sets
        # Every other search begins where the bound would open its territories.
        return self._given_first(starts[0] if number % 2 == 0 and starts and number else None)

    def _relocated(self) -> Indices:
        begin = search_clock()
        seconds = self._options.seconds

        def end() -> bool:
            long = seconds is not None and search_clock() > begin + _RELOCATE_SHARE * seconds
            return long or self._must_end()

        return self._search.fresh_centres(self._options.relocations, end)

    def _usual_moves(self) -> int:
        """Return the moves per unit and temperature of a search."""
        moves, n = self._options.moves, self._problem.n_units
        return max(2, moves * 100 // n) if n > _QUICK_FROM else moves

    def _begin_at_given(self) -> None:
        """Search on from a given division, if there is one."""
        options, search, moves = self._options, self._search, self._usual_moves()
        if options.start is None:
            return
        begin = search_clock()
        search.begin_at(np.asarray(options.start, dtype=np.int64), options.epochs, moves)
        self._pace_of(search_clock() - begin, options.epochs * moves)
        self._work["given"] = int(search.best is not None)

    def _near(self) -> bool:
        """Return whether answer and bound are as close as is asked."""
        upper = self._search.upper
        return bool(np.isfinite(upper) and self._bound >= upper - self._options.gap * abs(upper))

    def _quick_answer(self) -> int:
        """Begin with a quick search; return the moves of later ones."""
        options, search, moves = self._options, self._search, self._usual_moves()
        large = self._problem.n_units > _QUICK_FROM
        if large and search.best is None and not self._must_end():
            # An early answer tells where prices begin; later searches look longer.
            self._quick = self._relocated()
            begin = search_clock()
            search.restart(options.epochs, 1, self._quick)
            self._pace_of(search_clock() - begin, options.epochs)
        if search.best is not None:
            self._prices.begin_at(search.best.centre)
        return moves

    def _pace_of(self, seconds: float, work: int) -> None:
        """Remember how long a temperature with one move for each unit takes."""
        self._pace = seconds / max(work, 1)

    def _fitting(self, moves: int, share: float) -> int:
        """Return how many temperatures fit into what is left of a share of the time; 0 = none."""
        seconds, epochs = self._options.seconds, self._options.epochs
        if seconds is None:
            return epochs
        left = self._begin + share * seconds - search_clock()
        fits = int(left / max(self._pace * moves, 1e-9))
        return min(epochs, fits) if fits >= min(_FEWEST_EPOCHS, epochs) else 0

    def _improve_bound(self, iterations: int, share: float) -> None:
        for _ in range(0, max(1, iterations), _STEPS):
            found = self._prices.run(
                self._search.upper, _STEPS, lambda: self._must_end(share=share)
            )
            self._raise(found.value, kinds.PRICES)
            self._work["dual_iterations"] = self._prices.iterations
            if self._over(share):
                break

    def _given_first(self, centres: Indices | None) -> Indices | None:
        if centres is None or not self._problem.centres.size:
            return centres
        given = self._problem.centres
        return np.concatenate([given, np.setdiff1d(centres, given)])[: self._problem.territories]

    def _prove(self) -> None:
        """Close what cannot be in a better answer, then branch and bound over the rest."""
        upper = self._search.upper
        keep = self._kept(self._prices.best, upper)
        atom, centre = (place.astype(np.int64) for place in np.nonzero(keep))
        if not atom.size:
            self._raise(np.inf, kinds.BRANCHES)
            return
        options = SolverOptions(
            nodes=self._options.nodes,
            threads=self._options.threads,
            seed=self._options.seed,
            relative_gap=self._options.gap / 2,
        )
        model = ExactModel(self._problem, self._ground, atom, centre)
        bound = model.relaxation(upper, options, self._deadline())
        self._raise(bound, kinds.RELAXATION)
        branches = Branches(self._problem, self._ground, model, options, self._must_end)
        bound = branches.run(self._report, self._labels(), upper, self._deadline())
        done = model.work
        self._timed |= done.timed or self._must_end()
        self._work |= {
            "centres_closed": branches.closed,
            "parts": branches.parts,
            "nodes": done.nodes,
            "links": done.links,
            "separators": done.separators,
            "rounds": done.rounds,
        }
        self._raise(bound, kinds.BRANCHES)

    def _kept(self, prices: PriceBound, upper: float) -> NDArray[np.bool_]:
        """Return the arcs that an answer better than the best one may use, (atoms, n)."""
        problem, ground = self._problem, self._ground
        n = problem.n_units
        reduced = ground.cost - prices.unit_price[:, None]
        reduced = reduced - ground.activity @ prices.balance_price.T
        floor = prices.floor_with(problem.territories, problem.centres)
        room = upper + 1e-6 * max(1.0, abs(upper)) if np.isfinite(upper) else np.inf
        keep = floor[None] + np.maximum(reduced, 0.0) <= room
        keep[ground.atom, np.arange(n)] = True
        possible = problem.candidates & (floor <= room)
        for j in problem.centres.tolist():
            # An atom that holds a given centre goes nowhere else and holds no other centre.
            alone = np.arange(n) == j
            keep[ground.atom[j], ~alone] = False
            possible &= alone | (ground.atom != ground.atom[j])
        keep &= possible[None]
        return np.asarray(keep)

    def _labels(self) -> Indices | None:
        best = self._search.best
        return None if best is None else best.centre[best.label]

    def _report(self, label: Indices | None, bound: float) -> tuple[float, Indices | None] | None:
        """Repair what branch and bound proposes; None ends it."""
        if label is not None:
            self._search.repair(label, max(10, self._options.epochs // 4), self._options.moves)
        self._raise(bound, kinds.BRANCHES)
        return None if self._over() else (self._search.upper, self._labels())

    def _raise(self, bound: float, kind: str) -> None:
        if bound > self._bound + 1e-9 * abs(self._bound) or not np.isfinite(self._bound):
            self._bound, self._kind = float(bound), kind
        progress = self._options.progress
        if progress is not None and not progress(
            self._search.best, min(self._bound, self._search.upper)
        ):
            self._stopped = True

    def _deadline(self) -> float:
        seconds = self._options.seconds
        return np.inf if seconds is None else self._begin + seconds

    def _late(self, share: float = 1.0) -> bool:
        """Return whether a share of the time is over."""
        seconds = self._options.seconds
        return seconds is not None and search_clock() > self._begin + share * seconds

    def _must_end(self, share: float = 1.0) -> bool:
        """Return whether the search was stopped, or a share of its time is over."""
        self._stopped |= asked_to_end()
        return self._stopped or self._late(share)

    def _over(self, share: float = 1.0) -> bool:
        """Return whether the search has ended: proven, stopped or out of time."""
        close = self._near()
        end = self._must_end(share)
        self._timed |= end and not close
        return bool(close or end)
