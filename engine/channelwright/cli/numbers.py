"""Numbers as a terminal shows them: few digits, those of one table in one scale."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

#: From here on numbers are shown in thousands.
_LARGE = 1_000_000


@dataclass(frozen=True)
class Scale:
    """How the numbers that belong together are shown: as they are, or all in thousands."""

    thousands: bool

    def number(self, value: float) -> str:
        """Return a number: three digits of a small one, whole units or thousands of a large one."""
        if not math.isfinite(value):
            return "-"
        if self.thousands and value:
            return f"{_digits(value / 1000)}k"
        return _digits(value)

    def signed(self, value: float) -> str:
        """Return a number with its sign."""
        return _with_sign(value, self.number(value))

    def interval(self, low: float, high: float) -> str:
        """Return both ends of an interval of differences."""
        return f"{self.signed(low)} to {self.signed(high)}"


def scale_of(*groups: Iterable[float]) -> Scale:
    """Return the scale of numbers that are read beside each other."""
    sizes = [abs(value) for group in groups for value in group if math.isfinite(value)]
    return Scale(max(sizes, default=0.0) >= _LARGE)


def number(value: float) -> str:
    """Return a number that stands alone: three digits of a small one, thousands of a large one."""
    return scale_of([value]).number(value)


def signed(value: float) -> str:
    """Return a number that stands alone, with its sign."""
    return _with_sign(value, number(value))


def percent(value: float) -> str:
    """Return a share in per cent, to a tenth."""
    return f"{value:.1%}" if math.isfinite(value) else "-"


def _digits(value: float) -> str:
    if abs(value) < 1e-9:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _with_sign(value: float, text: str) -> str:
    return text if value < 0 or not math.isfinite(value) else f"+{text}"
