"""What never changes in the reference world, and the questions that every phase asks of it."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from channelwright.foundation.random import Address, Purpose
from channelwright.model.design import Design
from channelwright.model.market import CAPTURES, CARRIERS, SITE_KINDS, SOLICITORS, Market
from channelwright.tables.codes import Party, party
from tests.reference.catchment import purchases, rates
from tests.reference.consignment import settle_days
from tests.reference.execution import opening_multiplier
from tests.reference.geography import Map
from tests.reference.laws import law_of, share, shock
from tests.reference.offers import answer_to_price, promotions_of, regular_price
from tests.reference.parcels import kept, orders_a_day
from tests.reference.plain import plain

if TYPE_CHECKING:
    from tests.reference.shelf_policies import Rule

MANUFACTURER = party(Party.MANUFACTURER)
OUTSIDE = party(Party.OUTSIDE)
PEOPLE = party(Party.PEOPLE)
PLANT = SITE_KINDS.index("plant")


class World:
    """The market, the design and the random numbers, with what follows from them alone."""

    def __init__(self, market: Market, design: Design, address: Address) -> None:
        self.market = market = plain(market)
        self.design = design = plain(design)
        self.address = address
        self.map = Map(market, design)
        outlets, products, sites = len(market.outlets), len(market.products), len(market.sites)
        self.units_per_case = market.products.units_per_case
        self.products = range(products)
        self.horizon: int = market.calendar.horizon_days
        self.covered = [o for o in range(outlets) if design.outlets.mode[o] >= 0]
        self.open_sites = [s for s in range(sites) if design.sites.open[s]]

        # Plain lists of what is asked for most: an element of an array costs ten times as much.
        self._rate = [
            [
                rate * answer_to_price(market, design, o, p) * kept(market, design, o, p)
                for p, rate in enumerate(row)
            ]
            for o, row in enumerate(rates(market, design))
        ]
        self._factor: list[list[float]] = market.calendar.factor
        self._floor = market.behaviour.floor
        self._width = market.behaviour.ceiling - market.behaviour.floor
        self.opening_multiplier = opening_multiplier(market)
        self.demand_law = [law_of(market, product) for product in self.products]
        # Mode, assigned site, "also sells online" and payer of an outlet: the lists' own look-up.
        self.mode_of: Callable[[int], int] = design.outlets.mode.__getitem__
        self.site_of: Callable[[int], int] = design.outlets.site.__getitem__
        self.online: Callable[[int], bool] = design.outlets.o2o.__getitem__
        self._price_outlet: list[list[int]] = design.terms.price_outlet
        payers = [self._payer_of(outlet) for outlet in range(outlets)]
        self.payer: Callable[[int], int] = payers.__getitem__
        self._outlets_of: dict[int, list[int]] = defaultdict(list)
        self._served_by: dict[int, list[int]] = defaultdict(list)
        for outlet in self.covered:
            self._outlets_of[payers[outlet]].append(outlet)
            self._served_by[self.site_of(outlet)].append(outlet)
        self._children: dict[int, list[int]] = defaultdict(list)
        for site in self.open_sites:
            self._children[design.sites.parent[site]].append(site)

        rivals = 0 if market.catchment is None else len(market.catchment.rivals)
        areas, chains = len(market.areas), len(market.chain_ids)
        words = max(outlets, products, sites, areas, chains, rivals, 1)
        self.uniforms = cache(
            lambda purpose, period, sub: address.uniforms(purpose, period, words, sub).tolist()
        )
        self.shock = cache(
            lambda purpose, period, entity, sigma: shock(
                self.uniform(purpose, period, entity), sigma
            )
        )
        # What is asked for again and again is looked up once.
        self.asked_price = cache(self._asked_price)
        self.regular_price = [
            [regular_price(market, design, o, p) for p in self.products] for o in range(outlets)
        ]
        self.promotions = [
            [promotions_of(market, design, o, p) for p in self.products] for o in range(outlets)
        ]
        self.settle_days = [settle_days(market, design, o) for o in range(outlets)]
        self.parcel_orders_a_day = cache(lambda zone, p: orders_a_day(market, design, zone, p))
        self.rival_cases = {} if market.catchment is None else purchases(market, design)[1]
        self.nearest = {} if market.stockout is None else nearest_outlets(market, self.covered)
        self.helpers = helpers_of(design)
        # Found by the phases that ask for it first.
        self.opening_demand: dict[tuple[int, int], float] = {}  # e0 by site and product
        self.opening_variance: dict[tuple[int, int], float] = {}
        self.travel: dict[tuple[int, int], int] = {}  # given travel times by start and end
        self.reporting_demand: dict[tuple[int, int], float] = {}  # by site and product
        self.cover: dict[int, float] = {}  # days to which an outlet fills its shelf
        self.own_limit: dict[int, int] = {}  # by outlet
        self.reporters: dict[int, list[int]] = {}  # outlets that tell a site what they sold
        self.shelf_rules: dict[tuple[int, int], Rule] = {}  # by outlet and product

    # ------------------------------------------------------------ randomness, time and demand
    def uniform(self, purpose: Purpose, period: int, entity: int, sub: int = 0) -> float:
        """Return the uniform of an address."""
        return self.uniforms(purpose, period, sub)[entity]

    def working(self, day: int) -> bool:
        """Say whether reps call and trucks drive."""
        return self.market.calendar.working[day]

    def base_rate(self, outlet: int, product: int) -> float:
        """Return demand at factor 1 and multiplier 1 under the design's prices."""
        return self._rate[outlet][product]

    # ------------------------------------------------------------ who and what
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
        return self.market.sites.kind[site] == PLANT

    def owner(self, site: int) -> int:
        """Return the party that owns a site."""
        if self.market.sites.independent[site]:
            return party(Party.OWNER, site)
        return MANUFACTURER

    def _payer_of(self, outlet: int) -> int:
        """Return the party that pays for an outlet: its chain, else itself."""
        chain = self.market.outlets.chain[outlet]
        return party(Party.OUTLET, outlet) if chain < 0 else party(Party.CHAIN, chain)

    def outlets_of(self, payer: int) -> list[int]:
        """Return the covered outlets for which a party pays."""
        return self._outlets_of[payer]

    def served_by(self, site: int) -> list[int]:
        """Return the covered outlets that are assigned to a site."""
        return self._served_by[site]

    def site_mode(self, site: int) -> int:
        """Return the mode under which a site's own costs are reported."""
        return self.design.sites.mode[site]

    def parent(self, site: int) -> int:
        """Return the supplying site, -1 for plants."""
        return self.design.sites.parent[site]

    def sources(self, site: int) -> list[tuple[int, int]]:
        """Return sources and their index (ppm) among which a site chooses, none if appointed."""
        stock = self.design.stock
        given = None if stock is None else stock.suppliers
        if given is None:
            return []
        rows = zip(given.site, given.source, given.index, strict=True)
        return [(source, index) for mine, source, index in rows if mine == site]

    def children(self, site: int) -> list[int]:
        """Return the open sites that a site supplies."""
        return self._children[site]

    def price_outlet(self, mode: int, product: int) -> int:
        """Return ticks per case to the outlet, by the ladder of a mode."""
        return self._price_outlet[mode][product]

    def _asked_price(self, site: int, mode: int, product: int) -> int:
        """Return ticks per case that a site asks of an outlet that buys in a mode."""
        price = self.price_outlet(mode, product)
        if self.design.selling is None:
            return price
        return share(price, self.design.selling.asking[site])

    def sale_mode(self, outlet: int, column: int) -> int:
        """Return the mode in which an outlet buys from an option."""
        if self.design.selling is None or column == 0:
            return self.mode_of(outlet)
        return self.design.selling.option_mode[outlet][column]

    def column_of(self, outlet: int, site: int) -> int:
        """Return the column of a site among the options of an outlet."""
        return self.design.outlets.options[outlet].index(site)


def nearest_outlets(market: Market, covered: list[int]) -> dict[int, int]:
    """Return the nearest other covered outlet of every outlet that has one."""
    pairs, nearest, there = market.stockout.neighbours, {}, set(covered)
    for origin, place in zip(pairs.origin, pairs.place, strict=True):
        if place in there:
            nearest.setdefault(origin, place)
    return nearest


def helpers_of(design: Design) -> dict[int, list[tuple[int, int]]]:
    """Return who serves online orders for an outlet, both being online, with the metres."""
    helpers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    pairs = None if design.goods is None else design.goods.nearby
    if pairs is None:
        return helpers
    outlets = design.outlets
    ready = [o2o and mode >= 0 for o2o, mode in zip(outlets.o2o, outlets.mode, strict=True)]
    rows = zip(pairs.origin, pairs.helper, pairs.metres, strict=True)
    for origin, helper, metres in rows:
        if ready[origin] and ready[helper]:
            helpers[origin].append((helper, metres))
    return helpers
