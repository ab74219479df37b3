"""Expectation: what any design, given or chosen, should earn.

Optimisers take their coefficients from here; the report puts the forecast beside the
simulated outcome. Formulas are the ledger's rules on expected flows.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.calibration import Calibration
from channelwright.model.design import Design
from channelwright.model.forecast import Forecast, MoneyForecast
from channelwright.model.market import Market
from channelwright.rules.beats import made_shares
from channelwright.rules.carrying import drop_costs, supply_costs
from channelwright.rules.cost_lines import COSTS, EXTRA_COSTS
from channelwright.rules.expected_money import expected_rows
from channelwright.rules.expected_supply import within_capacity
from channelwright.rules.flows import Flows, expected_flows
from channelwright.tables.codes import Account

ASSUMPTIONS = (
    "Calls that do not fit into a day are missed; sites run out where plants are at capacity.",
    "Shelves lose what a normal demand between orders exceeds them by.",
    "Effort is the best response to the terms, at the mean season.",
    "Tours are whole ones, by the law of a day's drops and season; nothing waits for a truck.",
    "Stock is valued at its policy level; receivables at their mean terms and delay.",
)


def service_cost(
    market: Market,
    design: Design,
    rows: IntArray,
    sites: IntArray,
    flows: Flows | None = None,
    calibration: Calibration | None = None,
) -> FloatArray:
    """Return ticks per week of serving outlets from sites: delivery, handling, freight.

    Parameters
    ----------
    rows : (n,) outlets; sites : (m,) sites
    flows : Flows, optional; default: those that are expected under the calibration
    calibration : Calibration, optional
        Multipliers on delivery, handling and freight of the outlets' modes.

    Returns
    -------
    (n, m) float64, inf where the site cannot reach the outlet
    """
    if flows is None:
        flows = expected_flows(market, design, calibration=calibration)
    cases = flows.cases[rows].sum(axis=1)
    drops = drop_costs(market, design, flows, rows, sites) * flows.orders[rows][:, None]
    handling, supply = market.sites.handling_cost[sites], supply_costs(market, design)[sites]
    if calibration is None:
        return np.asarray(drops + cases[:, None] * (handling + supply)[None, :])
    mode = np.maximum(design.outlets.mode[rows], 0)
    delivery, picked, carried = (
        calibration.of_account(int(account))[mode][:, None]
        for account in (Account.DELIVERY, Account.HANDLING, Account.FREIGHT)
    )
    return np.asarray(drops * delivery + cases[:, None] * (handling * picked + supply * carried))


def site_cost(market: Market, sites: IntArray) -> FloatArray:
    """Return ticks per week of keeping sites open: (m,)."""
    return np.asarray(market.sites.fixed_cost[sites] * 7.0)


def expect(market: Market, design: Design, calibration: Calibration | None = None) -> Forecast:
    """Return the forecast of a design: expected money flows and KPIs.

    Parameters
    ----------
    calibration : Calibration, optional
        Multipliers measured by `channelwright.studies.improve`; the forecast names them.
    """
    flows, money = flows_and_money(market, design, calibration)
    return Forecast(
        design=design.name,
        kpis=_kpis(market, design, flows, money),
        money=money,
        assumptions=ASSUMPTIONS,
        calibration=calibration,
        by_mode=_by_mode(market, design, flows),
    )


def flows_and_money(
    market: Market, design: Design, calibration: Calibration | None = None
) -> tuple[Flows, MoneyForecast]:
    """Return what a design is expected to move, as far as plants can make it, and the money."""
    made = made_shares(market, design)
    flows = expected_flows(market, design, made=made, calibration=calibration)
    flows = within_capacity(market, design, flows)
    return flows, expected_rows(market, design, flows, calibration)


def _by_mode(market: Market, design: Design, flows: Flows) -> dict[str, FloatArray]:
    """Return what drives costs, by mode over the measured days: KPI -> (M,) cases or drops."""
    covered = design.outlets.mode >= 0
    weeks = (market.calendar.horizon_days - market.calendar.warmup_days) / 7
    weights = {"delivered_cases": flows.cases.sum(axis=1), "drops": flows.orders}
    mode, modes = design.outlets.mode[covered], len(market.modes)
    return {
        kpi: np.asarray(weeks * np.bincount(mode, weights=weight[covered], minlength=modes))
        for kpi, weight in weights.items()
    }


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
    paid = money.payer == 0
    lines = {
        name: float(amount[paid & (money.account == int(account))].sum()) for name, account in COSTS
    }
    # Lines of mechanisms that cost something; the simulated table has named ones with 0, too.
    for name, account in EXTRA_COSTS:
        mine = paid & (money.account == int(account))
        if mine.any():
            lines[name] = float(amount[mine].sum())
    goods = (money.payee == 0) & (money.account == 1)
    lines["gross_sales"] = float(amount[goods].sum())
    lines["rebates"] = float(amount[paid & (money.account == 2)].sum())
    return lines
