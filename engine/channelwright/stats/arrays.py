"""Checking of the samples that every estimator takes.

The last axis always counts replications; leading axes are independent experiments, so that
thousands of macro-replications can be judged in one call.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from channelwright.stats.errors import StatisticsError

FloatArray = npt.NDArray[np.float64]
SAME = 1e-10


def checked_sample(values: npt.ArrayLike, minimum: int = 2, name: str = "values") -> FloatArray:
    """Return `values` as floats, refusing samples from which nothing can be said.

    Parameters
    ----------
    values : (..., n)
        One observation per replication.
    minimum : int
        Smallest acceptable n.
    name : str
        How the message calls the sample.

    Raises
    ------
    StatisticsError
        When n is too small or an observation is not a finite number.
    """
    sample = np.asarray(values, dtype=np.float64)
    count = sample.shape[-1] if sample.ndim else 0
    if count < minimum:
        noun = "observation" if count == 1 else "observations"
        msg = f"{name}: {count} {noun}, at least {minimum} are needed; run more replications"
        raise StatisticsError(msg)
    if not np.isfinite(sample).all():
        place = tuple(int(index) for index in np.argwhere(~np.isfinite(sample))[0])
        msg = (
            f"{name}: observation {place} is {sample[place]}, not a finite number; "
            "leave failed runs out of the sample"
        )
        raise StatisticsError(msg)
    return sample


def checked_pair(
    first: npt.ArrayLike, second: npt.ArrayLike, names: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    """Return two samples of equal shape whose entries belong to the same replications.

    Raises
    ------
    StatisticsError
        When a sample is unusable or the shapes differ.
    """
    one, two = checked_sample(first, name=names[0]), checked_sample(second, name=names[1])
    if one.shape != two.shape:
        msg = (
            f"{names[0]} has shape {one.shape} and {names[1]} has shape {two.shape}; "
            "pair them on the replications that both have"
        )
        raise StatisticsError(msg)
    return one, two


def checked_confidence(confidence: float) -> float:
    """Return `confidence` if it is a probability strictly between 0 and 1.

    Raises
    ------
    StatisticsError
        When it is not, for instance 95 instead of 0.95.
    """
    if not 0.0 < confidence < 1.0:
        msg = f"confidence is {confidence}; give a probability between 0 and 1, such as 0.95"
        raise StatisticsError(msg)
    return confidence


def settled_difference(one: FloatArray, two: FloatArray) -> FloatArray:
    """Return one - two, exactly 0 where both are the same number to ten digits.

    KPIs are sums of floats: two runs that earn the same differ in their last bits, and a difference
    of 1e-12 would be read as an effect.
    """
    return np.where(np.isclose(one, two, rtol=SAME, atol=0.0), 0.0, one - two)
