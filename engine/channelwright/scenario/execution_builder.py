"""Execution in full, from the keys of a pack to the model (docs/world/execution.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import FloatArray
from channelwright.model.execution import PARTS, Execution, Parts, Range

if TYPE_CHECKING:
    from channelwright.scenario.shapes import ExecutionShape


def build_execution(shape: ExecutionShape | None) -> Execution | None:
    """Return the parts and the range that a pack names, None without the key."""
    if shape is None:
        return None
    given = [(name, getattr(shape, name)) for name in PARTS]
    given = [(name, part) for name, part in given if part is not None]

    def column(field: str) -> FloatArray:
        return np.array([float(getattr(part, field)) for _, part in given], dtype=np.float64)

    parts = Parts(
        names=tuple(name for name, _ in given),
        half_life=column("half_life"),
        low=column("low"),
        high=column("high"),
        opening=column("opening"),
        lift=column("lift"),
    )
    listed = shape.range
    if listed is None:
        return Execution(parts)
    return Execution(
        parts, Range(float(listed.half_life), float(listed.opening), float(listed.gain))
    )
