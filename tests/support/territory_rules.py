"""Territory rules that ask nothing, to change in tests."""

from __future__ import annotations

import numpy as np

from channelwright.model.territory_rules import NO_LIMIT, TerritoryRules


def no_rules(outlets: int) -> TerritoryRules:
    """Return rules that ask nothing.

    Parameters
    ----------
    outlets : int
        Number of outlets of the market.
    """
    free = np.full(outlets, -1, dtype=np.int64)
    return TerritoryRules(
        moved_outlet=0,
        moved_case=0,
        maximum_moved=NO_LIMIT,
        maximum_moved_share=NO_LIMIT,
        drive_seconds=0,
        forbidden=np.zeros((0, 2), dtype=np.int64),
        assigned=free,
        together=free,
        minimum_score=0.0,
        loss_given_default=0,
    )
