"""Expected weekly orders of the state: growth, season, holidays and recurring weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from iowa_build.history import FloatArray, Orders
from iowa_build.holidays import short_weeks, week_of

#: Chosen on the validation year (see README); none was looked at again on the test year.
HARMONICS, RIDGE = 2, 0.1
RECURRENCE_DAYS, RECURRENCE_SHARE = 10, 0.4
_YEAR = 365.25


@dataclass(frozen=True)
class StateProfile:
    """A fitted log-linear model of weekly state orders.

    Attributes
    ----------
    coefficients : (features,) float64
    residuals, day_of_year : (weeks,) float64, of the training weeks
    reference : week at which the growth term is zero
    """

    coefficients: FloatArray
    residuals: FloatArray
    day_of_year: FloatArray
    reference: pd.Timestamp

    @property
    def growth(self) -> float:
        """Growth per year, as a share."""
        return float(np.expm1(self.coefficients[1]))

    def season(self, weeks: pd.DatetimeIndex) -> FloatArray:
        """Return the smooth season alone, (weeks,) float64 with geometric mean 1."""
        waves = _waves(middle_day(weeks))
        return np.asarray(np.exp(waves @ self.coefficients[2 : 2 + waves.shape[1]]))

    def mean(self, weeks: pd.DatetimeIndex, short: dict[pd.Timestamp, str]) -> FloatArray:
        """Return expected litres of the state, (weeks,) float64."""
        table = _features(weeks, short, self.reference)
        recurring = RECURRENCE_SHARE * self._recurring(middle_day(weeks))
        spread = self.residuals.var() / 2.0  # the mean of a lognormal lies above its median
        return np.asarray(np.exp(table @ self.coefficients + recurring + spread))

    def _recurring(self, day: FloatArray) -> FloatArray:
        """Return the mean residual of the same days of earlier years (triangular kernel)."""
        apart = np.abs(day[:, None] - self.day_of_year[None])
        apart = np.minimum(apart, _YEAR - apart)
        weight = np.maximum(0.0, 1.0 - apart / RECURRENCE_DAYS)
        return np.asarray(weight @ self.residuals / np.maximum(weight.sum(axis=1), 1e-9))


def fit_state(orders: Orders) -> StateProfile:
    """Fit the profile to the state's weekly litres (ridge on all but level and growth)."""
    reference = orders.weeks[-1] + pd.Timedelta(weeks=1)
    table = _features(orders.weeks, short_weeks(orders), reference)
    target = np.log(orders.litres.sum(axis=(0, 1)))
    penalty = np.diag([0.0, 0.0] + [RIDGE] * (table.shape[1] - 2))
    solution = np.linalg.solve(table.T @ table + penalty, table.T @ target)
    return StateProfile(solution, target - table @ solution, middle_day(orders.weeks), reference)


def middle_day(weeks: pd.DatetimeIndex) -> FloatArray:
    """Return the day of the year of each week's Wednesday."""
    return np.asarray((weeks + pd.Timedelta(days=3)).day_of_year, dtype=np.float64)


def waves_of(day: FloatArray) -> FloatArray:
    """Return the yearly waves used for every season, (days, 2 x HARMONICS)."""
    return _waves(day)


def _waves(day: FloatArray) -> FloatArray:
    angle = 2.0 * np.pi * day[:, None] * np.arange(1, HARMONICS + 1) / _YEAR
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


def _features(
    weeks: pd.DatetimeIndex, short: dict[pd.Timestamp, str], reference: pd.Timestamp
) -> FloatArray:
    years = np.asarray((weeks - reference).days, dtype=np.float64) / 364.0
    columns = [np.ones(len(weeks)), years, *_waves(middle_day(weeks)).T]
    christmas = [week_of(pd.Timestamp(f"{year}-12-25")) for year in range(2011, 2018)]
    columns += [_flag(weeks, christmas, lag) for lag in (-2, -1, 0)]
    for kind in ("short", "long"):
        # The week before takes the orders of the missing days, the week after the rest.
        named = [week for week, name in short.items() if name == kind]
        columns += [_flag(weeks, named, lag) for lag in (-1, 0, 1)]
    return np.stack(columns, axis=1)


def _flag(weeks: pd.DatetimeIndex, named: list[pd.Timestamp], lag: int) -> FloatArray:
    moved = {week + pd.Timedelta(weeks=lag) for week in named}
    return np.array([week in moved for week in weeks], dtype=np.float64)
