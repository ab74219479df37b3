"""Online orders that go to nearby shelves, from docs/world/online.md."""

from collections import defaultdict

from channelwright.tables.codes import Account
from channelwright.tables.goods_outputs import ONLINE_FILLS
from tests.reference.records import Evening
from tests.reference.state import State
from tests.reference.world import MANUFACTURER, OUTSIDE

Place = tuple[int, int]  # outlet, product


def helps(state: State) -> bool:
    """Say whether outlets serve online orders for each other."""
    return state.design.goods is not None and state.design.goods.nearby is not None


def serve_from_nearby(state: State, evenings: dict[Place, Evening], day: int) -> None:
    """Let helpers serve what outlets could not serve online."""
    if not helps(state):
        return
    for product in state.products:
        for outlet in state.covered:
            asked = evenings[outlet, product]
            asked.left_online = asked.online_demanded - asked.online_sold
    for product in state.products:
        for outlet in state.covered:
            asked = evenings[outlet, product]
            for helper, metres in state.helpers[outlet]:
                units = min(asked.left_online, state.shelf[helper][product])
                if units > 0:
                    asked.left_online -= units
                    state.shelf[helper][product] -= units
                    evenings[helper, product].online_sold += units
                    note(state, day, outlet, helper, product, units)
                    state.courier_today[outlet, helper, metres] += units
    pay_couriers(state, day)


def note(state: State, day: int, outlet: int, helper: int, product: int, units: int) -> None:
    """Write a help and pay the helper."""
    state.books.write(
        ONLINE_FILLS, day=day, outlet=outlet, helper=helper, product=product, units=units
    )
    fee = units * state.design.goods.nearby.outlet_fee
    place = {"mode": state.mode_of(helper), "site": state.site_of(helper), "outlet": helper}
    payer = state.payer(helper)
    state.books.post(day, Account.NEARBY_FEE, MANUFACTURER, payer, fee, **place)


def pay_couriers(state: State, day: int) -> None:
    """Pay for the way from each helper to each outlet's consumers."""
    pairs = state.design.goods.nearby
    for (_, helper, metres), units in state.courier_today.items():
        cost = units * pairs.courier_unit + (units * metres * pairs.courier_km + 500) // 1000
        place = {"mode": state.mode_of(helper), "site": state.site_of(helper), "outlet": helper}
        state.books.post(day, Account.DELIVERY, MANUFACTURER, OUTSIDE, cost, **place)
    state.courier_today = defaultdict(int)
