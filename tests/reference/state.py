"""The state of the reference world: everything that changes from moment to moment."""

from collections import defaultdict

import simpy

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from tests.reference.books import Books
from tests.reference.execution import Shop
from tests.reference.offers import promoted
from tests.reference.parcels import ParcelOrder
from tests.reference.records import Evening, Invoice, Order, PickOrder, Request
from tests.reference.world import World


class State(World):
    """The world and what has become of it."""

    def __init__(self, market: Market, design: Design, address: Address) -> None:
        super().__init__(market, design, address)
        market, design = self.market, self.design
        outlets, products, sites = len(market.outlets), len(market.products), len(market.sites)
        self.books = Books()
        self.execution = [float(market.behaviour.opening_execution)] * outlets
        self.effort = [1.0] * len(market.modes)
        self.last_source = [0] * outlets
        self.carried: dict[int, list[int]] = defaultdict(list)  # missed calls by rep
        self.shelf = [[0] * products for _ in range(outlets)]
        self.stock = [[0] * products for _ in range(sites)]
        self.lots: dict[tuple[str, int, int], list[list[int]]] = defaultdict(list)
        self.crates_today: dict[tuple[int, int], dict[int, int]] = defaultdict(
            lambda: defaultdict(int)
        )
        self.empties_taken: dict[tuple[int, int], int] = defaultdict(int)
        self.deposits_left: dict[tuple[int, int], int] = defaultdict(int)
        self.in_transit = [[0] * products for _ in range(sites)]
        self.demand = [[defaultdict(int) for _ in range(products)] for _ in range(sites)]

        self.smoothed: dict[tuple[int, int], tuple[float, float]] = {}
        self.awaited = [[0] * products for _ in range(sites)]  # units still to come from the parent
        self.used: dict[tuple[int, int], int] = defaultdict(int)  # of a plant's capacity
        self.period: dict[tuple[int, int], int] = defaultdict(lambda: -1)
        self.last_arrival: dict[int, int] = defaultdict(int)
        self.reports: dict[tuple[int, int, int], int] = {}  # by site, product and day
        self.outlet_orders = [[defaultdict(int) for _ in range(products)] for _ in range(sites)]
        self.sold: list[list[list[int]]]  # units by outlet, product and day
        self.sold = [[[] for _ in range(products)] for _ in range(outlets)]

        self.chosen_source: dict[int, int] = {}
        self.source_index: dict[int, int] = defaultdict(lambda: 1_000_000)
        self.evenings: dict[tuple[int, int], Evening] | None = None  # where shelves depend
        self.coming: dict[tuple[int, int], int] = {}  # units that consumers wait for
        self.credit_limit: dict[int, int] = {}  # by payer, until the next review

        self.placed: list[Order] = []
        self.to_handle: dict[int, list[Order]] = defaultdict(list)  # by day of the first attempt
        self.waiting: list[Order] = []  # accepted, some cases neither allocated nor lost
        self._orders_at: dict[int, list[Order]] = defaultdict(list)  # by site
        self._orders_of: dict[int, list[Order]] = defaultdict(list)  # by outlet
        self.picked_for_trucks: dict[int, list[PickOrder]] = defaultdict(list)  # by site
        self.unfinished_picks: dict[int, list[PickOrder]] = defaultdict(list)
        self.unpaid: dict[int, list[Invoice]] = defaultdict(list)  # by payer
        self.delivered_today: dict[tuple[int, int, int | None], int] = defaultdict(int)
        self.requests: list[Order] = []  # of today, above authority
        self.undecided: dict[int, list[Request]] = defaultdict(list)  # by mode
        self.score: dict[int, int] = {}
        self.cash: dict[int, int] = defaultdict(int)  # by site
        self.drawn: dict[int, int] = defaultdict(int)
        self.shipped_in: dict[tuple[int, int], int] = defaultdict(int)  # cases by site and day
        self.fell_due: list[tuple[int, int, int, int]] = []
        self.stopped_until: dict[int, int] = {}
        self.by_tariff_today: list[PickOrder] = []
        self.month_invoices: dict[tuple[int, int], int] = defaultdict(int)
        self.unsettled: dict[tuple[int, int], int] = defaultdict(int)  # by outlet and product
        self.courier_today: dict[tuple[int, int, int], int] = defaultdict(int)
        self.parcel_orders: list[ParcelOrder] = []
        self.benches: dict[int, simpy.Resource] = {}
        self.bought_from_server: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.month_purchases: dict[int, int] = defaultdict(int)
        self.month_sales: dict[int, int] = defaultdict(int)
        full = self.covered if market.execution is not None else []
        self.shops = {outlet: Shop(self, outlet) for outlet in full}

    # ------------------------------------------------------------ demand
    def lists(self, outlet: int, product: int) -> bool:
        """Say whether an outlet lists a product."""
        return outlet not in self.shops or self.shops[outlet].listed[product]

    def expected(self, outlet: int, product: int, day: int) -> float:
        """Return E: expected units a day, without what comes from being online."""
        expected: float = self._rate[outlet][product] * self._factor[day][product]
        if self.shops:
            expected *= self.shops[outlet].multiplier
        else:
            expected *= self._floor + self._width * self.execution[outlet]
        if self.promotions[outlet][product]:
            expected *= promoted(self, outlet, product, day)
        return expected

    def expected_with_online(self, outlet: int, product: int, day: int) -> float:
        """Return E'."""
        expected = self.expected(outlet, product, day) if self.lists(outlet, product) else 0.0
        if self.online(outlet):
            return expected * (1.0 + self.market.behaviour.online_new)
        return expected

    # ------------------------------------------------------------ orders and supply
    def supplier(self, site: int) -> int:
        """Return the site from which a site buys today."""
        return self.chosen_source.get(site, self.parent(site))

    def add_order(self, order: Order) -> None:
        """Note a new order."""
        self.placed.append(order)
        self._orders_of[order.outlet].append(order)
        self._orders_at[order.site].append(order)

    def open_orders_at(self, site: int) -> list[Order]:
        """Return the orders to a site with a line that has not ended."""
        orders = self._orders_at[site] = [o for o in self._orders_at[site] if o.open]
        return orders

    def open_orders(self, outlet: int) -> list[Order]:
        """Return the orders of an outlet with a line that has not ended."""
        orders = self._orders_of[outlet]
        if orders:
            orders = self._orders_of[outlet] = [order for order in orders if order.open]
        return orders
