"""Payment behaviour: how outlets and chains pay what they owe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.collecting import CollectingResponse
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class PaymentBehaviour(Columns):
    """How the accounts of a segment pay (G rows, the market's segments).

    An account that owns outlets of several segments behaves as its first outlet.

    Attributes
    ----------
    delay_factor : (G,) float64, times the mean delay of the mode
    spread : (G,) float64, sigma of the lognormal, mean-one factor of each account
    part_chance : (G,) float64, probability that part of an invoice is paid when due
    part_share : (G,) int64, ppm of the invoice that this part is
    default_rate : (G,) float64, probability per month that the account stops paying
    default_days : (G,) int64, days until it is back in business
    write_off_days : (G,) int64, days past due after which an invoice is written off; 0 = never
    recovered : (G,) int64, ppm of what is open that is recovered then
    collecting : CollectingResponse or None, what outlets answer who asks for overdue money
    """

    delay_factor: FloatArray
    spread: FloatArray
    part_chance: FloatArray
    part_share: IntArray
    default_rate: FloatArray
    default_days: IntArray
    write_off_days: IntArray
    recovered: IntArray
    collecting: CollectingResponse | None = None


def punctual(segments: int) -> PaymentBehaviour:
    """Return accounts that pay after the delay of their mode, and nothing else."""
    zero, whole = np.zeros(segments), np.zeros(segments, dtype=np.int64)
    return PaymentBehaviour(zero + 1.0, zero, zero, whole, zero, whole, whole, whole)
