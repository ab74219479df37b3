"""The expectations of a pack, judged on the samples of a study."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from channelwright.rules.kpi_registry import declared
from channelwright.stats.expectations import Evidence, judge_expectation
from channelwright.stats.golden import Sample
from channelwright.store.golden import NONE_STORED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from channelwright.foundation.units import FloatArray
    from channelwright.model.study import Expectation
    from channelwright.stats.gates import Figure
    from channelwright.store.golden import GoldenReference
    from channelwright.studies.samples import Samples

GATE_COLUMNS = (
    "scenario",
    "design",
    "kpi",
    "unit",
    "bound",
    "verdict",
    "estimate",
    "low",
    "high",
    "confidence",
    "reason",
)
EVERY = "*"


def judge(
    samples: Sequence[Samples],
    baseline: str,
    expectations: Sequence[Expectation],
    reference: GoldenReference | None = None,
    share: Figure | None = None,
) -> pd.DataFrame:
    """Return one row per scenario, design and bound (see `Comparison.gates`).

    A gate that cannot be judged is undecided and says why: it never passes by absence.
    """
    rows = [
        row
        for sample in samples
        for expectation in expectations
        for design in _designs(expectation, sample)
        for row in _rows(sample, design, baseline, expectation, reference, share)
    ]
    return pd.DataFrame.from_records(rows, columns=list(GATE_COLUMNS))


def _designs(expectation: Expectation, samples: Samples) -> tuple[str, ...]:
    return samples.designs if expectation.design == EVERY else (expectation.design,)


def _rows(
    samples: Samples,
    design: str,
    baseline: str,
    expectation: Expectation,
    reference: GoldenReference | None,
    share: Figure | None,
) -> Iterator[dict[str, object]]:
    if expectation.paired and design == baseline and expectation.design == EVERY:
        return
    evidence = _evidence(samples, design, baseline, expectation)
    moved = ""
    if expectation.golden:
        evidence = _with_golden(evidence, samples, design, expectation.kpi, reference)
        moved = "" if reference is None else reference.moved(samples.scenario, design)
    unit = samples.units.get(expectation.kpi, "")
    for found in judge_expectation(expectation, evidence, unit):
        note = f"the {moved} differs from the golden one" if moved else ""
        yield {
            "scenario": samples.scenario,
            "design": design,
            "kpi": expectation.kpi,
            "unit": "share" if found.bound.of_share else unit,
            "bound": str(found.bound) if share is None else found.bound.in_shares(share, unit),
            "verdict": str(found.verdict),
            "estimate": found.estimate,
            "low": found.low,
            "high": found.high,
            "confidence": expectation.confidence,
            "reason": "; ".join(filter(None, (found.reason, note))),
        }


def _evidence(samples: Samples, design: str, baseline: str, expectation: Expectation) -> Evidence:
    values, reason = _values(samples, design, baseline, expectation)
    return Evidence(values, reason, against=baseline if expectation.paired else "")


def _with_golden(
    evidence: Evidence, samples: Samples, design: str, kpi: str, reference: GoldenReference | None
) -> Evidence:
    missing = NONE_STORED if reference is None else reference.missing(samples.scenario, design, kpi)
    if reference is None or missing:
        return replace(evidence, reason=evidence.reason or missing)
    golden = Sample(*reference.values(samples.scenario, design, kpi))
    drawn = reference.drawn(samples.scenario, samples.replications)
    return replace(evidence, drawn=drawn, golden=golden)


def _values(
    samples: Samples, design: str, baseline: str, expectation: Expectation
) -> tuple[FloatArray | None, str]:
    if design not in samples.designs:
        return None, "the design was not simulated"
    if not samples.has(expectation.kpi) and declared(expectation.kpi) is not None:
        return None, "no design of the study has a value of this KPI"
    matrix = samples.of(expectation.kpi)
    values = matrix[samples.designs.index(design)]
    return values - matrix[samples.designs.index(baseline)] if expectation.paired else values, ""
