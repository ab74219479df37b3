"""Which assumption moves a result: one at a time, Morris' elementary effects, Sobol's indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from channelwright.stats.arrays import SAME, FloatArray, checked_sample, settled_difference
from channelwright.stats.errors import StatisticsError
from channelwright.stats.means import mean_limits

Method = Literal["tornado", "morris", "sobol"]
LEVELS = 4


def points(
    method: Method, low: Sequence[float], high: Sequence[float], size: int, seed: int = 1
) -> FloatArray:
    """Return where a method wants the model evaluated.

    Parameters
    ----------
    method : str
        ``tornado``: every assumption at both ends, the others as they are (NaN). ``morris``: `size`
        trajectories of d + 1 points (Morris 1991, Technometrics 33). ``sobol``: `size` (d + 2)
        points, a power of two is best (Saltelli et al. 2010).
    low, high : (d,) ends of each assumption
    size : int
    seed : int

    Returns
    -------
    (m, d) values

    Raises
    ------
    StatisticsError
        When ends do not fit.
    """
    ends = np.column_stack([low, high]).astype(np.float64)
    if not len(ends) or not np.isfinite(ends).all() or (ends[:, 0] >= ends[:, 1]).any():
        msg = f"ends {ends.tolist()}; every assumption needs a low end below its high end"
        raise StatisticsError(msg)
    if method == "tornado":
        count = len(ends)
        found = np.full((2 * count, count), np.nan)
        found[np.arange(2 * count), np.arange(2 * count) // 2] = ends.ravel()
        return found
    if method == "morris":
        return np.asarray(
            morris_sample.sample(_problem(ends), size, num_levels=LEVELS, seed=seed), dtype=float
        )
    sample = sobol_sample.sample(_problem(ends), size, calc_second_order=False, seed=seed)
    return np.asarray(sample, dtype=float)


def _problem(ends: FloatArray) -> dict[str, Any]:
    names = [f"x{number}" for number in range(len(ends))]
    return {"num_vars": len(ends), "names": names, "bounds": ends.tolist()}


def tornado(values: FloatArray, base: FloatArray, confidence: float = 0.95) -> pd.DataFrame:
    """Return what each end of each assumption does to a result, with paired intervals.

    Parameters
    ----------
    values : (2 d, n)
        Result by point of `points` and replication.
    base : (n,)
        The result as the assumptions stand, same replications.

    Returns
    -------
    pandas.DataFrame
        Row per assumption: at_low, at_high (changes against base), each with its ``_low`` and
        ``_high`` limit, and swing = |value at high - value at low|.
    """
    sample = checked_sample(values)
    changes = mean_limits(settled_difference(sample, checked_sample(base)[None, :]), confidence)
    columns: dict[str, FloatArray] = {}
    for place, name in enumerate(("at_low", "at_high")):
        columns[name] = changes.estimate[place::2]
        columns[f"{name}_low"] = changes.low[place::2]
        columns[f"{name}_high"] = changes.high[place::2]
    columns["swing"] = np.abs(settled_difference(sample[1::2], sample[::2]).mean(axis=1))
    return pd.DataFrame(columns)


def indices(
    method: Method,
    inputs: FloatArray,
    result: FloatArray,
    low: Sequence[float],
    high: Sequence[float],
    seed: int = 1,
) -> pd.DataFrame:
    """Return the sensitivity of a result by SALib.

    Parameters
    ----------
    method : ``morris`` or ``sobol``
    inputs : (m, d), as `points` gave them
    result : (m,), mean over replications at each point
    low, high : (d,)

    Returns
    -------
    pandas.DataFrame
        Row per assumption. Morris: mu (mean effect of the whole range), mu_star (mean of absolute
        effects), mu_star_half_width, sigma (curvature and interaction). Sobol: first (share of
        variance alone), first_half_width, total (with all interactions), total_half_width. 95 %.
    """
    problem = _problem(np.column_stack([low, high]).astype(np.float64))
    if np.ptp(result) <= SAME * np.abs(result).max():  # nothing varies: SALib would divide by zero
        names = _COLUMNS[method].values()
        return pd.DataFrame(dict.fromkeys(names, np.zeros(inputs.shape[1])))
    if method == "morris":
        found = morris_analysis.analyze(problem, inputs, result, num_levels=LEVELS, seed=seed)
    else:
        found = sobol_analysis.analyze(problem, result, calc_second_order=False, seed=seed)
    return pd.DataFrame(
        {ours: np.asarray(found[theirs], dtype=float) for theirs, ours in _COLUMNS[method].items()}
    )


_COLUMNS: dict[str, dict[str, str]] = {
    "morris": {
        "mu": "mu",
        "mu_star": "mu_star",
        "mu_star_conf": "mu_star_half_width",
        "sigma": "sigma",
    },
    "sobol": {
        "S1": "first",
        "S1_conf": "first_half_width",
        "ST": "total",
        "ST_conf": "total_half_width",
    },
}
