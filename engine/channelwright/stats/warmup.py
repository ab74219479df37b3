"""How much of the beginning to leave out: MSER-5 for machines, Welch's average for people.

Both expect output divided by its expected seasonal level, so that a season is not taken for a
warm-up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.errors import StatisticsError

BATCH = 5
_FEWEST_BATCHES = 4


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A truncation point.

    Attributes
    ----------
    periods : int
        Periods to leave out.
    statistic : float
        The smallest MSER value, unit of the output squared.
    too_short : bool
        True when the error still falls at half of the run: it shows no steady part, and no
        truncation of it is to be trusted.
    """

    periods: int
    statistic: float
    too_short: bool

    def __str__(self) -> str:
        """Return the answer as one sentence."""
        if self.too_short:
            return (
                f"no steady part: the error still falls after {self.periods} periods, half the run"
            )
        return f"leave out the first {self.periods} periods"


def mser5(series: npt.ArrayLike, batch: int = BATCH) -> WarmUp:
    """Return the truncation that minimises the marginal standard error.

    With Z the k means of `batch` periods each, d* = argmin over d of
    sum_{j>d} (Z_j - mean)^2 / (k - d)^2 (White, Cobb & Spratt 2000, "A comparison of five
    steady-state truncation heuristics for simulation", WSC; MSER-5 of Spratt
    1998), searched in the first half, since late values rest on few batches. A minimum at the end
    of that half flags a run that is too short.

    Parameters
    ----------
    series : (n,) or (replications, n)
        Output per period; replications are averaged first.
    batch : int
        Periods of a batch.

    Raises
    ------
    StatisticsError
        When the series has fewer than four batches.
    """
    values = checked_sample(series, name="series")
    line = values if values.ndim == 1 else values.reshape(-1, values.shape[-1]).mean(axis=0)
    count = line.size // batch
    if count < _FEWEST_BATCHES:
        msg = (
            f"series has {line.size} periods, {_FEWEST_BATCHES * batch} are needed for "
            f"{_FEWEST_BATCHES} batches of {batch}; simulate longer"
        )
        raise StatisticsError(msg)
    means = line[: count * batch].reshape(count, batch).mean(axis=1)
    marginal = _marginal(means)
    best = int(np.argmin(marginal))
    return WarmUp(best * batch, float(marginal[best]), best >= 0.95 * (marginal.size - 1))


def _marginal(means: FloatArray) -> FloatArray:
    """Return MSER for every number of batches left out, up to half of them."""
    count = means.size
    centred = means - means.mean()
    left = np.arange(count, 0, -1, dtype=np.float64)
    sums = np.cumsum(centred[::-1])[::-1]
    squares = np.cumsum(centred[::-1] ** 2)[::-1]
    spread = np.maximum(squares - sums**2 / left, 0.0)
    return np.asarray((spread / left**2)[: count // 2 + 1])


def welch_average(series: npt.ArrayLike, window: int) -> FloatArray:
    """Return the moving average of the mean over replications, for Welch's plot.

    Symmetric over 2 `window` + 1 periods, and over 2 i + 1 at period i < window; the last `window`
    periods have no value (Welch 1983, in Lavenberg, "The computer performance modeling handbook").

    Parameters
    ----------
    series : (replications, n)
    window : int
        Periods on each side, at most n // 4.

    Returns
    -------
    (n - window,)

    Raises
    ------
    StatisticsError
        When the window does not fit.
    """
    values = checked_sample(series, name="series")
    line = values if values.ndim == 1 else values.mean(axis=0)
    if not 0 <= window <= line.size // 4:
        msg = f"window is {window}; give 0 to {line.size // 4}, a quarter of the series"
        raise StatisticsError(msg)
    sums = np.concatenate([[0.0], np.cumsum(line)])
    centre = np.arange(line.size - window)
    half = np.minimum(centre, window)
    return np.asarray((sums[centre + half + 1] - sums[centre - half]) / (2 * half + 1))
