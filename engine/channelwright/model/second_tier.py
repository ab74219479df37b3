"""Houses of a second tier whose parents are to be chosen."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray


@dataclass(frozen=True, eq=False)
class SecondTier:
    """Candidates that stand below a house of the first tier, and how many of them may open.

    Attributes
    ----------
    parents : (S, S) bool, row: candidate of the second tier, column: site that may supply it
    minimum, maximum : int, number of open houses of the second tier; -1 = no limit
    """

    parents: BoolArray
    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        """Make the table read-only."""
        self.parents.flags.writeable = False
