"""Estimators, paired comparison, ranking and precision stopping: arrays in, tables out."""

from __future__ import annotations

from channelwright.stats.allocation import Allocation, ocba_shares, spend_budget, whole_shares
from channelwright.stats.batches import batch_interval, batch_limits, batch_values, correlated
from channelwright.stats.best import probability_best, probability_best_bound
from channelwright.stats.chance import ConstrainedBest, Promise, best_that_keeps
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
from channelwright.stats.multiple import compare_with_best, screen
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
from channelwright.stats.regret import regret_table
from channelwright.stats.selection import Observe, Selection, kn_constant, select_best
from channelwright.stats.simultaneous import bonferroni
from channelwright.stats.warmup import WarmUp, mser5, welch_average

__all__ = [
    "AbsolutePrecision",
    "Allocation",
    "AtLeast",
    "AtMost",
    "Bound",
    "ConstrainedBest",
    "FixedReplications",
    "Gate",
    "GateResult",
    "Interval",
    "Limits",
    "NotBelow",
    "Observe",
    "Promise",
    "RelativePrecision",
    "Selection",
    "StatisticsError",
    "StopRule",
    "Verdict",
    "WarmUp",
    "Within",
    "achieved_coverage",
    "batch_interval",
    "batch_limits",
    "batch_values",
    "best_that_keeps",
    "bonferroni",
    "compare_designs",
    "compare_with_best",
    "correlated",
    "independent_interval",
    "independent_limits",
    "kn_constant",
    "mean_interval",
    "mean_limits",
    "mser5",
    "ocba_shares",
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
    "regret_table",
    "screen",
    "select_best",
    "spend_budget",
    "variance_reduction",
    "welch_average",
    "whole_shares",
]
