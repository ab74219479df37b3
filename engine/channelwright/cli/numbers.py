"""Numbers as a terminal shows them: few digits."""

from __future__ import annotations

import math


def signed(value: float) -> str:
    """Return a number of few digits with its sign."""
    return number(value) if value < 0 or not math.isfinite(value) else f"+{number(value)}"


def percent(value: float) -> str:
    """Return a share in per cent, to a tenth."""
    return f"{value:.1%}" if math.isfinite(value) else "-"


def number(value: float) -> str:
    """Return a number of few digits: three of a small one, thousands of a large one."""
    if not math.isfinite(value):
        return "-"
    if abs(value) >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
