"""Coverage of every interval on worlds that cost milliseconds and whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from channelwright import stats
from channelwright.stats.golden import Sample, golden_interval

LEVEL = 0.95
#: Asymptotic procedures are held to this band at the stated sample size.
BAND = (0.93, 0.97)
_CHUNK = 500


@dataclass(frozen=True)
class Row:
    """One procedure at one sample size.

    Attributes
    ----------
    procedure, size : str
    kind : str
        ``exact``: within 3 standard errors of `nominal`; ``at least``: not below that;
        ``asymptotic``: within `BAND`.
    nominal, coverage : float
    experiments : int
    """

    procedure: str
    size: str
    kind: str
    nominal: float
    coverage: float
    experiments: int

    @property
    def allowed(self) -> tuple[float, float]:
        """Between what the coverage has to lie."""
        if self.kind == "asymptotic":
            return BAND
        error = 3.0 * float(np.sqrt(self.nominal * (1.0 - self.nominal) / self.experiments))
        return self.nominal - error, 1.0 if self.kind == "at least" else self.nominal + error

    @property
    def kept(self) -> bool:
        """Whether the coverage lies there."""
        low, high = self.allowed
        return low <= self.coverage <= high


def rows(experiments: int, seed: int = 1) -> Iterator[Row]:
    """Yield the coverage of every procedure over so many experiments."""
    generator = np.random.default_rng(seed)
    for count in (2, 10, 30):
        sample = generator.normal(5.0, 2.0, (experiments, count))
        yield _row("mean", f"n = {count}", "exact", stats.mean_limits(sample), 5.0)
    yield from _paired(generator, experiments)
    first = generator.normal(3.0, 1.0, (experiments, 12))
    second = generator.normal(1.0, 4.0, (experiments, 25))
    limits = stats.independent_limits(first, second)
    yield _row("difference of two seeds (Welch)", "n = 12 and 25", "asymptotic", limits, 2.0)
    yield _golden(generator, experiments)
    yield from _ratios(generator, experiments)
    yield from _quantiles(generator, experiments)
    for probability in (0.02, 0.3, 0.95):
        events = generator.binomial(40, probability, experiments)
        limits = stats.proportion_limits(events, 40)
        name = f"probability {probability:g} (Clopper-Pearson)"
        yield _row(name, "n = 40", "at least", limits, probability)
    yield _batches(generator, experiments)
    yield _simultaneous(generator, experiments)


def _row(
    procedure: str,
    size: str,
    kind: str,
    limits: stats.Limits,
    truth: float,
    nominal: float = LEVEL,
) -> Row:
    covered = (limits.low <= truth) & (truth <= limits.high)
    return Row(procedure, size, kind, nominal, float(covered.mean()), covered.size)


def _paired(generator: np.random.Generator, experiments: int) -> Iterator[Row]:
    for shared in (0.0, 3.0):
        common = shared * generator.normal(size=(experiments, 10))
        today = 100.0 + common + generator.normal(size=(experiments, 10))
        other = 101.0 + common + 2.0 * generator.normal(size=(experiments, 10))
        name = "paired difference" + (", common random numbers" if shared else ", independent")
        yield _row(name, "n = 10", "exact", stats.paired_limits(other, today), 1.0)


def _golden(generator: np.random.Generator, experiments: int) -> Row:
    covered = 0
    for _ in range(experiments):
        samples = []
        for count, mean in ((40, 101.0), (100, 100.0)):
            drawn = 0.02 * generator.normal(size=count)
            values = mean * (1.0 + 1.2 * drawn) + generator.normal(size=count)
            samples.append(Sample(values, drawn))
        covered += golden_interval(*samples, LEVEL).covers(1.0)
    name = "difference to a golden study"
    share = covered / experiments
    return Row(name, "n = 40 and 100", "asymptotic", LEVEL, share, experiments)


def _ratios(generator: np.random.Generator, experiments: int) -> Iterator[Row]:
    ordered = generator.poisson(400.0 * generator.gamma(25.0, 0.04, (experiments, 30)))
    shipped = generator.binomial(ordered, 0.93)
    for method in ("delta", "jackknife"):
        limits = stats.ratio_limits(shipped, ordered, method=method)
        yield _row(f"ratio (fill rate), {method}", "n = 30", "asymptotic", limits, 0.93)
    low = stats.ratio_values(generator.binomial(ordered, 0.90), ordered)
    high = stats.ratio_values(generator.binomial(ordered, 0.95), ordered)
    limits = stats.paired_limits(high, low)
    yield _row("paired difference of fill rates", "n = 30", "asymptotic", limits, 0.05)


def _quantiles(generator: np.random.Generator, experiments: int) -> Iterator[Row]:
    for count, probability in ((300, 0.5), (400, 0.9), (400, 0.1)):
        sample = generator.exponential(1.0, (experiments, count))
        limits = stats.quantile_limits(sample, probability)
        exact = stats.achieved_coverage(count, probability)
        name = f"quantile {probability:g} (order statistics)"
        truth = float(-np.log1p(-probability))
        yield _row(name, f"n = {count}", "exact", limits, truth, exact)
        yield _row(name, f"n = {count}", "asymptotic", limits, truth)


def _batches(generator: np.random.Generator, experiments: int) -> Row:
    """AR(1) with 0.8, 4,000 periods: batches of 200 periods, 22 times its time constant."""
    parts = []
    for start in range(0, experiments, _CHUNK):
        size = min(_CHUNK, experiments - start)
        noise = generator.normal(size=(size, 4_200))
        line = lfilter([1.0], [1.0, -0.8], noise, axis=1)[:, 200:]
        limits = stats.batch_limits(line)
        parts.append((limits.low <= 0.0) & (limits.high >= 0.0))
    covered = np.concatenate(parts)
    return Row(
        "batch means, AR(1) 0.8",
        "4,000 periods",
        "asymptotic",
        LEVEL,
        float(covered.mean()),
        covered.size,
    )


def _simultaneous(generator: np.random.Generator, experiments: int) -> Row:
    common = generator.normal(size=(experiments, 1, 10))
    sample = common + generator.normal(size=(experiments, 5, 10))
    limits = stats.mean_limits(sample, stats.bonferroni(LEVEL, 5))
    together = ((limits.low <= 0.0) & (limits.high >= 0.0)).all(axis=1)
    name = "five means at once (Bonferroni)"
    return Row(name, "n = 10", "at least", LEVEL, float(together.mean()), experiments)
