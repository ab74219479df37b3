"""06:00: parcels reach consumers, and what they send back reaches the stock of its site."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Purpose
from channelwright.foundation.units import PPM, BoolArray, IntArray, share_of
from channelwright.model.parcels import NEVER_FREE, ParcelShop
from channelwright.rules import parcels as rules
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.delivery.parcel_kernels import ARRIVAL, DAY, NUMBER, PRODUCT, ZONE
from channelwright.simulation.grouping import Whole
from channelwright.simulation.orders.parcel_orders import ORDER_ROOM
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.parcel_recording import CELL_NAMES, ParcelRecorder
from channelwright.simulation.rows import Blocks, Rows
from channelwright.tables.codes import Account

BACK = 6  # the day, last column of the table of what comes back
#: Rows of what a morning means for sites: ticks of invoices or refunds, delivery, payment.
_GOODS, _DELIVERY, _PAYMENT = range(3)
_RETURN, _ROOM = int(Purpose.PARCEL_RETURN), rules.PARCEL_ROOM

_DELIVERED_ORDERS, _LINES = CELL_NAMES.index("delivered_orders"), CELL_NAMES.index("lines")
_DELIVERED, _PARCELS = CELL_NAMES.index("delivered"), CELL_NAMES.index("parcels")
_ON_TIME, _DAYS, _FREE = (CELL_NAMES.index(name) for name in ("on_time", "days", "free"))
_VALUE, _FEES = CELL_NAMES.index("value"), CELL_NAMES.index("fees")
_PAID, _PLATFORM = CELL_NAMES.index("delivery"), CELL_NAMES.index("platform")
_RETURNED_ORDERS = CELL_NAMES.index("returned_orders")
_RETURNED, _REFUNDED = CELL_NAMES.index("returned"), CELL_NAMES.index("refunded")

#: Site, area, days of the promise, ticks per parcel and per case of zones: (5, Z).
Zones: TypeAlias = IntArray
#: Price per unit, units per case, room that a unit takes in a parcel: (3, P).
Goods: TypeAlias = IntArray
#: Fee of consumers and the value from which there is none, share of payments (ppm), cost of a
#: parcel that comes back; chance of it, seed and replication.
Terms: TypeAlias = tuple[tuple[int, int, int, int], float, tuple[np.uint64, np.uint64]]


class Mornings:
    """Delivers parcels and takes them back; keeps what never changes as kernels take it."""

    def __init__(self, shop: ParcelShop, parts: Parts, own: ParcelRecorder, sent: IntArray) -> None:
        market, zones = parts.network.market, shop.zones
        self._shop, self._state, self._books, self._own = shop, parts.state, parts.books, own
        self._postings, self._detail, self._in_transit = parts.postings, parts.detail, sent
        parcel, case = zones.tariff_parcel, zones.tariff_case
        self._zones = np.stack([zones.site, zones.area, zones.promise_days, parcel, case])
        room = rules.PARCEL_ROOM // shop.parcel_units
        price = rules.unit_prices(market, shop)
        self._goods = np.stack([price, market.products.units_per_case, room])
        free_from = shop.free_from if shop.free_from != NEVER_FREE else np.iinfo(np.int64).max
        numbers = int(shop.fee), int(free_from), int(shop.payment_fee), int(shop.return_cost)
        self._terms: Terms = numbers, shop.returns / PPM, parts.address.key
        self._sites = np.unique(zones.site)
        self._money = np.zeros((3, len(market.sites)), dtype=np.int64)

    def deliver(self, sent: Rows, returning: Rows) -> None:
        """Bring the parcels of today to consumers; some will come back."""
        day, count, books = self._state.day, len(sent), self._books
        if not count:
            return
        stays, back = np.ones(count, dtype=np.bool_), np.empty(count, dtype=np.int64)
        units, total, arrived, returned = _deliver(
            (count, day),
            sent.storage(),
            (self._zones, self._goods, self._terms),
            self._in_transit,
            self._own.sums,
            self._money,
            stays,
            back,
        )
        if not arrived:
            return
        ticks = int(total)
        books.parcels += int(units)
        books.goods += ticks
        books.invoiced += ticks
        books.paid += ticks
        self._post(Account.GOODS, OUTSIDE, MANUFACTURER, _GOODS)
        self._post(Account.PLATFORM, MANUFACTURER, OUTSIDE, _PAYMENT)
        self._post(Account.DELIVERY, MANUFACTURER, OUTSIDE, _DELIVERY)
        rows = back[:returned]
        if self._detail:
            flags = np.zeros(count, dtype=np.int64)
            flags[rows] = 1
            self._own.write_delivered(sent.take(~stays), flags[~stays])
        if returned:
            numbers, grids = sent.take(rows).storage()
            into = returning.extend(returned)
            into[0][:BACK], into[1][:] = numbers[:BACK], grids
            into[0][BACK] = day + self._shop.return_days
        sent.keep(stays)

    def take_back(self, returning: Rows) -> None:
        """Put what comes back today into the stock of its site."""
        count = len(returning)
        if not count:
            return
        stays = np.ones(count, dtype=np.bool_)
        units = _take_back(
            (count, self._state.day),
            returning.storage(),
            (self._zones, self._goods, self._terms),
            self._state.stock,
            self._own.sums,
            self._money,
            stays,
        )
        if not units:
            return
        self._books.parcels -= int(units)
        self._post(Account.RETURN_GOOD, MANUFACTURER, OUTSIDE, _GOODS)
        self._post(Account.DELIVERY, MANUFACTURER, OUTSIDE, _DELIVERY)
        returning.keep(stays)

    def _post(self, account: Account, payer: int, payee: int, row: int) -> None:
        sites = self._sites
        amount = self._money[row, sites]
        self._postings.post(account, payer, payee, self._shop.mode, sites, -1, amount)


@kernel
def _deliver(
    today: tuple[int, int],
    sent: Blocks,
    rules: tuple[Zones, Goods, Terms],
    in_transit: IntArray,
    sums: IntArray,
    money: IntArray,
    stays: BoolArray,
    back: IntArray,
) -> tuple[Whole, Whole, int, int]:
    """Deliver the parcels of a day.

    Parameters
    ----------
    today : number of orders on their way, and the day
    in_transit : (S, P) units sent, changed
    sums : (K, A, P) sums of the period, by area and first product or product, added to
    money : (3, S) ticks, written
    stays, back : (n,) orders that stay on their way; rows of those that will come back, written

    Returns
    -------
    units and ticks of the invoices, orders delivered, and those of them that will come back
    """
    numbers, grids = sent
    zones, goods, terms = rules
    (fee, free_from, payment, _), chance, key = terms
    money[:] = 0
    units, total, arrived, returned = np.int64(0), np.int64(0), 0, 0
    for row in range(today[0]):
        if numbers[ARRIVAL, row] != today[1]:
            continue
        arrived, stays[row] = arrived + 1, False
        zone, first, ordered = numbers[ZONE, row], numbers[PRODUCT, row], numbers[DAY, row]
        site, area = zones[0, zone], zones[1, zone]
        value, many = _hand_over(grids, row, goods, in_transit[site], sums[:, area])
        units, cost = units + many, _by_case(grids, row, goods, zones[4, zone])
        parcels = _parcels(grids, row, goods)
        asked = fee if value < free_from else 0
        paid, cost = share_of(int(value + asked), payment), cost + parcels * zones[3, zone]
        sums[_DELIVERED_ORDERS, area, first] += 1
        sums[_PARCELS, area, first] += parcels
        sums[_ON_TIME, area, first] += today[1] - ordered <= zones[2, zone]
        sums[_DAYS, area, first] += today[1] - ordered
        sums[_FREE, area, first] += asked == 0
        sums[_FEES, area, first] += asked
        sums[_PAID, area, first] += cost
        sums[_PLATFORM, area, first] += paid
        money[_GOODS, site] += value + asked
        money[_DELIVERY, site] += cost
        money[_PAYMENT, site] += paid
        total += value + asked
        if chance > 0:
            entity = area * ORDER_ROOM + numbers[NUMBER, row]
            if uniform_at(entity, first, key, _RETURN, ordered) < chance:
                back[returned] = row
                returned += 1
    return units, total, arrived, returned


@kernel
def _hand_over(
    grids: IntArray, row: int, goods: Goods, in_transit: IntArray, sums: IntArray
) -> tuple[Whole, Whole]:
    """Add the products of an order to the sums of its area (K, P); return its ticks and units."""
    value, units = np.int64(0), np.int64(0)
    for product in range(goods.shape[1]):
        many = grids[0, row, product]
        worth = many * goods[0, product]
        value, units = value + worth, units + many
        in_transit[product] -= many
        sums[_LINES, product] += many > 0
        sums[_DELIVERED, product] += many
        sums[_VALUE, product] += worth
    return value, units


@kernel
def _by_case(grids: IntArray, row: int, goods: Goods, tariff: int) -> Whole:
    """Return what an order costs at a tariff per case, product by product rounded half up."""
    cost = np.int64(0)
    for product in range(goods.shape[1]):
        unit = goods[1, product]
        cost += (grids[0, row, product] * tariff + unit // 2) // unit
    return cost


@kernel
def _take_back(
    today: tuple[int, int],
    returning: Blocks,
    rules: tuple[Zones, Goods, Terms],
    stock: IntArray,
    sums: IntArray,
    money: IntArray,
    stays: BoolArray,
) -> Whole:
    """Put the parcels that come back on a day into stock (S, P); return their units."""
    numbers, grids = returning
    zones, goods, terms = rules
    money[:] = 0
    units = np.int64(0)
    for row in range(today[0]):
        if numbers[BACK, row] != today[1]:
            continue
        stays[row] = False
        zone, first = numbers[ZONE, row], numbers[PRODUCT, row]
        site, area = zones[0, zone], zones[1, zone]
        for product in range(goods.shape[1]):
            many = grids[0, row, product]
            worth = many * goods[0, product]
            stock[site, product] += many
            units += many
            sums[_RETURNED, area, product] += many
            sums[_REFUNDED, area, product] += worth
            money[_GOODS, site] += worth
        cost = _parcels(grids, row, goods) * terms[0][3]
        sums[_RETURNED_ORDERS, area, first] += 1
        sums[_PAID, area, first] += cost
        money[_DELIVERY, site] += cost
    return units


@kernel
def _parcels(grids: IntArray, row: int, goods: Goods) -> Whole:
    """Return into how many parcels an order goes."""
    filled = np.int64(0)
    for product in range(goods.shape[1]):
        filled += grids[0, row, product] * goods[2, product]
    return -(-filled // _ROOM)
