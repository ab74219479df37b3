"""Random execution in full."""

from dataclasses import replace

import numpy as np

from channelwright.model.execution import PARTS, Execution, Parts, Range
from channelwright.model.market import Market
from tests.support.dice import Dice


def with_execution(market: Market, dice: Dice) -> Market:
    """Return the market with some parts of execution, and often a range."""
    names = tuple(name for name in PARTS if dice.some(0.7))
    count = len(names)
    low = dice.reals(0.4, 1.0, count)
    parts = Parts(
        names=names,
        half_life=dice.reals(2.0, 40.0, count),
        low=low,
        high=low + dice.reals(0.0, 0.8, count),
        opening=dice.reals(0.0, 1.0, count),
        lift=dice.reals(0.0, 2.0, count),
    )
    listed = Range(dice.real(2.0, 40.0), dice.one_of((0.0, 0.6, 1.0)), dice.real(0.0, 2.0))
    return replace(
        market, execution=Execution(parts, listed if dice.some(0.8) or not count else None)
    )


def no_parts() -> Parts:
    """Return no part at all."""
    none = np.zeros(0)
    return Parts((), none, none, none, none, none)
