"""Parcels from own sites to consumers: orders, stock, packing, delivery, returns.

The exact rule is docs/world/parcels.md.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import DAY_SECONDS, BoolArray, IntArray, share
from channelwright.model.parcels import ParcelShop
from channelwright.rules import parcels as rules
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.evening.picking import BATCH_RELEASE, queue
from channelwright.simulation.orders.parcel_orders import COLUMNS, ParcelOrders, no_orders
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.parcel_recording import ParcelRecorder
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import ParcelStock
from channelwright.tables.codes import Account, LineState


class Parcels:
    """The orders of consumers of one replication."""

    @staticmethod
    def of(parts: Parts) -> Parcels | None:
        """Return what sends parcels, None where the design does not."""
        shop = rules.parcel_shop(parts.network.design)
        return None if shop is None else Parcels(shop, parts)

    def __init__(self, shop: ParcelShop, parts: Parts) -> None:
        state, market = parts.state, parts.network.market
        self._shop, self._network, self._state = shop, parts.network, state
        self._postings, self._recorder, self._books = parts.postings, parts.recorder, parts.books
        self._own = ParcelRecorder(market, shop, parts.sink, detail=parts.detail)
        self._orders = ParcelOrders(market, shop, parts.address)
        self._price = rules.unit_prices(market, shop)
        nothing = np.zeros_like(state.stock)
        self._stock = state.parcels = ParcelStock(nothing, nothing.copy())
        # Units asked for, got at the first attempt and got that are not yet counted as cases.
        self._units = np.zeros((3, *nothing.shape), dtype=np.int64)
        self._sites = np.unique(shop.zones.site)
        products = len(market.products)
        self._waiting = no_orders(products)
        self._sent = no_orders(products, "sent_day", "arrival")
        self._returning = no_orders(products, "back")
        sites = len(market.sites)
        self._packers = np.full(sites, shop.packers, dtype=np.int64)
        self._free = np.zeros((sites, shop.packers), dtype=np.int64)

    @property
    def before_outlets(self) -> bool:
        """Whether consumers are served before outlets."""
        return self._shop.before_outlets

    # ------------------------------------------------------------ 18:00 and 19:00
    def order(self) -> None:
        """18:00: note the orders of the day."""
        orders = self._orders.of_day(self._state.day)
        self._waiting.append(**{name: orders[name] for name in COLUMNS})
        self._own.asked(orders)

    def allocate(self) -> None:
        """19:00: take orders from stock, whole or not at all, and pack them."""
        day, waiting, zones = self._state.day, self._waiting, self._shop.zones
        due = np.flatnonzero(waiting["attempt"] <= day)
        due = due[self._sequence(waiting.take(due))]
        orders = waiting.take(due)
        site, units = zones.site[orders["zone"]], orders["units"]
        self._count_demand(site, orders)
        served = _take(site, units, self._state.stock)
        self._count_cases(site, orders, served)
        lost = ~served & (day - orders["attempt"] >= self._shop.wait_days)
        self._own.lost(orders.take(lost))
        self._pack(orders.take(served), site[served])
        stays = np.ones(len(waiting), dtype=np.bool_)
        stays[due[served | lost]] = False
        waiting.keep(stays)
        still = ~served & ~lost
        self._stock.waiting[:] = 0
        add_at(self._stock.waiting, site[still], units[still])

    def _sequence(self, orders: Rows) -> IntArray:
        area = self._shop.zones.area[orders["zone"]]
        keys = (orders["number"], orders["product"], area, orders["second"], orders["day"])
        return np.asarray(np.lexsort(keys))

    def _count_demand(self, site: IntArray, orders: Rows) -> None:
        """Count the orders of a first attempt as demand of their sites."""
        state, new = self._state, orders["attempt"] == self._state.day
        add_at(state.demand[state.day % len(state.demand)], site[new], orders["units"][new])

    def _pack(self, orders: Rows, site: IntArray) -> None:
        """Take orders to the packing bench, in turn, and pay for it."""
        shop, day, sites = self._shop, self._state.day, self._network.market.sites
        units, case = orders["units"], self._network.market.products.units_per_case
        parcels = rules.parcels_of(shop, units)
        add_at(self._stock.sent, site, units)
        work = rules.by_case(units, sites.handling_cost[site][:, None], case).sum(axis=1)
        cost = parcels * shop.packing + work
        self._pay(Account.HANDLING, orders, site, cost)
        release = np.full(len(site), day * DAY_SECONDS + BATCH_RELEASE, dtype=np.int64)
        hours = (sites.pick_open, sites.pick_close)
        service = parcels * shop.pack_seconds
        ready = queue(site, release, service, hours, self._packers, self._free)
        arrival = ready // DAY_SECONDS + shop.zones.days[orders["zone"]]
        columns = {name: orders[name] for name in COLUMNS}
        sent = np.full(len(site), day, dtype=np.int64)
        self._sent.append(**columns, sent_day=sent, arrival=arrival)

    def _count_cases(self, site: IntArray, orders: Rows, served: BoolArray) -> None:
        """Count what was asked of sites and left them in whole cases, the rest later."""
        new = orders["attempt"] == self._state.day
        for units, mine in zip(self._units, (new, new & served, served), strict=True):
            add_at(units, site[mine], orders["units"][mine])
        unit = self._network.market.products.units_per_case
        cases = self._units // unit
        self._units -= cases * unit
        self._recorder.parcels(self._sites, *cases[:, self._sites])

    # ------------------------------------------------------------ 06:00
    def morning(self) -> None:
        """06:00: bring parcels to consumers, and what they send back to stock."""
        day = self._state.day
        arrived = self._sent["arrival"] == day
        if arrived.any():
            orders = self._sent.take(arrived)
            self._sent.keep(~arrived)
            self._deliver(orders)
        back = self._returning["back"] == day
        if back.any():
            orders = self._returning.take(back)
            self._returning.keep(~back)
            self._take_back(orders)

    def _deliver(self, orders: Rows) -> None:
        shop, zone, units = self._shop, orders["zone"], orders["units"]
        site = shop.zones.site[zone]
        value = (units * self._price).sum(axis=1)
        invoice = value + rules.delivery_fees(shop, value)
        subtract_at(self._stock.sent, site, units)
        self._books.parcels += int(units.sum())
        total = int(invoice.sum())
        self._books.goods += total
        self._books.invoiced += total
        self._books.paid += total
        self._post(Account.GOODS, OUTSIDE, MANUFACTURER, site, invoice)
        self._pay(Account.PLATFORM, orders, site, share(invoice, shop.payment_fee))
        case = self._network.market.products.units_per_case
        tariff = rules.parcels_of(shop, units) * shop.zones.tariff_parcel[zone]
        tariff += rules.by_case(units, shop.zones.tariff_case[zone][:, None], case).sum(axis=1)
        self._pay(Account.DELIVERY, orders, site, tariff)
        returned = self._orders.sent_back(orders)
        self._own.delivered(self._state.day, orders, returned)
        back = orders.take(returned == 1)
        columns = {name: back[name] for name in COLUMNS}
        due = np.full(len(back), self._state.day + shop.return_days, dtype=np.int64)
        self._returning.append(**columns, back=due)

    def _take_back(self, orders: Rows) -> None:
        shop, units = self._shop, orders["units"]
        site = shop.zones.site[orders["zone"]]
        add_at(self._state.stock, site, units)
        self._books.parcels -= int(units.sum())
        value = units * self._price
        self._post(Account.RETURN_GOOD, MANUFACTURER, OUTSIDE, site, value.sum(axis=1))
        cost = rules.parcels_of(shop, units) * shop.return_cost
        self._pay(Account.DELIVERY, orders, site, cost)
        self._own.returned(orders, value)

    # ------------------------------------------------------------ books
    def close(self, period: int) -> None:
        """Write the sums of a period and start the next one."""
        self._own.close(period)

    def horizon(self) -> None:
        """Write the orders that are open at the end."""
        sent, waiting = self._sent, self._waiting
        self._own.write(sent, sent["sent_day"], LineState.OPEN_AT_HORIZON)
        nowhere = np.full(len(waiting), -1, dtype=np.int64)
        self._own.write(waiting, nowhere, LineState.OPEN_AT_HORIZON)

    def _pay(self, account: Account, orders: Rows, site: IntArray, cost: IntArray) -> None:
        """Pay what serving some orders costs."""
        self._post(account, MANUFACTURER, OUTSIDE, site, cost)
        self._own.paid(orders, account.name.lower(), cost)

    def _post(
        self, account: Account, payer: int, payee: int, site: IntArray, amount: IntArray
    ) -> None:
        self._postings.post(account, payer, payee, self._shop.mode, site, -1, amount)


@kernel
def _take(site: IntArray, units: IntArray, stock: IntArray) -> BoolArray:
    """Take the units (n, P) of every order from its site where there are enough, in turn."""
    served = np.zeros(len(site), dtype=np.bool_)
    for row in range(len(site)):
        held = stock[site[row]]
        enough = True
        for product in range(len(held)):
            enough &= held[product] >= units[row, product]
        if enough:
            for product in range(len(held)):
                held[product] -= units[row, product]
            served[row] = True
    return served
