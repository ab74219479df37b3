"""Estimators, paired comparison, ranking and precision stopping: arrays in, tables out."""

from __future__ import annotations

from channelwright.stats.best import probability_best, probability_best_bound
from channelwright.stats.comparison import compare_designs
from channelwright.stats.errors import StatisticsError
from channelwright.stats.gates import (
    AtLeast,
    AtMost,
    Bound,
    Gate,
    GateResult,
    NotBelow,
    Verdict,
)
from channelwright.stats.interval import Interval, Limits
from channelwright.stats.means import mean_interval, mean_limits
from channelwright.stats.paired import (
    independent_interval,
    independent_limits,
    paired_interval,
    paired_limits,
    variance_reduction,
)
from channelwright.stats.precision import (
    AbsolutePrecision,
    FixedReplications,
    RelativePrecision,
    StopRule,
    Within,
)
from channelwright.stats.proportions import proportion_interval, proportion_limits
from channelwright.stats.quantiles import (
    achieved_coverage,
    quantile_interval,
    quantile_limits,
    quantile_ranks,
)
from channelwright.stats.ratios import ratio_interval, ratio_limits, ratio_values
from channelwright.stats.simultaneous import bonferroni

__all__ = [
    "AbsolutePrecision",
    "AtLeast",
    "AtMost",
    "Bound",
    "FixedReplications",
    "Gate",
    "GateResult",
    "Interval",
    "Limits",
    "NotBelow",
    "RelativePrecision",
    "StatisticsError",
    "StopRule",
    "Verdict",
    "Within",
    "achieved_coverage",
    "bonferroni",
    "compare_designs",
    "independent_interval",
    "independent_limits",
    "mean_interval",
    "mean_limits",
    "paired_interval",
    "paired_limits",
    "probability_best",
    "probability_best_bound",
    "proportion_interval",
    "proportion_limits",
    "quantile_interval",
    "quantile_limits",
    "quantile_ranks",
    "ratio_interval",
    "ratio_limits",
    "ratio_values",
    "variance_reduction",
]
