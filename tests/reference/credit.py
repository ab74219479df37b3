"""The credit check, limits, deposits and advances (docs/world/credit.md)."""

from channelwright.foundation.random import Purpose
from channelwright.model.credit import CREDIT_ACTIONS, CreditRules
from channelwright.model.market import Market
from channelwright.tables.codes import Account
from tests.reference.consignment import WHEN_SOLD, on_consignment
from tests.reference.laws import round_half_up, share
from tests.reference.records import Order
from tests.reference.state import State

AT_THE_DOOR = 10**9
NO_HISTORY = 1000


def rules_of(state: State) -> CreditRules | None:
    """Return the credit rules of the design."""
    credit = state.design.credit
    return None if credit is None else credit.rules


def decide(state: State, order: Order, day: int) -> bool:
    """Say whether an order goes on; note what of it was held back and how it is paid."""
    rules, mode = rules_of(state), order.mode
    if on_consignment(state, order.outlet):
        order.pay_day = WHEN_SOLD
        return not is_checked(state, order) or not is_late(state, order, day)
    if rules is not None and rules.prepay_days[mode] >= 0:
        promised = order.day + state.design.service.promise_days[mode]
        order.pay_day = max(day, promised - rules.prepay_days[mode])
        return True
    if not is_checked(state, order):
        return True
    free = credit_limit(state, state.payer(order.outlet)) - exposure(state, order.outlet)
    late = is_late(state, order, day)
    if not late and value_of(state, order) <= free:
        return True
    action = action_on(state, order)
    if action == "partial" and not late:
        return release_part(state, order, max(0, free), day)
    if action == "cash":
        order.pay_day = AT_THE_DOOR
        uniform = state.uniform(Purpose.CASH_AT_DOOR, order.day, order.outlet)
        return uniform < (1.0 if rules is None else rules.cash_share[mode])
    return False


# ---------------------------------------------------------------- single accounts
def given(state: State, outlet: int, column: str) -> int | None:
    """Return what the design says in a column about the account that pays for an outlet."""
    credit, market = state.design.credit, state.market
    if credit is None or credit.accounts is None:
        return None
    chain = market.outlets.chain[outlet]
    row = outlet if chain < 0 else len(market.outlets) + chain
    value = getattr(credit.accounts, column)[row]
    return None if value < 0 else value


def is_checked(state: State, order: Order) -> bool:
    """Say whether an order has a limit to keep."""
    by_mode = state.design.terms.credit_days[order.mode] > 0
    return by_mode or given(state, order.outlet, "limit") is not None


def action_on(state: State, order: Order) -> str:
    """Say what happens to an order that is late or over."""
    single, rules = given(state, order.outlet, "action"), rules_of(state)
    if single is not None:
        return CREDIT_ACTIONS[single]
    return "hold" if rules is None else CREDIT_ACTIONS[rules.action[order.mode]]


def days_of_grace(state: State, order: Order) -> int:
    """Return how many days past due an invoice stops an order."""
    single = given(state, order.outlet, "grace")
    return state.design.terms.overdue_grace[order.mode] if single is None else single


def value_of(state: State, order: Order) -> int:
    """Return the price of what was ordered."""
    return sum(
        line.ordered * state.asked_price(order.site, order.mode, line.product)
        for line in order.lines
    )


def is_late(state: State, order: Order, day: int) -> bool:
    """Say whether the payer has an invoice too far past due."""
    payer, grace = state.payer(order.outlet), days_of_grace(state, order)
    return any(i.due_day + grace < day for i in state.unpaid[payer] if i.outlet >= 0)


def exposure(state: State, outlet: int) -> int:
    """Return what the payer of an outlet owes and has ordered on terms."""
    payer = state.payer(outlet)
    owed = sum(i.open for i in state.unpaid[payer] if i.outlet >= 0)
    ordered = sum(
        line.outstanding * state.asked_price(order.site, order.mode, line.product)
        for other in state.outlets_of(payer)
        for order in state.open_orders(other)
        if order.accepted and order.pay_day is None
        for line in order.lines
    )
    return owed + ordered


