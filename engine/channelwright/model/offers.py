"""What a design offers: consumer prices and promotions (docs/world/prices_promotions.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import Columns

ANY = -1
FUNDERS = ("manufacturer", "seller")


@dataclass(frozen=True)
class ConsumerPrices(Columns):
    """Regular consumer prices (N rows); ANY stands for every mode, area, outlet.

    Attributes
    ----------
    mode, area, outlet, product : (N,) int64
    price : (N,) int64, ticks per unit, ex VAT
    """

    mode: IntArray
    area: IntArray
    outlet: IntArray
    product: IntArray
    price: IntArray


@dataclass(frozen=True)
class Promotions(Columns):
    """Promotions (K rows), no two of which meet in outlet, product and day.

    Attributes
    ----------
    ids : (K,) str
    mode, area, segment : (K,) int64, ANY = all
    products : (K, P) bool
    first, last : (K,) int64, days of the simulation
    price_cut : (K,) int64, ppm of the regular consumer price
    uplift : (K,) float64, demand multiplier; 0 = from the elasticity
    borrowed : (K,) float64, share of the extra demand taken from later days
    dip_days : (K,) int64, days from which it is taken
    funded : (K,) int64, ppm of the consumer price cut that the funder refunds
    funder : (K,) int64, row of FUNDERS
    outlet_cut : (K,) int64, ppm of the outlet price, paid back by the funder
    """

    ids: tuple[str, ...]
    mode: IntArray
    area: IntArray
    segment: IntArray
    products: BoolArray
    first: IntArray
    last: IntArray
    price_cut: IntArray
    uplift: FloatArray
    borrowed: FloatArray
    dip_days: IntArray
    funded: IntArray
    funder: IntArray
    outlet_cut: IntArray


@dataclass(frozen=True)
class Offers:
    """Consumer prices and promotions of a design; None = off."""

    prices: ConsumerPrices | None = None
    promotions: Promotions | None = None
