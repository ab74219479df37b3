"""Several statements that must hold together."""

from __future__ import annotations

from channelwright.stats.arrays import checked_confidence
from channelwright.stats.errors import StatisticsError


def bonferroni(confidence: float, statements: int) -> float:
    """Return the level of each interval so that all of them hold together with `confidence`.

    Bonferroni's inequality: valid for any dependence between the statements, and wider than needed.

    Raises
    ------
    StatisticsError
        When `statements` is below 1.
    """
    if statements < 1:
        msg = f"{statements} simultaneous statements; give at least 1"
        raise StatisticsError(msg)
    return 1.0 - (1.0 - checked_confidence(confidence)) / statements
