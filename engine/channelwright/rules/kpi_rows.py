"""Rows of the KPI table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

ALL = "all"


def rows(kpi: str, unit: str, values: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """Return rows of a KPI table: (area, mode) -> value."""
    keys = list(values)
    return pd.DataFrame(
        {
            "kpi": kpi,
            "area": [key[0] for key in keys],
            "mode": [key[1] for key in keys],
            "value": np.array([values[key] for key in keys], dtype=np.float64),
            "unit": unit,
        }
    )
