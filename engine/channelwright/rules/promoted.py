"""What promotions make of the measured days on average: the forecast's view of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray, share
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.offers import FUNDERS
from channelwright.rules import offers


@dataclass(frozen=True)
class Promoted:
    """Means over the measured days (O rows, P columns).

    Attributes
    ----------
    volume : calendar factor x uplift x dip
    price : ticks per unit that consumers pay, weighted by volume
    refund : (2, O, P) ticks per unit that each of FUNDERS pays back, weighted by volume
    cut : (2, O, P) ticks per case that each of FUNDERS pays outlets, weighted by volume
    """

    volume: FloatArray
    price: FloatArray
    refund: FloatArray
    cut: FloatArray


def promoted_means(market: Market, design: Design) -> Promoted | None:
    """Return the means of a design's promotions, None without any."""
    campaign = offers.campaign(market, design)
    if campaign is None:
        return None
    calendar = market.calendar
    days = range(calendar.warmup_days, calendar.horizon_days)
    shape = market.outlets.rate.shape
    volume = np.zeros(shape)
    money = np.zeros((3, len(FUNDERS), *shape))  # consumer cut, refund, cut to outlets
    each = [_amounts(market, design, campaign, row) for row in range(len(campaign.table))]
    for day in days:
        factor = campaign.factor(day)
        today = np.broadcast_to(calendar.factor[day], shape)
        today = today if factor is None else today * factor
        volume += today
        for row in campaign.active(day):
            money[:, campaign.table.funder[row]] += each[row] * today
    weight = np.where(volume > 0, volume, 1.0)
    money /= weight
    regular = offers.shelf_prices(market, design)
    return Promoted(volume / len(days), regular - money[0].sum(axis=0), money[1], money[2])


def _amounts(market: Market, design: Design, campaign: offers.Campaign, row: int) -> FloatArray:
    """Return consumer cut and refund per unit and cut per case: (3, O, P) ticks."""
    table = campaign.table
    regular = offers.shelf_prices(market, design)
    listed = design.terms.price_outlet[np.maximum(design.outlets.mode, 0)]
    fits = campaign.outlets[row][:, None] & table.products[row]
    amounts = (
        offers.consumer_cut(table, row, regular),
        offers.refund(table, row, regular),
        share(listed, table.outlet_cut[row]),
    )
    return np.stack([np.where(fits, amount, 0) for amount in amounts]).astype(np.float64)