def release_part(state: State, order: Order, free: int, day: int) -> bool:
    """Let through what the free limit allows, product by product."""
    taken = []
    for line in sorted(order.lines, key=lambda line: line.product):
        price = state.asked_price(order.site, order.mode, line.product)
        cases = line.ordered if price == 0 else min(line.ordered, free // price)
        free -= cases * price
        taken.append((line, cases))
    if sum(cases for _, cases in taken) == 0:
        return False
    for line, cases in taken:
        line.lost = line.ordered - cases
        if cases == 0:
            line.refused = True
            line.end_day = day
    return True


# ---------------------------------------------------------------- limits
def own_limit(state: State, outlet: int) -> int:
    """Return the limit of an outlet before its score, which never changes."""
    if outlet not in state.own_limit:
        state.own_limit[outlet] = limit_at_first(state, outlet)
    return state.own_limit[outlet]


def limit_at_first(state: State, outlet: int) -> int:
    """Return the largest limit of the outlet's options, or its part of a given one."""
    limit = given(state, outlet, "limit")
    if limit is not None:
        stores = sorted(state.outlets_of(state.payer(outlet)))
        return limit // len(stores) + (stores.index(outlet) < limit % len(stores))
    options = state.design.outlets.options[outlet]
    return max(
        option_limit(state, outlet, column) for column, site in enumerate(options) if site >= 0
    )


def option_limit(state: State, outlet: int, column: int) -> int:
    """Return some days of average purchases of an outlet from one of its options."""
    site, mode = state.design.outlets.options[outlet][column], state.sale_mode(outlet, column)
    a_day = sum(
        state.base_rate(outlet, product)
        / state.units_per_case[product]
        * state.asked_price(site, mode, product)
        for product in state.products
    )
    return round_half_up(state.design.terms.credit_days[mode] * a_day)


def deposit(state: State, outlet: int) -> int:
    """Return what an outlet has lodged with its site."""
    rules = rules_of(state)
    if rules is None:
        return 0
    return share(own_limit(state, outlet), rules.deposit[state.mode_of(outlet)])


def credit_limit(state: State, payer: int) -> int:
    """Return what a payer may owe."""
    if payer not in state.credit_limit:
        limits = (scored_limit(state, o) + deposit(state, o) for o in state.outlets_of(payer))
        state.credit_limit[payer] = sum(limits)
    return state.credit_limit[payer]


def scored_limit(state: State, outlet: int) -> int:
    """Return an outlet's limit at its score."""
    rules, mode, own = rules_of(state), state.mode_of(outlet), own_limit(state, outlet)
    if rules is None or rules.review_days[mode] == 0:
        return own
    low, high = rules.limit_low[mode], rules.limit_high[mode]
    score = state.score.get(outlet, NO_HISTORY)
    return share(own, low + (high - low) * score // 1000)


def review_limits(state: State, day: int) -> None:
    """Give outlets whose mode reviews today the score of their payer."""
    rules = rules_of(state)
    if rules is None or day == 0:
        return
    for outlet in state.covered:
        days = rules.review_days[state.mode_of(outlet)]
        if days == 0 or day % days:
            continue
        payer = state.payer(outlet)
        seen = [row for row in state.fell_due if row[1] == payer and row[0] > day - days]
        fell = sum(amount for _, _, amount, _ in seen)
        late = sum(still for _, _, _, still in seen)
        if fell > 0:
            state.credit_limit.pop(payer, None)
            state.score[outlet] = 1000 * (fell - late) // fell


# ---------------------------------------------------------------- money held for customers
def customers_money(state: State, site: int, day: int) -> int:
    """Return advances and deposits that a site holds."""
    lodged = sum(deposit(state, outlet) for outlet in state.served_by(site))
    return advances(state, site, day) + lodged


def advances(state: State, site: int, day: int) -> int:
    """Return what was paid for goods that a site still has to deliver."""
    return sum(
        line.outstanding * state.asked_price(order.site, order.mode, line.product)
        for order in state.open_orders_at(site)
        if order.accepted and order.pay_day is not None and order.pay_day <= day
        for line in order.lines
    )


def pay_deposit_interest(state: State, day: int, days: int) -> None:
    """Pay every outlet or chain for its deposit."""
    rules = rules_of(state)
    if rules is None:
        return
    for outlet in state.covered:
        mode, site = state.mode_of(outlet), state.site_of(outlet)
        rate = rules.deposit_interest[mode]
        amount = (deposit(state, outlet) * rate * days + 182_500_000) // 365_000_000
        place = {"mode": mode, "site": site, "outlet": outlet}
        seller, payer = state.owner(site), state.payer(outlet)
        state.books.post(day, Account.DEPOSIT_INTEREST, seller, payer, amount, **place)


def account_entity(market: Market, outlet: int) -> tuple[int, int]:
    """Return entity and sub of the account that pays for an outlet."""
    chain = market.outlets.chain[outlet]
    return (outlet, 0) if chain < 0 else (chain, 1)


def payer_outlet(state: State, payer: int) -> int:
    """Return the first covered outlet of a payer, which says how it behaves."""
    return state.outlets_of(payer)[0]
