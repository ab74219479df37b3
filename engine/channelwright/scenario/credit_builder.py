"""From the tables of credit and payments to the model; a table that is not given is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import PPM
from channelwright.model.approval import ApprovalDesk
from channelwright.model.credit import (
    AS_MODE,
    CREDIT_ACTIONS,
    AccountCredit,
    CreditPolicy,
    CreditRules,
    Dunning,
    plain_rules,
)
from channelwright.model.limits import SiteLimits
from channelwright.model.market import PICK_LAWS, Market
from channelwright.model.payments import PaymentBehaviour, punctual
from channelwright.scenario.collecting_builder import build_collecting, build_response
from channelwright.scenario.market_builder import clocks, codes, to_ppm, to_ticks, whole
from channelwright.tables.cells import Cells, TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.design_tables import DesignTables


def _spread(rows: Cells, values: Cells, count: int, other: float) -> Cells:
    column: Cells = np.full(count, other, dtype=values.dtype)
    column[rows] = values
    return column


def with_money(market: Market, tables: Mapping[str, TypedTable]) -> Market:
    """Return the market with what the optional tables say about its accounts."""
    payments, limits = tables.get("payment_behaviour"), tables.get("site_limits")
    if payments is not None:
        market = replace(market, payments=_payments(payments, market.segments.ids))
    if "collecting" in tables:
        paying = market.payments or punctual(len(market.segments))
        response = build_response(tables["collecting"], market.segments.ids)
        market = replace(market, payments=replace(paying, collecting=response))
    if limits is not None:
        market = replace(market, limits=_limits(limits, market))
    return market


def _limits(table: TypedTable, market: Market) -> SiteLimits:
    rows, count = codes(table["site"], market.sites.ids), len(market.sites)
    own = market.sites.working_capital[rows]
    given = to_ticks(table["opening_cash"])
    return SiteLimits(
        cash=_spread(rows, table["cash"], count, 0),
        opening_cash=_spread(rows, np.where(given < 0, own, given), count, 0),
        credit_line=_spread(rows, to_ticks(table["credit_line"]), count, 0),
        interest=_spread(rows, to_ppm(table["interest"]), count, 0),
        capacity=_spread(rows, table["capacity"], count, 0),
    )


def _payments(table: TypedTable, segments: tuple[str, ...]) -> PaymentBehaviour:
    rows, count = codes(table["segment"], segments), len(segments)
    return PaymentBehaviour(
        delay_factor=_spread(rows, table["delay_factor"], count, 1.0),
        spread=_spread(rows, table["spread"], count, 0.0),
        part_chance=_spread(rows, table["part_chance"], count, 0.0),
        part_share=_spread(rows, to_ppm(table["part_share"]), count, 0),
        default_rate=_spread(rows, table["default_rate"], count, 0.0),
        default_days=_spread(rows, table["default_days"], count, 0),
        write_off_days=_spread(rows, table["write_off_days"], count, 0),
        recovered=_spread(rows, to_ppm(table["recovered"]), count, 0),
    )


def build_credit(market: Market, tables: DesignTables) -> CreditPolicy | None:
    """Return the credit policy of a design."""
    rules, dunning, desk = (tables.get(part) for part in ("credit", "dunning", "approval"))
    collecting, accounts = tables.get("collecting"), tables.get("account_credit")
    if (
        rules is None
        and accounts is None
        and dunning is None
        and desk is None
        and collecting is None
    ):
        return None
    return CreditPolicy(
        rules=None if rules is None and accounts is None else _rules(market, rules),
        accounts=None if accounts is None else _accounts(market, accounts),
        dunning=None if dunning is None else _dunning(dunning),
        approval=None if desk is None else _desk(market, desk),
        collecting=None if collecting is None else build_collecting(market, collecting),
    )


def _accounts(market: Market, table: TypedTable) -> AccountCredit:
    outlets, chains = len(market.outlets), len(market.chain_ids)
    outlet, chain = (
        codes(table["outlet"], market.outlets.ids),
        codes(table["chain"], market.chain_ids),
    )
    rows = np.where(outlet >= 0, outlet, outlets + chain)
    given, vat = table["limit"], 1.0 + market.finance.vat_ppm / PPM
    columns = (
        np.where(given < 0, AS_MODE, to_ticks(given, vat)),
        codes(table["action"], CREDIT_ACTIONS),
        table["overdue_grace"],
    )
    return AccountCredit(*(_spread(rows, column, outlets + chains, -1) for column in columns))


def _desk(market: Market, table: TypedTable) -> ApprovalDesk:
    rows, count = codes(table["mode"], market.modes.ids), len(market.modes)
    return ApprovalDesk(
        ask=_spread(rows, table["ask"], count, 0.0),
        discount=_spread(rows, to_ppm(table["discount"]), count, 0),
        granted=_spread(rows, table["granted"], count, 0.0),
        clerks=_spread(rows, table["clerks"], count, 0),
        seconds=_spread(rows, whole(table["minutes"] * 60), count, 0),
        law=_spread(rows, codes(table["law"], PICK_LAWS), count, 0),
        opens=_spread(rows, clocks(table["opens"]), count, 0),
        closes=_spread(rows, clocks(table["closes"]), count, 86_400),
    )


def _rules(market: Market, table: TypedTable | None) -> CreditRules:
    """Return the rules of every mode: those of a mode that says nothing without a table."""
    if table is None:
        return plain_rules(len(market.modes))
    rows, count = codes(table["mode"], market.modes.ids), len(market.modes)
    return CreditRules(
        action=_spread(rows, codes(table["action"], CREDIT_ACTIONS), count, 0),
        cash_share=_spread(rows, table["cash_share"], count, 1.0),
        prepay_days=_spread(rows, table["prepay_days"], count, -1),
        deposit=_spread(rows, to_ppm(table["deposit"]), count, 0),
        deposit_interest=_spread(rows, to_ppm(table["deposit_interest"]), count, 0),
        review_days=_spread(rows, table["review_days"], count, 0),
        limit_low=_spread(rows, to_ppm(table["limit_low"]), count, PPM),
        limit_high=_spread(rows, to_ppm(table["limit_high"]), count, PPM),
    )


def _dunning(table: TypedTable) -> Dunning:
    order = np.argsort(table["days"])
    return Dunning(
        days=table["days"][order],
        cost=to_ticks(table["cost"][order]),
        keep=PPM - to_ppm(table["effect"][order]),
    )
