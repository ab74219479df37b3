"""Missed calls, travel, minutes, counting and smallest values for a random market."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.order_capture import FieldWork, OrderCapture, Travel
from tests.support.dice import Dice

_STREAM = 41 << 40


def with_order_capture(market: Market, design: Design, seed: int) -> tuple[Market, Design]:
    """Return the pair with the parts of order capture on and off at random."""
    dice = Dice(_STREAM + seed)
    modes = len(market.modes)
    if dice.some(0.5):
        market = replace(market, field_work=_field_work(market, dice))
    if dice.some(0.5):
        price = int(design.terms.price_outlet.mean())
        capture = OrderCapture(
            carry_over=dice.flags(0.7, modes),
            minimum_value=dice.choices((0, price, 4 * price), modes) * dice.whole(0, 1),
        )
        design = replace(design, capture=capture)
    return market, design


def _field_work(market: Market, dice: Dice) -> FieldWork:
    outlets = len(market.outlets)
    pairs = [
        (start, end)
        for start in range(outlets + len(market.areas))
        for end in range(outlets)
        if start != end and dice.some(0.5)
    ]
    shape = (len(market.roles), len(market.segments))
    minutes = np.where(dice.flags(0.5, shape), dice.wholes(60, 3_000, shape), -1)
    return FieldWork(
        call_seconds=minutes,
        count_error=dice.choices((0.0, 0.2, 0.6), len(market.modes)),
        travel=Travel(
            start=np.array([start for start, _ in pairs], dtype=np.int64),
            end=np.array([end for _, end in pairs], dtype=np.int64),
            seconds=dice.wholes(0, 3_600, len(pairs)),
        ),
    )
