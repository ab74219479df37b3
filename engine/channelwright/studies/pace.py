"""How many runs are made at a time: one, or a bundle where runs are short and many."""

from __future__ import annotations

from collections.abc import Sequence

from channelwright.studies.worker import Outcome

#: Seconds of simulation from which on a run has a folder of its own: storing costs little beside.
SHORT = 0.25
#: Seconds that a bundle should take; what a killed worker loses at most.
AIM = 1.0
#: Runs that must be waiting before bundles begin, and bounds of a bundle.
MANY, LEAST, MOST = 64, 8, 256


class Pace:
    """Learns from the runs that ended how many the next worker should be given."""

    def __init__(self) -> None:
        self._mean = float("inf")
        self._bundling = False

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        """Take note of runs that ended together."""
        good = [one.making for one in outcomes if one.failure is None]
        if good:
            self._mean = sum(good) / len(good)

    def size(self, waiting: int, window: int) -> int:
        """Return how many runs to hand over next.

        Parameters
        ----------
        waiting : int
            Runs not handed over yet.
        window : int
            How often work may be under way at once.
        """
        if self._mean >= SHORT:
            return 1
        self._bundling = self._bundling or waiting >= MANY
        if not self._bundling:
            return 1
        # Shares of what is left shrink, so that all workers end at about the same time.
        share = waiting // (2 * window)
        wanted = int(AIM / max(self._mean, AIM / MOST))
        return max(min(wanted, share, MOST), LEAST)
