"""What a market may say about demand beyond a rate and a law (docs/world/demand.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Empirical(Columns):
    """Observed values of daily demand (E rows, by product, then value).

    Attributes
    ----------
    product : (E,) int64, products whose law is LAW_EMPIRICAL, in rising order
    ratio : (E,) float64, value over the mean of the product's values, rising
    cumulative : (E,) float64, probability of this value or a smaller one of the product
    """

    product: IntArray
    ratio: FloatArray
    cumulative: FloatArray


@dataclass(frozen=True)
class Elasticity(Columns):
    """How demand answers to consumer prices (P rows).

    Attributes
    ----------
    own : (P,) float64, elasticity of a product's demand to its own price, 0 = none
    """

    own: FloatArray
