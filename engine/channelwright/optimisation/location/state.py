"""What a location search knows so far: the best answer, the bound, the work done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.compiled import search_clock
from channelwright.optimisation.interrupting import asked_to_end
from channelwright.optimisation.location.certify import CHEAPEST, certify, cheapest_service
from channelwright.optimisation.location.solution import violation

if TYPE_CHECKING:
    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.location.lagrangian import Pricing
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent, LocationOptions


@dataclass
class Search:
    """What the search knows so far; lives for one call only.

    An answer in `reserve` steers nothing: it is told of and taken at the end where nothing better
    was found.
    """

    problem: LocationProblem
    options: LocationOptions
    begin: float = field(default_factory=search_clock)
    found: Incumbent | None = None
    reserve: Incumbent | None = None
    bound: float = -np.inf
    kind: str = "lagrangian"
    pricing: Pricing | None = None
    whole: bool = False
    tried: set[bytes] = field(default_factory=set)
    work: dict[str, int] = field(default_factory=dict)
    timed: bool = False
    stopped: bool = False
    infeasible: bool = False

    @property
    def ceiling(self) -> float:
        """Objective of the best answer; without one, a guess that keeps steps sensible."""
        if self.found is not None:
            return self.found.objective
        return self.bound + 0.05 * abs(self.bound) + 1.0 if np.isfinite(self.bound) else 1.0

    def count(self, name: str, number: int = 1) -> None:
        """Add to the work done."""
        self.work[name] = self.work.get(name, 0) + number

    def offer(self, found: Incumbent | None) -> bool:
        """Keep an answer if it is feasible and better."""
        if found is None or violation(self.problem, found) is not None:
            return False
        if self.found is not None and found.objective >= self.found.objective:
            return False
        self.found = found
        self.tell()
        return True

    def raise_bound(self, bound: float, kind: str) -> None:
        """Keep a bound if it is better, rounded up to the step of the objective."""
        step = self.problem.cost_step
        if step > 0:
            bound = np.ceil(bound / step - 1e-6) * step
        if bound > self.bound:
            self.bound, self.kind = float(bound), kind

    def tell(self) -> None:
        """Report progress; the one who listens may stop the search."""
        found = self.reserve if self.found is None else self.found
        if self.options.progress is not None and found is not None:
            self.stopped |= not self.options.progress(found, self.bound)

    def note_end(self) -> None:
        """Note that the search was ended in the middle of a stage: by the clock or by somebody."""
        self.stopped |= asked_to_end()
        self.timed |= not self.stopped

    def enough(self, bound: float) -> bool:
        """Return True when a bound meets the answer, or the search must end."""
        self.raise_bound(bound, self.kind)
        return self.done

    @property
    def done(self) -> bool:
        """True when the gap is closed or a limit is reached."""
        limit = self.options.seconds
        if limit is not None and search_clock() - self.begin > limit:
            self.timed = True
        self.stopped |= asked_to_end()
        if self.timed or self.stopped:
            return True
        if self.found is None:
            return False
        return self.found.objective - self.bound <= self.options.gap * abs(self.found.objective)

    def certificate(self) -> Certificate:
        """Return what is known now; the answer in reserve counts where there is no better one."""
        self.offer(self.reserve)
        upper = None if self.found is None else self.found.objective
        if not self.infeasible:
            # A bound by prices that had no time may be worse than no prices at all.
            self.raise_bound(cheapest_service(self.problem), CHEAPEST)
        return certify(self.problem, upper, self.bound, self.kind, self.work, timed=self.timed)

    @property
    def spent(self) -> float:
        """Share of the time limit that is gone; 0 without one."""
        if self.options.seconds is None:
            return 0.0
        return (search_clock() - self.begin) / max(self.options.seconds, 1e-9)

    def seconds_left(self) -> float | None:
        """Return what is left of the time limit."""
        if self.options.seconds is None:
            return None
        return max(0.1, self.options.seconds - (search_clock() - self.begin))

    def seconds_until(self, share: float) -> float | None:
        """Return the seconds until a share of the time limit is gone, none at least."""
        if self.options.seconds is None:
            return None
        return max(0.0, share * self.options.seconds - (search_clock() - self.begin))
