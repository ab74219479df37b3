"""The state of the reference world and the small questions that every phase asks of it."""

from collections import defaultdict
from functools import cache

from channelwright.foundation.random import Address, Purpose
from channelwright.model.design import Design
from channelwright.model.market import CAPTURES, CARRIERS, SITE_KINDS, SOLICITORS, Market
from channelwright.tables.codes import Party, party
from tests.reference.books import Books
from tests.reference.geography import Map
from tests.reference.records import Invoice, Order, PickOrder

MANUFACTURER = party(Party.MANUFACTURER)
OUTSIDE = party(Party.OUTSIDE)
PEOPLE = party(Party.PEOPLE)
PLANT = SITE_KINDS.index("plant")


class State:
    """Everything that changes, beside the market and the design, which do not."""

    def __init__(self, market: Market, design: Design, address: Address) -> None:
        self.market = market
        self.design = design
        self.map = Map(market, design)
        self.books = Books()
        outlets, products, sites = len(market.outlets), len(market.products), len(market.sites)
        self.units_per_case = [int(units) for units in market.products.units_per_case]
        self.products = range(products)
        self.covered = [o for o in range(outlets) if design.outlets.mode[o] >= 0]
        self.open_sites = [s for s in range(sites) if design.sites.open[s]]

        self.execution = [float(market.behaviour.opening_execution)] * outlets
        self.effort = [1.0] * len(market.modes)
        self.shelf = [[0] * products for _ in range(outlets)]
        self.stock = [[0] * products for _ in range(sites)]
        self.in_transit = [[0] * products for _ in range(sites)]
        self.demand = [[defaultdict(int) for _ in range(products)] for _ in range(sites)]

        self.placed: list[Order] = []
        self._open_orders: list[Order] = []
        self.picked_for_trucks: list[PickOrder] = []
        self.unfinished_picks: dict[int, list[PickOrder]] = defaultdict(list)
        self.unpaid: list[Invoice] = []
        self.delivered_today: dict[tuple[int, int], int] = defaultdict(int)
        self.month_invoices: dict[tuple[int, int], int] = defaultdict(int)
        self.month_purchases: dict[int, int] = defaultdict(int)
        self.month_sales: dict[int, int] = defaultdict(int)

        words = max(outlets, products, 1)
        block = cache(lambda purpose, period, sub: address.uniforms(purpose, period, words, sub))
        self._block = block

    # ------------------------------------------------------------ randomness and time
    def uniform(self, purpose: Purpose, period: int, entity: int, sub: int = 0) -> float:
        """Return the uniform of an address."""
        return float(self._block(purpose, period, sub)[entity])

    @property
    def horizon(self) -> int:
        """Number of days."""
        return self.market.calendar.horizon_days

    def working(self, day: int) -> bool:
        """Say whether reps call and trucks drive."""
        return bool(self.market.calendar.working[day])

    # ------------------------------------------------------------ demand
    def multiplier(self, execution: float) -> float:
        """Return the demand multiplier of an execution."""
        behaviour = self.market.behaviour
        return behaviour.floor + (behaviour.ceiling - behaviour.floor) * execution

    def expected(self, outlet: int, product: int, day: int) -> float:
        """Return E: expected units a day, without what comes from being online."""
        rate = float(self.market.outlets.rate[outlet, product])
        factor = float(self.market.calendar.factor[day, product])
        return rate * factor * self.multiplier(self.execution[outlet])

    def expected_with_online(self, outlet: int, product: int, day: int) -> float:
        """Return E'."""
        expected = self.expected(outlet, product, day)
        if self.design.outlets.o2o[outlet]:
            return expected * (1.0 + self.market.behaviour.online_new)
        return expected

    # ------------------------------------------------------------ who and what
    def mode_of(self, outlet: int) -> int:
        """Return the mode of an outlet."""
        return int(self.design.outlets.mode[outlet])

    def site_of(self, outlet: int) -> int:
        """Return the assigned site of an outlet."""
        return int(self.design.outlets.site[outlet])

    def capture(self, mode: int) -> str:
        """Return how orders of a mode come about."""
        return CAPTURES[self.market.modes.capture[mode]]

    def carrier(self, mode: int) -> str:
        """Return who delivers in a mode."""
        return CARRIERS[self.market.modes.carrier[mode]]

    def solicitor(self, mode: int) -> str:
        """Return who calls in a mode."""
        return SOLICITORS[self.market.modes.solicitor[mode]]

    def people(self, mode: int) -> list[int]:
        """Return the reps of a mode."""
        return [r for r in range(len(self.design.reps)) if self.design.reps.mode[r] == mode]

    def is_plant(self, site: int) -> bool:
        """Say whether a site supplies without limit."""
        return int(self.market.sites.kind[site]) == PLANT

    def owner(self, site: int) -> int:
        """Return the party that owns a site."""
        if self.market.sites.independent[site]:
            return party(Party.OWNER, site)
        return MANUFACTURER

    def payer(self, outlet: int) -> int:
        """Return the party that pays for an outlet: its chain, else itself."""
        chain = int(self.market.outlets.chain[outlet])
        return party(Party.OUTLET, outlet) if chain < 0 else party(Party.CHAIN, chain)

    def site_mode(self, site: int) -> int:
        """Return the mode under which a site's own costs are reported."""
        return int(self.design.sites.mode[site])

    def parent(self, site: int) -> int:
        """Return the supplying site, -1 for plants."""
        return int(self.design.sites.parent[site])

    def children(self, site: int) -> list[int]:
        """Return the open sites that a site supplies."""
        return [child for child in self.open_sites if self.parent(child) == site]

    def price_outlet(self, mode: int, product: int) -> int:
        """Return ticks per case to the outlet."""
        return int(self.design.terms.price_outlet[mode, product])

    # ------------------------------------------------------------ orders
    def add_order(self, order: Order) -> None:
        """Note a new order."""
        self.placed.append(order)
        self._open_orders.append(order)

    def open_orders(self) -> list[Order]:
        """Return the orders with a line that has not ended."""
        self._open_orders = [order for order in self._open_orders if order.open]
        return self._open_orders
