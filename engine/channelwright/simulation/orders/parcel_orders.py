"""What consumers order online: numbers, sizes and times of a day (docs/world/parcels.md)."""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import Word, uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import DAY_SECONDS, FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_POISSON, Market
from channelwright.model.parcels import ParcelShop
from channelwright.rules import parcels as rules
from channelwright.simulation import laws
from channelwright.simulation.demand.guiding import guide_of
from channelwright.simulation.rows import Rows

#: Orders of one area, product and day have the words from area * ORDER_ROOM on.
ORDER_ROOM = 2**32
#: Further products have words of their own by first product, from this many times it on.
_AREAS = 2**20
_TIME = int(Purpose.PARCEL_TIME)
_ONE = np.zeros(1, dtype=np.int64)
_POISSON = np.array([LAW_POISSON])
_ANY_SIZE = np.ones(1)
#: `product` is the first one; `units` of all products are a grid.
COLUMNS = ("day", "second", "attempt", "zone", "product", "number", "units")


def no_orders(products: int, *more: str) -> Rows:
    """Return an empty table of orders."""
    plain = [name for name in (*COLUMNS, *more) if name != "units"]
    nothing = np.zeros((0, products), dtype=np.int64)
    return Rows(**{name: np.zeros(0, dtype=np.int64) for name in plain}, units=nothing)


class ParcelOrders:
    """Draws the orders of a replication."""

    def __init__(self, market: Market, shop: ParcelShop, address: Address) -> None:
        self._market, self._shop, self._address = market, shop, address
        self._mean = rules.mean_orders(market, shop)
        fixed = market.products.law == LAW_FIXED
        self._law = np.where(fixed, LAW_FIXED, LAW_POISSON)
        self._plain = np.ones(len(self._law))
        self._poisson = np.full(len(self._law), LAW_POISSON)
        laws_drawn = (self._law, _POISSON, self._poisson)
        self._guides = [guide_of(law, np.ones(len(law))) for law in laws_drawn]
        self._period, self._shocks = -1, self._plain

    def of_day(self, day: int) -> Rows:
        """Return the orders of a day, by zone, first product and number."""
        shop = self._shop
        mean = self._mean * self._market.calendar.factor[day] * self._shock(day)
        areas, products = shop.zones.area, mean.shape[1]
        uniform = self._address.grid(Purpose.PARCEL_ORDERS, day, areas, products)
        count = laws.counts(self._law, mean, self._plain, uniform, self._guides[0])
        today = (day, self._address.key)
        block = _listed(count, areas, today, shop.cutoff)
        second, attempt, zone, product, number, entity = block
        packs = np.zeros((len(zone), len(self._law)), dtype=np.int64)
        packs[np.arange(len(zone)), product] = self._packs(day, entity, product)
        if shop.basket > 1 and len(zone):
            place = (product * _AREAS + areas[zone]) * ORDER_ROOM + number
            packs += self._further(day, place, rules.further_picks(shop, mean)[zone])
        return Rows(
            day=np.full(len(zone), day, dtype=np.int64),
            second=second,
            attempt=attempt,
            zone=zone,
            product=product,
            number=number,
            units=packs * shop.pack_units,
        )

    def draw(self, purpose: Purpose, day: int, entity: IntArray, product: IntArray) -> FloatArray:
        """Return the uniform of every order: (n,)."""
        return _uniforms(entity, product, (day, self._address.key), int(purpose))

    def _packs(self, day: int, entity: IntArray, product: IntArray) -> IntArray:
        more = self._shop.packs - 1.0
        if more == 0 or not len(entity):
            return np.ones(len(entity), dtype=np.int64)
        uniform = self.draw(Purpose.PARCEL_SIZE, day, entity, product)
        mean = np.full((len(entity), 1), more)
        drawn = laws.counts(_POISSON, mean, _ANY_SIZE, uniform[:, None], self._guides[1])
        return np.asarray(1 + drawn[:, 0])

    def _further(self, day: int, entity: IntArray, mean: FloatArray) -> IntArray:
        """Return the packs that further picks of every product bring: (n, P)."""
        products, poisson = len(self._law), self._poisson
        uniform = self._address.grid(Purpose.PARCEL_MORE, day, entity, products)
        picks = laws.counts(poisson, mean, self._plain, uniform, self._guides[2])
        more = np.asarray(picks * (self._shop.packs - 1.0), dtype=np.float64)
        if not more.any():
            return picks
        uniform = self._address.grid(Purpose.PARCEL_MORE_SIZE, day, entity, products)
        return np.asarray(picks + laws.counts(poisson, more, self._plain, uniform, self._guides[2]))

    def _shock(self, day: int) -> FloatArray:
        """Return what the shocks of the market and of products make of demand: (P,)."""
        calendar = self._market.calendar
        period = day // calendar.shock_days
        if period == self._period:
            return self._shocks
        self._period = period
        products = np.arange(self._mean.shape[1])
        market, product = (
            self._address.at(purpose, period, rows)
            for purpose, rows in (
                (Purpose.MARKET_SHOCK, _ONE),
                (Purpose.PRODUCT_SHOCK, products),
            )
        )
        common = laws.shock(market, calendar.market_shock)
        self._shocks = common[0] * laws.shock(product, calendar.product_shock)
        return self._shocks


@kernel
def _uniforms(
    entity: IntArray, product: IntArray, today: tuple[int, tuple[Word, Word]], purpose: int
) -> FloatArray:
    """Return the uniform of every order at its first product: (n,); ``today`` : day and key."""
    result = np.empty(len(entity))
    for row in range(len(entity)):
        result[row] = uniform_at(entity[row], product[row], today[1], purpose, today[0])
    return result


@kernel
def _listed(
    count: IntArray, areas: IntArray, today: tuple[int, tuple[Word, Word]], cutoff: int
) -> IntArray:
    """Return the orders of a day, by zone, first product and number, and draw their times.

    Parameters
    ----------
    count : (Z, P) orders by their first product; areas : (Z,) of the zones
    today : day and key of draws; cutoff : last second of orders that are served on the same day

    Returns
    -------
    (6, n) second, day of the first attempt, zone, product, number and entity of its draws
    """
    block, used = np.empty((6, count.sum()), dtype=np.int64), 0
    for zone in range(count.shape[0]):
        for product in range(count.shape[1]):
            for number in range(count[zone, product]):
                entity = areas[zone] * ORDER_ROOM + number
                drawn = uniform_at(entity, product, today[1], _TIME, today[0])
                second = np.int64(math.floor(drawn * DAY_SECONDS))
                block[0, used] = second
                block[1, used] = today[0] + (second > cutoff)
                block[2, used], block[3, used] = zone, product
                block[4, used], block[5, used] = number, entity
                used += 1
    return block
