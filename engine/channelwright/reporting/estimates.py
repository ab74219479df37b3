"""Means and paired differences of whole tables: rows of replications in, intervals out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.stats.means import mean_limits

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with the limits of its 95 % interval.

    Attributes
    ----------
    value, low, high : float
        Unit of the quantity. The limits are NaN with fewer than two replications.
    """

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def bounded(self) -> bool:
        """Whether there is an interval."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero, so that the sign is known."""
        return self.bounded and (self.low > 0.0 or self.high < 0.0)

    def scaled(self, factor: float) -> Estimate:
        """Return the estimate in another unit.

        Parameters
        ----------
        factor : float
            At least 0.
        """
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


def estimate(values: Sequence[float] | np.ndarray) -> Estimate:
    """Return mean and 95 % Student interval of one sample of shape (n,), n at least 1."""
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    if len(sample) == 0:
        return Estimate(math.nan)
    if len(sample) == 1:
        return Estimate(float(sample[0]))
    limits = mean_limits(sample, CONFIDENCE)
    return Estimate(float(limits.estimate), float(limits.low), float(limits.high))


def wide(frame: pd.DataFrame, keys: Sequence[str], value: str) -> pd.DataFrame:
    """Return sums with one column per replication.

    Parameters
    ----------
    frame : DataFrame
        With the columns `keys`, ``replication`` and `value`.
    keys : sequence of str
        What a row of the result stands for.
    value : str
        Column that adds up.

    Returns
    -------
    DataFrame
        Index `keys`, columns the replications; what a replication lacks is 0.
    """
    sums = frame.groupby([*keys, "replication"], sort=True)[value].sum()
    table: pd.DataFrame = sums.unstack("replication", fill_value=0).astype(np.float64)
    return table


def row(table: pd.DataFrame, key: object) -> np.ndarray:
    """Return one row of a wide table, (replications,); zeros where nothing happened."""
    if key in table.index:
        return np.asarray(table.loc[key], dtype=np.float64)
    return np.zeros(table.shape[1])


def rows(table: pd.DataFrame, **levels: object) -> np.ndarray:
    """Return the sum of the rows with the given index values, (replications,)."""
    chosen = np.ones(len(table), dtype=bool)
    for name, wanted in levels.items():
        found = table.index.get_level_values(name)
        chosen &= np.asarray(found.isin(wanted) if isinstance(wanted, tuple) else found == wanted)
    return np.asarray(table[chosen].sum(axis=0), dtype=np.float64)


def quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return above / below, replication by replication; NaN where nothing is below."""
    result = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=result, where=np.asarray(below) != 0)
    return result
