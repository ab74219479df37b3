"""The expectations of a pack, judged on the samples of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.rules.kpi_registry import KPIS
from channelwright.stats.gates import AtLeast, AtMost, Gate, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from channelwright.foundation.units import FloatArray
    from channelwright.model.study import Expectation
    from channelwright.stats.gates import Bound
    from channelwright.studies.samples import Samples

GATE_COLUMNS = (
    "scenario",
    "design",
    "kpi",
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
    samples: Sequence[Samples], baseline: str, expectations: Sequence[Expectation]
) -> pd.DataFrame:
    """Return one row per scenario, design and bound (see `Comparison.gates`).

    A gate that cannot be judged is undecided and says why: it never passes by absence.
    """
    rows = [
        row
        for sample in samples
        for expectation in expectations
        for design in _designs(expectation, sample)
        for row in _rows(sample, design, baseline, expectation)
    ]
    return pd.DataFrame.from_records(rows, columns=list(GATE_COLUMNS))


def _designs(expectation: Expectation, samples: Samples) -> tuple[str, ...]:
    return samples.designs if expectation.design == EVERY else (expectation.design,)


def _rows(
    samples: Samples, design: str, baseline: str, expectation: Expectation
) -> Iterator[dict[str, object]]:
    if expectation.paired and design == baseline and expectation.design == EVERY:
        return
    values, reason = _values(samples, design, baseline, expectation)
    for bound in _bounds(expectation):
        gate = Gate(expectation.kpi, bound, expectation.confidence)
        row: dict[str, object] = {
            "scenario": samples.scenario,
            "design": design,
            "kpi": expectation.kpi,
            "bound": f"{bound}{' against ' + baseline if expectation.paired else ''}",
            "verdict": str(Verdict.UNDECIDED),
            "estimate": np.nan,
            "low": np.nan,
            "high": np.nan,
            "confidence": expectation.confidence,
            "reason": reason,
        }
        yield row if values is None else {**row, **_judged(gate, values)}


def _bounds(expectation: Expectation) -> Iterator[Bound]:
    if expectation.at_least is not None:
        yield AtLeast(expectation.at_least)
    if expectation.at_most is not None:
        yield AtMost(expectation.at_most)


def _values(
    samples: Samples, design: str, baseline: str, expectation: Expectation
) -> tuple[FloatArray | None, str]:
    if design not in samples.designs:
        return None, "the design was not simulated"
    if not samples.has(expectation.kpi) and _declared(expectation.kpi):
        return None, "no design of the study has a value of this KPI"
    matrix = samples.of(expectation.kpi)
    values = matrix[samples.designs.index(design)]
    if expectation.paired:
        values = values - matrix[samples.designs.index(baseline)]
    if not np.isfinite(values).all():
        return None, "the KPI has no value in some replication"
    if values.size < 2:
        return None, "one replication has no interval; run at least 2"
    return values, ""


def _declared(kpi: str) -> bool:
    """Whether a KPI of that name exists, of all modes or of one: ``strike_rate_DSD``."""
    return any(kpi == name or kpi.startswith(f"{name}_") for name in KPIS)


def _judged(gate: Gate, values: FloatArray) -> dict[str, object]:
    result = gate.judge_sample(values)
    interval = result.interval
    undecided = result.verdict is Verdict.UNDECIDED
    return {
        "verdict": str(result.verdict),
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "reason": "the interval covers the bound; run more replications" if undecided else "",
    }
