"""Parcels from an own site to consumers (docs/world/parcels.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import Columns

NEVER_FREE = -1


@dataclass(frozen=True)
class ParcelZones(Columns):
    """Areas whose consumers order online (Z rows).

    Attributes
    ----------
    area, site : (Z,) int64; an area stands once, the site ships
    demand : (Z,) float64, share of the demand of the area's outlets that is asked for online
    cannibalised : (Z,) float64, share of that which the outlets lose
    days : (Z,) int64, from the end of packing to delivery, at least 1
    promise_days : (Z,) int64, from the order to the delivery that counts as on time
    tariff_parcel, tariff_case : (Z,) int64, ticks
    """

    area: IntArray
    site: IntArray
    demand: FloatArray
    cannibalised: FloatArray
    days: IntArray
    promise_days: IntArray
    tariff_parcel: IntArray
    tariff_case: IntArray


@dataclass(frozen=True)
class ParcelShop:
    """How the manufacturer sells to consumers.

    Attributes
    ----------
    zones : ParcelZones
    mode : int, row under which its money is reported
    price : int, ppm of the consumer price
    pack_units : (P,) int64, units in a pack
    packs : float, mean packs of a pick, at least 1
    basket : float, mean picks of an order, at least 1; 1 = one product each
    parcel_units : (P,) int64, units in the largest parcel
    cutoff : int, second of the day; later orders are handled a day later
    before_outlets : bool, takes stock before outlets do
    wait_days : int, evenings for which a consumer waits after the first attempt
    packers : int, people at the packing bench of each site; 0 = nobody waits
    pack_seconds : int, per parcel
    packing, return_cost : int, ticks per parcel
    fee, free_from : int, ticks: paid by the consumer below this order value; -1 = always
    payment_fee, returns : int, ppm of what is paid; of orders that are sent back
    return_days : int, from delivery to the site's stock, at least 1
    """

    zones: ParcelZones
    mode: int
    price: int
    pack_units: IntArray
    packs: float
    basket: float
    parcel_units: IntArray
    cutoff: int
    before_outlets: bool
    wait_days: int
    packers: int
    pack_seconds: int
    packing: int
    fee: int
    free_from: int
    payment_fee: int
    returns: int
    return_days: int
    return_cost: int
