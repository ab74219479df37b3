"""Sites that choose where they buy (docs/world/market-wholesalers.md)."""

from tests.reference.laws import share
from tests.reference.state import State
from tests.reference.supply import is_out


def choose_supplier(state: State, site: int, day: int, wanted: dict[int, int]) -> None:
    """Let a market wholesaler choose a source for the cases that it wants."""
    if sum(wanted.values()) == 0:
        return
    offers = [
        (-cases_there(state, site, source, day, wanted), landed(state, site, source, index, wanted))
        for source, index in state.sources(site)
    ]
    if offers:
        source, index = state.sources(site)[offers.index(min(offers))]
        state.chosen_source[site], state.source_index[site] = source, index


def cases_there(state: State, site: int, source: int, day: int, wanted: dict[int, int]) -> int:
    """Return how much of what is wanted a source has."""
    if is_out(state, source, site, day):
        return 0
    if state.is_plant(source):
        return sum(wanted.values())
    stock = state.stock[source]
    return sum(min(c, stock[p] // state.units_per_case[p]) for p, c in wanted.items())


def landed(state: State, site: int, source: int, index: int, wanted: dict[int, int]) -> int:
    """Return what the wanted cases cost, rebate and freight included."""
    value = sum(c * price_from(state, site, source, index, p) for p, c in wanted.items())
    freight = sum(wanted.values()) * state.market.sites.lane_cost[site][source]
    if state.market.sites.independent[source]:
        return value + freight
    rebate = state.design.terms.account_rebate[state.site_mode(site)]
    return value - share(value, rebate) + freight


def price_from(state: State, site: int, source: int, index: int, product: int) -> int:
    """Return ticks per case that a site pays to a source."""
    terms, mode = state.design.terms, state.site_mode(site)
    outside = state.market.sites.independent[source]
    ladder = terms.price_tier2 if outside else terms.price_account
    return share(ladder[mode][product], index)
