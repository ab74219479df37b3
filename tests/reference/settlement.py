"""24:00: fixed costs, and at the end of a month pay, rebates and interest."""

import calendar
import datetime
from collections import defaultdict

from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.codes import Account
from tests.reference.cash import cash_limited, draw, drawn_interest, move_by_postings
from tests.reference.consignment import consigned_units
from tests.reference.contracts import charge_penalties, settle_contracts
from tests.reference.credit import customers_money, pay_deposit_interest
from tests.reference.laws import share
from tests.reference.replenishment import ladder_price
from tests.reference.state import State
from tests.reference.world import MANUFACTURER, OUTSIDE, PEOPLE

# The day's end comes before what happens at 00:00 of the next day.
SETTLEMENT_SECOND = DAY_SECONDS - 1


def settle(state: State, day: int) -> None:
    """Close a day."""
    draw(state)
    for site in state.open_sites:
        cost = state.market.sites.fixed_cost[site]
        post_for_site(state, day, Account.SITE, site, cost)
    charge_penalties(state, day)
    month = state.market.calendar.month
    if day == state.horizon - 1 or month[day + 1] != month[day]:
        settle_month(state, day)
    move_by_postings(state, day)
    kept = 2.0 ** (-1.0 / state.market.behaviour.half_life)
    for outlet in state.covered:
        state.execution[outlet] *= kept
    for shop in state.shops.values():
        shop.night(day)


def settle_month(state: State, day: int) -> None:
    """Close a month."""
    month = state.market.calendar.month
    days = sum(1 for d in range(day + 1) if month[d] == month[day])
    date = state.market.calendar.start + datetime.timedelta(days=day)
    days_of_month = calendar.monthrange(date.year, date.month)[1]
    for rep in range(len(state.design.reps)):
        pay_person(state, rep, day, days, days_of_month)
    pay_rebates(state, day)
    credit_given = credit_by_site(state)
    for site in state.open_sites:
        pay_interest(state, site, credit_given[site], day, days)
    pay_deposit_interest(state, day, days)
    settle_contracts(state, day, days, days_of_month)
    state.month_invoices.clear()
    state.month_purchases.clear()
    state.month_sales.clear()


def post_for_site(state: State, day: int, account: Account, site: int, amount: int) -> None:
    """Book a cost of a site to its owner."""
    mode = state.site_mode(site)
    state.books.post(day, account, state.owner(site), OUTSIDE, amount, mode=mode, site=site)


def pay_person(state: State, rep: int, day: int, days: int, days_of_month: int) -> None:
    """Pay wage, commission and bonus."""
    reps, terms = state.design.reps, state.design.terms
    mode, site = reps.mode[rep], reps.site[rep]
    salesman = state.solicitor(mode) == "salesman"
    employer = state.owner(site) if salesman else MANUFACTURER
    sales = max(0, state.month_sales[rep])
    wage = state.market.roles.wage[reps.role[rep]]
    bonus, quota = terms.bonus[mode], terms.quota[mode]
    half = days_of_month // 2
    pay = {
        Account.WAGES: (wage * days + half) // days_of_month,
        Account.COMMISSION: share(sales, terms.commission[mode]),
    }
    if quota > 0 and sales * days_of_month >= quota * days:
        pay[Account.BONUS] = (bonus * days + half) // days_of_month
    for account, amount in pay.items():
        state.books.post(day, account, employer, PEOPLE, amount, mode=mode, site=site)


def pay_rebates(state: State, day: int) -> None:
    """Give outlets, chains and owners of sites their share of the month's purchases."""
    terms = state.design.terms
    for (site, outlet), value in state.month_invoices.items():
        mode = state.sale_mode(outlet, state.column_of(outlet, site))
        amount = share(value, terms.outlet_rebate[mode])
        place = {"mode": mode, "site": site, "outlet": outlet}
        seller, buyer = state.owner(site), state.payer(outlet)
        state.books.post(day, Account.REBATE, seller, buyer, amount, **place)
    for site, value in state.month_purchases.items():
        mode = state.site_mode(site)
        amount = share(value, terms.account_rebate[mode])
        buyer = state.owner(site)
        state.books.post(day, Account.REBATE, MANUFACTURER, buyer, amount, mode=mode, site=site)


def credit_by_site(state: State) -> dict[int, int]:
    """Return what is owed to each site less what it owes to the site above it."""
    credit: dict[int, int] = defaultdict(int)
    for invoices in state.unpaid.values():
        for invoice in invoices:
            credit[invoice.seller_site] += invoice.open
            if invoice.outlet < 0:
                credit[invoice.site] -= invoice.amount
    return credit


def pay_interest(state: State, site: int, credit_given: int, day: int, days: int) -> None:
    """Charge interest on the capital that a site ties up, or on what it has drawn."""
    if cash_limited(state, site):
        post_for_site(state, day, Account.INTEREST, site, drawn_interest(state, site))
        return
    base = stock_value(state, site) + credit_given - customers_money(state, site, day)
    if base > 0:
        rate = state.market.finance.interest_ppm
        interest = (base * rate * days + 182_500_000) // 365_000_000
        post_for_site(state, day, Account.INTEREST, site, interest)


def stock_value(state: State, site: int) -> int:
    """Return the stock of a site at its owner's buying price."""
    if state.is_plant(site):
        return 0
    value = 0
    for product in state.products:
        if state.market.sites.independent[site]:
            price = ladder_price(state, site, product)
        else:
            price = state.market.products.production_cost[product]
        units = state.stock[site][product] + consigned_units(state, site, product)
        value += units * price // state.units_per_case[product]
    return value
