"""Parcels from own sites to consumers: orders, stock, packing, delivery, returns.

The exact rule is docs/world/parcels.md.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import DAY_SECONDS, IntArray
from channelwright.model.parcels import ParcelShop
from channelwright.rules import parcels as rules
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.delivery.parcel_kernels import ZONE, bench_of, send, serve
from channelwright.simulation.delivery.parcel_mornings import Mornings
from channelwright.simulation.evening.picking import BATCH_RELEASE, queue
from channelwright.simulation.evening.work import Table
from channelwright.simulation.orders.parcel_orders import COLUMNS, ParcelOrders, no_orders
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.parcel_recording import ParcelRecorder
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
        self._postings, self._recorder = parts.postings, parts.recorder
        self._own = ParcelRecorder(market, shop, parts.sink, detail=parts.detail)
        self._orders = ParcelOrders(market, shop, parts.address)
        nothing = np.zeros_like(state.stock)
        self._stock = state.parcels = ParcelStock(nothing, nothing.copy())
        # Units asked for, got at the first attempt and got that are not yet counted as cases.
        self._units = np.zeros((3, *nothing.shape), dtype=np.int64)
        self._mornings = Mornings(shop, parts, self._own, self._stock.sent)
        self._sites = np.unique(shop.zones.site)
        products = len(market.products)
        self._waiting = no_orders(products)
        self._sent = no_orders(products, "sent_day", "arrival")
        self._returning = no_orders(products, "back")
        sites, zones = market.sites, shop.zones
        self._packers = np.full(len(sites), shop.packers, dtype=np.int64)
        self._free = np.zeros((len(sites), shop.packers), dtype=np.int64)
        self._hours = sites.pick_open.copy(), sites.pick_close.copy()
        self._zones = zones.site.copy(), zones.area.copy(), zones.days.copy()
        parcel = np.array([shop.pack_seconds, shop.packing], dtype=np.int64)
        numbers = shop.parcel_units.copy(), sites.handling_cost.copy(), parcel
        self._bench = (self._zones, parts.network.plain.unit, *numbers)
        self._handling = (int(Account.HANDLING), MANUFACTURER, OUTSIDE, shop.mode)

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
        state, waiting = self._state, self._waiting
        count, orders = len(waiting), waiting.storage()
        demand = state.demand[state.day % len(state.demand)]
        units = (state.stock, demand, self._stock.waiting, self._stock.sent)
        served, lost, stays = serve(
            state.day, count, orders, self._zones, self._shop.wait_days, units, self._units
        )
        self._recorder.parcels(self._sites, self._units)
        if len(lost):
            self._own.lost(waiting.take(lost))
        if len(served):
            self._pack(orders, served)
        if len(lost) or len(served):
            waiting.keep(stays)

    def _pack(self, orders: Table, served: IntArray) -> None:
        """Take orders to the packing bench, in turn, and pay for it."""
        day = self._state.day
        money = self._postings.room(len(served)), self._own.column("handling")
        release = day * DAY_SECONDS + BATCH_RELEASE
        bench = bench_of(orders, served, release, self._bench, money, self._handling)
        _, site, released, work = bench
        ready = queue(site, released, work, self._hours, self._packers, self._free)
        arrival = ready // DAY_SECONDS + self._zones[2][orders[0][ZONE, served]]
        begin = len(self._sent)
        self._sent.extend(len(served))
        send(day, orders, bench, arrival, begin, self._sent.storage())

    # ------------------------------------------------------------ 06:00
    def morning(self) -> None:
        """06:00: bring parcels to consumers, and what they send back to stock."""
        self._mornings.deliver(self._sent, self._returning)
        self._mornings.take_back(self._returning)

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
