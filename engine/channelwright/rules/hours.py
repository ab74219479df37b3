"""When outlets take goods: hours of the segment, or of the chain (docs/world/delivery.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import DAY_SECONDS, IntArray
from channelwright.model.contracts import Contracts
from channelwright.model.market import Market


def has_hours(market: Market, contracts: Contracts | None) -> bool:
    """Return whether a segment or a chain names hours."""
    named = contracts is not None and contracts.window_open is not None
    return named or (market.delivery is not None and market.delivery.receive_open is not None)


def receiving_hours(market: Market, contracts: Contracts | None) -> tuple[IntArray, IntArray]:
    """Return from when to when each outlet takes goods: (O,) seconds after midnight each."""
    outlets = market.outlets
    opens = np.zeros(len(outlets), dtype=np.int64)
    closes = np.full(len(outlets), DAY_SECONDS, dtype=np.int64)
    rules = market.delivery
    if rules is not None and rules.receive_open is not None and rules.receive_close is not None:
        opens = rules.receive_open[outlets.segment]
        closes = rules.receive_close[outlets.segment]
    if contracts is None or contracts.window_open is None or contracts.window_close is None:
        return opens, closes
    chain = np.maximum(outlets.chain, 0)
    own = (outlets.chain >= 0) & (contracts.window_open[chain] >= 0)
    return (
        np.where(own, contracts.window_open[chain], opens),
        np.where(own, contracts.window_close[chain], closes),
    )
