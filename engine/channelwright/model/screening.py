"""What is known of candidate houses before one is appointed: the screening sheet."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Screening(Columns):
    """Screening of the candidate sites (S rows, those of `model.market.Sites`).

    Attributes
    ----------
    score : (S,) float64, 0 to 100; 100 where nothing was asked
    default_risk : (S,) float64, probability per year that the house cannot pay
    capacity_outlets : (S,) float64, outlets that it can look after; inf = no limit
    storage_cases : (S,) float64, cases that its store holds; inf = no limit
    """

    score: FloatArray
    default_risk: FloatArray
    capacity_outlets: FloatArray
    storage_cases: FloatArray
