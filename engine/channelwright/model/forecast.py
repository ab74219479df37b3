"""A forecast: what the expectation of a design says, in the keys of the KPI table."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.calibration import Calibration
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class MoneyForecast(Columns):
    """Expected money flows per measured day (rows sorted by the first five columns).

    Attributes
    ----------
    account, payer, payee : (n,) int64, codes of `channelwright.tables.codes`
    area, mode, site : (n,) int64, -1 where it does not apply
    amount : (n,) float64, ticks per day
    """

    account: IntArray
    payer: IntArray
    payee: IntArray
    area: IntArray
    mode: IntArray
    site: IntArray
    amount: FloatArray


@dataclass(frozen=True)
class Forecast:
    """Expected outcome of one design.

    Attributes
    ----------
    design : str
    kpis : mapping of KPI name (as in `channelwright.rules.kpi`) to expected value
    money : MoneyForecast
    assumptions : what the expectation leaves out, one sentence each
    calibration : Calibration or None, multipliers that it was made with
    by_mode : mapping of KPI name to (M,) float64 or None, quantities that drive costs, by mode
    """

    design: str
    kpis: dict[str, float]
    money: MoneyForecast
    assumptions: tuple[str, ...]
    calibration: Calibration | None = None
    by_mode: dict[str, FloatArray] | None = None
