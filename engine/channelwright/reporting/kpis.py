"""Stored KPIs as samples, and what they mean to a reader."""

from __future__ import annotations

import numpy as np

from channelwright.reporting.estimates import Estimate, estimate
from channelwright.reporting.reading import TOTAL, StudyData
from channelwright.rules.kpi_registry import KPIS


def meaning_of(kpi: str) -> str:
    """Return the formula of a KPI in words, empty if it is not registered."""
    return KPIS[kpi].meaning if kpi in KPIS else ""


def resolve(kpi: str, names: set[str], modes: tuple[str, ...]) -> tuple[str, str]:
    """Return the KPI and the mode that a name of a pack means.

    A pack may ask for one mode: ``volume_share_WS`` or ``volume_share:WS``.
    """
    if kpi in names:
        return kpi, TOTAL
    for mode in modes:
        for joint in ("_", ":", "."):
            if kpi.endswith(f"{joint}{mode}") and kpi[: -len(mode) - 1] in names:
                return kpi[: -len(mode) - 1], mode
    return kpi, TOTAL


def samples_of(
    data: StudyData, kpi: str, *, mode: str = TOTAL, scenario: str = ""
) -> dict[str, np.ndarray]:
    """Return a KPI over all areas by design, each (replications,); missing designs left out."""
    name, meant = resolve(kpi, set(data.units), data.market.modes.ids)
    key = (scenario or data.scenario, name, meant if mode == TOTAL else mode)
    found = {design: data.totals.get((*key, design)) for design in data.designs}
    return {design: values for design, values in found.items() if values is not None}


def unit_of(data: StudyData, kpi: str) -> str:
    """Return the unit of a KPI, empty if the study has no such KPI."""
    name, _ = resolve(kpi, set(data.units), data.market.modes.ids)
    return data.units.get(name, "")


def kpi_estimate(data: StudyData, kpi: str, design: str, *, mode: str = TOTAL) -> Estimate | None:
    """Return mean and interval of a KPI, or None where there is none."""
    values = samples_of(data, kpi, mode=mode).get(design)
    return None if values is None else estimate(values)
