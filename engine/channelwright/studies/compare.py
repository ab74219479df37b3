"""Comparing designs: paired differences, ranking, probability of being best, gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.rules.kpi_registry import KPIS
from channelwright.stats.best import ASSUMPTION
from channelwright.stats.comparison import COLUMNS, compare_designs
from channelwright.stats.simultaneous import bonferroni
from channelwright.store.golden import GoldenReference
from channelwright.studies.beside import refuse_unknown
from channelwright.studies.gates import judge
from channelwright.studies.runs import TOTAL
from channelwright.studies.samples import collect

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from channelwright.model.study import Expectation
    from channelwright.stats.gates import Figure
    from channelwright.studies.runs import Runs
    from channelwright.studies.samples import Samples

_DIFFERENCES = [
    "difference",
    "difference_low",
    "difference_high",
    "variance_reduction",
    "probability_best",
    "rank",
]


@dataclass(frozen=True)
class Comparison:
    """Designs judged against a baseline in the same random worlds.

    Attributes
    ----------
    baseline : str
    confidence : float
        Level of every interval, or of all together if `simultaneous`.
    simultaneous : bool
    samples : tuple of Samples
        What the figures rest on, one per scenario.
    lower_is_better : frozenset of str
        KPIs of which less is better.
    reference : GoldenReference or None
        The golden study that golden gates compare with.
    """

    baseline: str
    confidence: float
    simultaneous: bool
    samples: tuple[Samples, ...]
    lower_is_better: frozenset[str]
    reference: GoldenReference | None = None

    #: What `probability_best` takes for granted.
    assumption = ASSUMPTION

    def table(self, kpis: Sequence[str] | None = None) -> pd.DataFrame:
        """Return one row per scenario, KPI and design.

        Parameters
        ----------
        kpis : sequence of str, optional
            Default: all.

        Returns
        -------
        pandas.DataFrame
            Columns scenario, kpi, unit, and those of `channelwright.stats.compare_designs`. NaN
            where a KPI has no value in some replication.

        Raises
        ------
        UsageError
            When there is no such KPI.
        """
        return pd.concat(
            [self._scenario(sample, kpis) for sample in self.samples], ignore_index=True
        )

    def ranking(self, kpi: str) -> pd.DataFrame:
        """Return the designs from best to worst by one KPI, within each scenario."""
        table = self.table([kpi])
        return table.sort_values(["scenario", "rank"], kind="stable").reset_index(drop=True)

    def gates(
        self, expectations: Sequence[Expectation], share: Figure | None = None
    ) -> pd.DataFrame:
        """Judge expectations: pass, fail or undecided.

        Parameters
        ----------
        expectations : sequence of Expectation
            For instance ``pack.study.expect``.
        share : function, optional
            How a share is shown in the words of a bound; default: as a plain number.

        Returns
        -------
        pandas.DataFrame
            One row per scenario, design and bound: scenario, design, kpi, unit (of the limits),
            bound, verdict, estimate, low, high, confidence, reason. Limits belong to the two-sided
            interval whose every side has the gate's confidence; those of a proportion are within
            0 and 1.
        """
        return judge(self.samples, self.baseline, expectations, self.reference, share)

    def _scenario(self, samples: Samples, kpis: Sequence[str] | None) -> pd.DataFrame:
        names = list(samples.values) if kpis is None else list(kpis)
        level = self._level(len(names), len(samples.designs))
        parts = []
        for kpi in names:
            part = _compare_kpi(
                samples, kpi, self.baseline, level, larger=kpi not in self.lower_is_better
            )
            part.insert(0, "scenario", samples.scenario)
            part.insert(1, "kpi", kpi)
            part.insert(2, "unit", samples.units[kpi])
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def _level(self, kpis: int, designs: int) -> float:
        if not self.simultaneous:
            return self.confidence
        return bonferroni(self.confidence, kpis * max(designs - 1, 1) * len(self.samples))

    def __repr__(self) -> str:
        """Show what was compared and on how many replications."""
        lines = [
            f"Comparison with {self.baseline!r} at {self.confidence:g} confidence"
            f"{' for all statements together' if self.simultaneous else ''}"
        ]
        for sample in self.samples:
            others = ", ".join(design for design in sample.designs if design != self.baseline)
            left_out = f", {len(sample.dropped)} left out" if sample.dropped else ""
            lines.append(
                f"{sample.scenario}: {others or 'no other design'}; "
                f"{len(sample.replications)} paired replications{left_out}"
            )
        return "\n  ".join(lines)


def _compare_kpi(
    samples: Samples, kpi: str, baseline: str, confidence: float, *, larger: bool
) -> pd.DataFrame:
    matrix = samples.of(kpi)
    known = {
        design: row
        for design, row in zip(samples.designs, matrix, strict=True)
        if np.isfinite(row).all()
    }
    if not known:
        return _unknown(samples.designs, len(samples.replications))
    reference = baseline if baseline in known else next(iter(known))
    table = compare_designs(known, reference, confidence=confidence, larger_is_better=larger)
    if reference != baseline:
        table[_DIFFERENCES] = np.nan
    rest = _unknown([d for d in samples.designs if d not in known], len(samples.replications))
    whole = table if rest.empty else pd.concat([table, rest])
    return whole.set_index("design").loc[list(samples.designs)].reset_index()


def _unknown(designs: Sequence[str], replications: int) -> pd.DataFrame:
    rows = [{**dict.fromkeys(COLUMNS, np.nan), "design": design} for design in designs]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["replications"] = replications
    return table


def compare(
    runs: Runs,
    baseline: str | None = None,
    *,
    scenarios: Sequence[str] | None = None,
    area: str = TOTAL,
    mode: str = TOTAL,
    confidence: float = 0.95,
    simultaneous: bool = False,
    lower_is_better: Collection[str] | None = None,
) -> Comparison:
    """Compare the designs of a study by paired differences under common random numbers.

    Only replications that every design finished count; the others are named in the result.

    Parameters
    ----------
    runs : Runs
        As `simulate` returns it.
    baseline : str, optional
        Default: the study's.
    scenarios : sequence of str, optional
        Default: all of the study.
    area, mode : str
        Compare one area or mode instead of the total.
    confidence : float
        Level of the intervals.
    simultaneous : bool
        True widens them so that all differences of a table hold together (Bonferroni).
    lower_is_better : collection of str, optional
        KPIs of which less is better; default: what `channelwright.rules.kpi_registry` says.

    Raises
    ------
    UsageError
        When a design or scenario is not in the study.
    RunError
        When no replication was finished by every design.
    """
    reference = runs.baseline if baseline is None else baseline
    wanted = runs.scenarios if scenarios is None else tuple(scenarios)
    refuse_unknown(runs, (reference,), wanted)
    samples = tuple(collect(runs, scenario, area=area, mode=mode) for scenario in wanted)
    turned = _declared_lower() if lower_is_better is None else frozenset(lower_is_better)
    return Comparison(
        reference, confidence, simultaneous, samples, turned, GoldenReference(runs.study)
    )


def _declared_lower() -> frozenset[str]:
    return frozenset(name for name, kpi in KPIS.items() if kpi.more_is_better is False)
