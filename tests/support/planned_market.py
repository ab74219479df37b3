"""Random markets whose design comes from the standing rules of planning."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import CAPTURES, Market
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of
from tests.support.random_market import Size, random_market

VISITS = (2.0, 1.0, 0.5)


def planned_market(seed: int, outlets: int = 60) -> tuple[Market, Design]:
    """Return a market with a design that calls on grades alike and has people by workload."""
    market, design = random_market(seed, Size(outlets, 2, 6, 90))
    draft = draft_of(market, design)
    called = market.modes.capture == CAPTURES.index("visit")
    draft = replace(
        draft,
        visits=np.where(called[:, None], np.array(VISITS), 0.0),
        headcount=np.full_like(draft.headcount, -1),
    )
    return market, complete(market, draft)
