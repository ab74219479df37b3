"""The return right of every outlet (docs/world/returns.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.returns import AS_MODE, NO_RETURNS, Returns
from channelwright.rules.holders import holder_of


def returns_of(design: Design) -> Returns | None:
    """Return the return rights of a design, None if it names none."""
    return None if design.goods is None else design.goods.returns


def right_of(market: Market, design: Design, rights: Returns) -> IntArray:
    """Return the row of the right of each outlet: its chain's, else its mode's: (O,)."""
    return holder_of(market, design, rights.policy != AS_MODE)


def old_goods_credited(market: Market, design: Design) -> BoolArray:
    """Return which outlets may be credited for goods that got old: (O,)."""
    rights = returns_of(design)
    if rights is None:
        return np.ones(len(market.outlets), dtype=np.bool_)
    return np.asarray(rights.policy[right_of(market, design, rights)] != NO_RETURNS)
