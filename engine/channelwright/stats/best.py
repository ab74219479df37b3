"""How probable it is that each design is the best one, given paired replications."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.errors import StatisticsError

ASSUMPTION = (
    "true means given the data: multivariate Student t around the sample means with the sample "
    "covariance / n and n - 1 degrees of freedom (normal paired replications, no prior preference)"
)
DRAWS = 20_000


def _checked_designs(samples: npt.ArrayLike) -> FloatArray:
    matrix = checked_sample(samples, name="samples")
    if matrix.ndim != 2:
        msg = f"samples have {matrix.ndim} axes; give designs x replications"
        raise StatisticsError(msg)
    return matrix


def probability_best(
    samples: npt.ArrayLike, *, larger_is_better: bool = True, seed: int = 0
) -> FloatArray:
    """Return each design's probability of having the best true mean.

    Assumes what `ASSUMPTION` says; every pairwise comparison then agrees with the paired Student
    interval. Evaluated with 20,000 seeded draws, so that a probability is good to about 0.004.
    Designs that tie in a draw share it.

    Parameters
    ----------
    samples : (k, n)
        Row d, column r: design d in replication r.
    larger_is_better : bool
        Direction of the KPI.
    seed : int
        Seed of the draws.

    Returns
    -------
    (k,)
        Probabilities that sum to 1.
    """
    matrix = _checked_designs(samples)
    score = matrix if larger_is_better else -matrix
    count = score.shape[1]
    centred = score - score.mean(axis=1, keepdims=True)
    # Weights on the residuals give the sample covariance even where it is singular (n <= k).
    return _share_of_wins(score.mean(axis=1) + _weights(count, seed) @ centred.T)


@lru_cache(maxsize=4)
def _weights(count: int, seed: int) -> FloatArray:
    """Return (DRAWS, n) weights of replications; every KPI of a comparison uses the same."""
    generator = np.random.default_rng(seed)
    normal = generator.standard_normal((DRAWS, count)) / np.sqrt(count * (count - 1))
    weights: FloatArray = normal * np.sqrt(
        (count - 1) / generator.chisquare(count - 1, size=(DRAWS, 1))
    )
    weights.flags.writeable = False
    return weights


def _share_of_wins(drawn: FloatArray) -> FloatArray:
    wins = drawn == drawn.max(axis=1, keepdims=True)
    return np.asarray((wins / wins.sum(axis=1, keepdims=True)).mean(axis=0))


def probability_best_bound(samples: npt.ArrayLike, *, larger_is_better: bool = True) -> FloatArray:
    """Return a lower bound of each design's probability of being best, without drawing.

    1 - sum over rivals of P(rival at least as good), each from the paired Student t (Bonferroni's
    inequality under the same assumption); exact for two designs.

    Parameters
    ----------
    samples : (k, n)
        Row d, column r: design d in replication r.

    Returns
    -------
    (k,)
        Bounds, 0 where the inequality says nothing.
    """
    matrix = _checked_designs(samples)
    score = matrix if larger_is_better else -matrix
    designs, count = score.shape
    gaps = score[:, None, :] - score[None, :, :]
    mean = gaps.mean(axis=2)
    error = gaps.std(axis=2, ddof=1) / np.sqrt(count)
    # Designs that never differ tie: each is as likely to be behind as ahead.
    statistic = np.divide(
        mean, error, out=np.where(mean == 0.0, 0.0, np.copysign(np.inf, mean)), where=error > 0.0
    )
    behind = stdtr(count - 1, -statistic)
    behind[np.arange(designs), np.arange(designs)] = 0.0
    return np.asarray(np.clip(1.0 - behind.sum(axis=1), 0.0, 1.0))
