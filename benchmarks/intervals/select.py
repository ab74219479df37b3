"""How often the selection of the best is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from channelwright import stats

NOMINAL = 0.95
#: The lower 99.9 % limit of the estimated probability may fall short of nominal by this.
SLACK = 0.01

Play = Callable[[np.random.Generator], tuple[bool, int]]


@dataclass(frozen=True)
class Selected:
    """How often the best design was found.

    Attributes
    ----------
    case : str
    right, experiments : int
    runs : float, mean number of runs of all designs
    """

    case: str
    right: int
    experiments: int
    runs: float

    @property
    def lower(self) -> float:
        """Lower 99.9 % limit of the probability of correct selection."""
        return stats.proportion_interval(self.right, self.experiments, 0.998).low

    @property
    def kept(self) -> bool:
        """Whether it reaches nominal less the slack."""
        return self.lower >= NOMINAL - SLACK


def least_favourable(correlation: float) -> Play:
    """One of ten designs leads all others by exactly the zone: k = 10, zone 1, sd 3, n0 = 10."""
    mean = np.zeros(10)
    mean[-1] = 1.0

    def play(generator: np.random.Generator) -> tuple[bool, int]:
        def observe(rows: np.ndarray, first: int, last: int) -> np.ndarray:
            common = generator.normal(size=(1, last - first))
            own = generator.normal(size=(rows.size, last - first))
            noise = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
            return np.asarray(mean[rows][:, None] + 3.0 * noise)

        answer = stats.select_best(observe, 10, 1.0)
        return answer.best == 9, int(answer.observations.sum())

    return play


def from_pool(values: np.ndarray, zone: float, *, paired: bool) -> Play:
    """Draw runs of stored designs with replacement: (k, n), the best first.

    Every other design is shifted so that it trails the best by exactly the zone: the runs' own law
    and correlation in the least favourable configuration.
    """
    centred = values - values.mean(axis=1, keepdims=True)
    centred[0] += zone

    def play(generator: np.random.Generator) -> tuple[bool, int]:
        def observe(rows: np.ndarray, first: int, last: int) -> np.ndarray:
            if paired:
                return np.asarray(
                    centred[rows][:, generator.integers(0, values.shape[1], last - first)]
                )
            places = generator.integers(0, values.shape[1], (rows.size, last - first))
            return np.asarray(np.take_along_axis(centred[rows], places, axis=1))

        answer = stats.select_best(observe, len(values), zone)
        return answer.best == 0, int(answer.observations.sum())

    return play


def selected(case: str, play: Play, experiments: int, seed: int = 8) -> Selected:
    """Play a case many times."""
    generator = np.random.default_rng(seed)
    played = [play(generator) for _ in range(experiments)]
    return Selected(
        case,
        sum(right for right, _ in played),
        experiments,
        float(np.mean([runs for _, runs in played])),
    )
