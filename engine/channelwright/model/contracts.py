"""Contracts with chains: listing, rebates by volume, fees, allowance, penalty, delivery to a DC.

Off where `Design.contracts` is None (docs/world/chains.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Contracts(Columns):
    """What a design agrees with every chain (C rows, the market's chains).

    Attributes
    ----------
    listed : (C, P) bool, products that the chain's stores carry
    days : (C,) int64, payment terms in days; -1 = those of the mode
    tier_value : (C, L) int64, ticks of purchases per month of the calendar from which a tier
        holds, ascending; tier_rebate : (C, L) int64, ppm of all purchases of the month
    allowance : (C,) int64, ppm of purchases for the chain's logistics
    display_fee : (C,) int64, ticks per store and month
    leaflet_fee : (C,) int64, ticks per month
    entry_fee : (C,) int64, ticks per store, listed product and year
    penalty : (C,) int64, ppm of the value of lines that are late or short
    dc_days : (C,) int64, days from the chain's DC to its stores; 0 = delivered to stores
    window_days : (C,) int64, bit w set: goods are accepted on weekday w (Monday = 0)
    window_open, window_close : (C,) int64, seconds after midnight from and to which stores take
        goods; -1 = as their segments do; None = no chain says
    """

    listed: BoolArray
    days: IntArray
    tier_value: IntArray
    tier_rebate: IntArray
    allowance: IntArray
    display_fee: IntArray
    leaflet_fee: IntArray
    entry_fee: IntArray
    penalty: IntArray
    dc_days: IntArray
    window_days: IntArray
    window_open: IntArray | None = None
    window_close: IntArray | None = None
