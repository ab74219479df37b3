"""Offers, asking prices, rights and weights for a random market, on and off at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.model.source_choice import Rights, Selling, SourceChoice
from tests.support.dice import Dice
from tests.support.modes import MODE_ROWS

_STREAM = 40 << 40


def with_source_choice(market: Market, design: Design, seed: int) -> tuple[Market, Design]:
    """Return the pair with source choice on in some of all cases; draws are its own."""
    dice = Dice(_STREAM + seed)
    if dice.some(0.5):
        weights = SourceChoice(
            credit=dice.real(0.0, 0.3),
            minimum=dice.real(0.0, 0.5),
            wait=dice.real(0.0, 1.0),
            stock=dice.real(0.0, 4.0),
        )
        market = replace(market, source_choice=weights)
    if dice.some(0.5):
        design = replace(design, selling=_selling(market, design, dice))
    return market, design


def _selling(market: Market, design: Design, dice: Dice) -> Selling:
    plan = design.outlets
    mode = np.where(plan.options >= 0, plan.mode[:, None], -1)
    for outlet, column in zip(*np.nonzero(plan.options[:, 1:] >= 0), strict=True):
        mode[outlet, column + 1] = dice.one_of(
            _modes_at(market, int(plan.options[outlet, column + 1]))
        )
    return Selling(
        option_mode=mode,
        asking=dice.choices((1_000_000, 950_000, 1_033_333), len(market.sites)),
        rights=_rights(market, dice),
    )


def _modes_at(market: Market, site: int) -> list[int]:
    kind = SITE_KINDS[market.sites.kind[site]]
    fitting = {row.name for row in MODE_ROWS if kind in row.site_kinds}
    return [mode for mode, name in enumerate(market.modes.ids) if name in fitting]


def _rights(market: Market, dice: Dice) -> Rights:
    count = dice.one_of((0, 0, 1, 3))
    exclusive = dice.flags(0.5, count)
    site = dice.wholes(0, len(market.sites) - 1, count)
    everyone = ~exclusive & dice.flags(0.2, count)
    return Rights(
        area=dice.wholes(-1, len(market.areas) - 1, count),
        segment=dice.wholes(-1, len(market.segments) - 1, count),
        site=np.where(everyone, -1, site),
        exclusive=exclusive,
        product=dice.flags(0.6, (count, len(market.products))),
        mode=np.where(dice.flags(0.4, count), dice.wholes(0, len(market.modes) - 1, count), -1),
    )
