"""Expectation: what any design, given or chosen, should earn.

Optimisers take their coefficients from here; the report puts the forecast beside the
simulated outcome. Formulas are the ledger's rules on expected flows.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import PPM, TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.forecast import Forecast, MoneyForecast
from channelwright.model.market import SOLICITORS, Market
from channelwright.rules import behaviour
from channelwright.rules.carrying import drop_costs, supply_costs
from channelwright.rules.expected_money import expected_rows
from channelwright.rules.flows import Flows, expected_flows, full_cases

_REP = SOLICITORS.index("rep")

ASSUMPTIONS = (
    "Every planned call is made and shelves and sites never run out.",
    "Effort is the best response to the terms, at the mean season.",
    "Tours cost the radial and local distance of an average day; nothing waits for a truck.",
    "Stock is valued at its policy level; receivables at their mean terms and delay.",
)


def outlet_cases(market: Market, design: Design) -> FloatArray:
    """Return expected cases per week of every outlet: (O,)."""
    return np.asarray(expected_flows(market, design).cases.sum(axis=1))


def outlet_drops(market: Market, design: Design) -> FloatArray:
    """Return expected drops per week of every outlet: (O,)."""
    return expected_flows(market, design).orders


def service_cost(
    market: Market, design: Design, rows: IntArray, sites: IntArray, flows: Flows | None = None
) -> FloatArray:
    """Return ticks per week of serving outlets from sites: delivery, handling, freight.

    Parameters
    ----------
    rows : (n,) outlets; sites : (m,) sites

    Returns
    -------
    (n, m) float64, inf where the site cannot reach the outlet
    """
    flows = expected_flows(market, design) if flows is None else flows
    per_case = market.sites.handling_cost[sites] + supply_costs(market, design)[sites]
    cases = flows.cases[rows].sum(axis=1)
    drops = drop_costs(market, design, flows, rows, sites) * flows.orders[rows][:, None]
    return np.asarray(drops + cases[:, None] * per_case[None, :])


def site_cost(market: Market, sites: IntArray) -> FloatArray:
    """Return ticks per week of keeping sites open: (m,)."""
    return np.asarray(market.sites.fixed_cost[sites] * 7.0)


def multiplier_at(market: Market, mode: int, frequency: float, effort: float = 1.0) -> float:
    """Return the long-run demand multiplier of an outlet called on at a frequency.

    Parameters
    ----------
    frequency : planned calls per week; effort : multiplier of strike and lift
    """
    strike = float(behaviour.strike_probability(market, mode, effort))
    lift = float(behaviour.lift_share(market, mode, effort))
    execution = behaviour.long_run_execution(market, lift, frequency * strike)
    return float(behaviour.multiplier(market, execution))


def contribution_per_case(market: Market, design: Design, mode: int) -> float:
    """Return the manufacturer's margin per case of a mode, in ticks.

    Net price less rebates, platform fee, production, freight, and, at its own sites,
    handling; before selling and delivery. Products weighted by expected volume.
    """
    terms, plan = design.terms, design.outlets
    rows = np.flatnonzero(plan.mode == mode)
    weight = full_cases(market)[rows].sum(axis=0) if rows.size else np.ones(len(market.products))
    weight = weight / weight.sum()
    site = plan.site[rows]
    cost = float((market.products.production_cost * weight).sum())
    supply = supply_costs(market, design)
    if rows.size:
        cost += float(supply[site].mean())
    outlet_price = float((terms.price_outlet[mode] * weight).sum())
    fee = outlet_price * int(terms.platform_fee[mode]) / PPM
    own = bool(rows.size and not market.sites.independent[site].any())
    if own:
        net = outlet_price * (1 - int(terms.outlet_rebate[mode]) / PPM)
        cost += float(market.sites.handling_cost[site].mean())
    else:
        account = float((terms.price_account[mode] * weight).sum())
        net = account * (1 - int(terms.account_rebate[mode]) / PPM)
    return net - fee - cost


def commission_per_case(market: Market, design: Design, mode: int) -> float:
    """Return the manufacturer's commission per case of a mode, in ticks."""
    if int(market.modes.solicitor[mode]) != _REP:
        return 0.0
    weight = full_cases(market)[design.outlets.mode == mode].sum(axis=0)
    if weight.sum() <= 0:
        return 0.0
    price = float((design.terms.price_outlet[mode] * weight).sum() / weight.sum())
    return price * int(design.terms.commission[mode]) / PPM


def expect(market: Market, design: Design) -> Forecast:
    """Return the forecast of a design: expected money flows and KPIs."""
    flows = expected_flows(market, design)
    money = expected_rows(market, design, flows)
    return Forecast(
        design=design.name,
        kpis=_kpis(market, design, flows, money),
        money=money,
        assumptions=ASSUMPTIONS,
    )


def _kpis(market: Market, design: Design, flows: Flows, money: MoneyForecast) -> dict[str, float]:
    from_maker = money.payer == 0
    to_maker = money.payee == 0
    days = market.calendar.horizon_days - market.calendar.warmup_days
    amount = money.amount * days / TICKS_PER_UNIT
    profit = float(amount[to_maker].sum() - amount[from_maker].sum())
    cases = float(flows.cases.sum()) * days / 7
    orders = float(flows.orders.sum()) * days / 7
    units = (flows.cases * market.products.units_per_case).sum() * days / 7
    return {
        "profit_manufacturer": profit,
        "contribution": profit,
        "delivered_cases": cases,
        "drops": orders,
        "drop_size": cases / orders if orders else 0.0,
        "sell_out_units": float(units),
        "people": float(len(design.reps)),
        "sites_open": float(design.sites.open.sum()),
    } | _lines(money, amount)


def _lines(money: MoneyForecast, amount: FloatArray) -> dict[str, float]:
    """Return the manufacturer's cost lines, as KPIs of the same name."""
    from channelwright.rules.kpi_money import COSTS

    paid = money.payer == 0
    lines = {
        name: float(amount[paid & (money.account == int(account))].sum()) for name, account in COSTS
    }
    goods = (money.payee == 0) & (money.account == 1)
    lines["gross_sales"] = float(amount[goods].sum())
    lines["rebates"] = float(amount[paid & (money.account == 2)].sum())
    return lines
