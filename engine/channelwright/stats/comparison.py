"""One KPI over several designs: means, paired differences to a baseline, ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from channelwright.stats.arrays import checked_sample
from channelwright.stats.best import probability_best
from channelwright.stats.errors import StatisticsError
from channelwright.stats.interval import Interval
from channelwright.stats.means import mean_interval
from channelwright.stats.paired import paired_interval, variance_reduction

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = (
    "design",
    "replications",
    "mean",
    "mean_low",
    "mean_high",
    "difference",
    "difference_low",
    "difference_high",
    "variance_reduction",
    "probability_best",
    "rank",
)


def compare_designs(
    samples: Mapping[str, npt.ArrayLike],
    baseline: str,
    *,
    confidence: float = 0.95,
    larger_is_better: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Return one row per design with its mean, its paired difference to the baseline, and its rank.

    Parameters
    ----------
    samples : mapping of str to (n,)
        One KPI per design; entry r of every design belongs to replication r.
    baseline : str
        Design that the others are compared with; its own difference is 0 by definition.
    confidence : float
        Level of each interval. For statements that must hold together pass `bonferroni(...)`.
    larger_is_better : bool
        Direction of rank and of the probability of being best.
    seed : int
        Seed of the draws behind that probability.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, designs in the order given. Rank 1 has the best sample mean.

    Raises
    ------
    StatisticsError
        When the baseline is missing or the samples do not pair.
    """
    if baseline not in samples:
        msg = f"baseline {baseline!r} is not among the designs {', '.join(samples) or '(none)'}"
        raise StatisticsError(msg)
    checked = {design: checked_sample(values, name=design) for design, values in samples.items()}
    reference = checked[baseline]
    rows = [
        _row(design, values, reference, design == baseline, confidence)
        for design, values in checked.items()
    ]
    table = pd.DataFrame.from_records(rows)
    table["probability_best"] = probability_best(
        np.stack(list(checked.values())), larger_is_better=larger_is_better, seed=seed
    )
    table["rank"] = table["mean"].rank(method="min", ascending=not larger_is_better).astype("int64")
    return table[list(COLUMNS)]


def _row(
    design: str,
    values: npt.NDArray[np.float64],
    reference: npt.NDArray[np.float64],
    own: bool,
    confidence: float,
) -> dict[str, object]:
    mean = mean_interval(values, confidence)
    gap = (
        paired_interval(values, reference, confidence)
        if not own
        else Interval(0, 0, 0, confidence, mean.observations, "")
    )
    return {
        "design": design,
        "replications": mean.observations,
        "mean": mean.estimate,
        "mean_low": mean.low,
        "mean_high": mean.high,
        "difference": float(gap.estimate),
        "difference_low": float(gap.low),
        "difference_high": float(gap.high),
        "variance_reduction": float("nan") if own else float(variance_reduction(values, reference)),
    }
