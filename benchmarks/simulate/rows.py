"""One comparison of two subjects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison: `ratio` = seconds of `against` over seconds of `subject`."""

    subject: str
    against: str
    outlets: int
    days: int
    orders: int
    lines: int
    seconds: float
    wall: float
    orders_per_second: float
    ratio: float

    def line(self) -> str:
        """Return the row of the printed table."""
        return (
            f"{self.subject:17}{self.against:15}{self.outlets:8}{self.days:6}{self.orders:9}"
            f"{self.lines:9}{self.seconds:10.4f}{self.wall:9.4f}{self.orders_per_second:11,.0f}"
            f"{self.ratio:9.3g}"
        )
