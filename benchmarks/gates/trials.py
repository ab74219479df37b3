"""Trials of a golden gate, resampled from a pool of finished runs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from channelwright.model.study import Expectation
from channelwright.stats.expectations import Evidence, judge_expectation
from channelwright.stats.gates import Verdict
from channelwright.stats.golden import Sample
from channelwright.studies.rounds import guarded, planned_looks

COLUMNS = ("replication", "drawn", "unchanged", "planted")


@dataclass(frozen=True)
class Pool:
    """Contribution of the same worlds without and with a planted loss.

    Attributes
    ----------
    drawn : (n,) drawn demand
    unchanged, planted : (n,) contribution, currency
    """

    drawn: np.ndarray
    unchanged: np.ndarray
    planted: np.ndarray

    def loss(self) -> tuple[float, float]:
        """Return the planted loss as a share of profit, and its standard error."""
        gaps = (self.unchanged - self.planted) / self.unchanged.mean()
        return float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(gaps.size))


def read_pool(path: Path) -> Pool:
    """Read a pool that `write_pool` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = (np.array([float(row[name]) for row in rows]) for name in COLUMNS[1:])
    return Pool(*columns)


def write_pool(path: Path, rows: Sequence[Sequence[float]]) -> None:
    """Write a pool as a table of `COLUMNS`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


@dataclass(frozen=True)
class Outcome:
    """What trials came to.

    Attributes
    ----------
    verdicts : dict of str to int
    runs : float, mean replications of a trial
    """

    verdicts: dict[str, int]
    runs: float

    def share(self, verdict: str) -> float:
        """Return the share of trials that ended so."""
        return self.verdicts.get(verdict, 0) / sum(self.verdicts.values())


def resampled(
    pool: Pool,
    values: np.ndarray,
    *,
    trials: int,
    golden_runs: int,
    budget: int,
    first: int,
    tolerance: float,
    seed: int = 1,
) -> Outcome:
    """Play a gate on golden and new runs drawn from a pool with replacement, each by itself.

    Parameters
    ----------
    pool : Pool
        Golden runs are drawn from its unchanged ones.
    values : (n,)
        What new runs are drawn from: `pool.unchanged` or `pool.planted`.
    trials, golden_runs, budget, first : int
    tolerance : float
    """
    generator = np.random.default_rng(seed)
    gate = Expectation("contribution", "today", None, None, 0.99, not_below=tolerance)
    looks = planned_looks(first, budget)
    verdicts: dict[str, int] = {}
    spent = 0
    for _ in range(trials):
        old = generator.integers(0, values.size, golden_runs)
        new = generator.integers(0, values.size, budget)
        golden = Sample(pool.unchanged[old], pool.drawn[old])
        verdict, used = _played(gate, values[new], pool.drawn[new], golden, looks)
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        spent += used
    return Outcome(verdicts, spent / trials)


def _played(
    gate: Expectation,
    values: np.ndarray,
    drawn: np.ndarray,
    golden: Sample,
    looks: tuple[int, ...],
) -> tuple[str, int]:
    for look, count in enumerate(looks):
        asked = guarded([gate], len(looks), look)[0]
        evidence = Evidence(values[:count], drawn=drawn[:count], golden=golden)
        (found,) = judge_expectation(asked, evidence)
        if found.verdict is not Verdict.UNDECIDED:
            break
    return str(found.verdict), count
