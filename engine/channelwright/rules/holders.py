"""Agreements of modes that a chain may replace by one of its own."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market


def holder_of(market: Market, design: Design, named: BoolArray) -> IntArray:
    """Return the row of the agreement of each outlet: its chain's if named, else its mode's.

    Parameters
    ----------
    named : (M + C,) bool, agreements of modes and of chains that are there

    Returns
    -------
    (O,) int64; 0 for outlets that are not covered
    """
    mode, chain = np.maximum(design.outlets.mode, 0), market.outlets.chain
    if not market.chain_ids:
        return mode
    of_chain = len(market.modes) + np.maximum(chain, 0)
    return np.where((chain >= 0) & named[of_chain], of_chain, mode)
