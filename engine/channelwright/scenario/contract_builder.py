"""From the tables of contracts, listing and tiers to the contracts with chains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import DAY_SECONDS, BoolArray, IntArray
from channelwright.model.contracts import Contracts
from channelwright.model.draft import DesignDraft
from channelwright.model.market import CARRIERS, Market
from channelwright.scenario.calendar_builder import WEEKDAYS, weekday_numbers
from channelwright.scenario.hours_builder import hours_problems, seconds_of
from channelwright.scenario.market_builder import codes, to_ppm, to_ticks, whole
from channelwright.tables.cells import Cells, TypedTable, shown

if TYPE_CHECKING:
    from channelwright.scenario.design_case import Case
    from channelwright.scenario.design_tables import DesignTables

_ALL_DAYS = 127
_NO_TIER = -1
_TRUCK = CARRIERS.index("truck")


def build_contracts(market: Market, tables: DesignTables) -> Contracts | None:
    """Return the contracts of a design with the chains; None where it has no such table."""
    terms, listing, tiers = (tables.get(part) for part in ("contracts", "listing", "rebate_tiers"))
    if terms is None and listing is None and tiers is None:
        return None
    value, rebate = _tiers(market, tiers)
    opens, closes = _hours(market, terms)

    def column(name: str, other: int) -> IntArray:
        values = np.full(len(market.chain_ids), other, dtype=np.int64)
        if terms is not None:
            values[codes(terms["chain"], market.chain_ids)] = _READ[name](terms[name])
        return values

    return Contracts(
        listed=_listed(market, listing),
        days=column("payment_days", -1),
        tier_value=value,
        tier_rebate=rebate,
        allowance=column("allowance", 0),
        display_fee=column("display_fee", 0),
        leaflet_fee=column("leaflet_fee", 0),
        entry_fee=column("entry_fee", 0),
        penalty=column("penalty", 0),
        dc_days=column("dc_days", 0),
        window_days=column("accept_days", _ALL_DAYS),
        window_open=opens,
        window_close=closes,
    )


def _hours(market: Market, table: TypedTable | None) -> tuple[IntArray | None, IntArray | None]:
    """Return from when to when the stores of chains take goods, None where no chain says."""
    if table is None:
        return None, None
    opens, closes = seconds_of(table["accept_open"]), seconds_of(table["accept_close"])
    said = (opens > 0) | (closes < DAY_SECONDS)
    if not said.any():
        return None, None
    first, last = (np.full(len(market.chain_ids), -1, dtype=np.int64) for _ in range(2))
    rows = codes(table["chain"], market.chain_ids)[said]
    first[rows], last[rows] = opens[said], closes[said]
    return first, last


def _bits(values: Cells) -> IntArray:
    return np.array(
        [sum(1 << day for day in weekday_numbers(text)) for text in values], dtype=np.int64
    )


_READ: dict[str, Callable[[Cells], IntArray]] = {
    "payment_days": whole,
    "dc_days": whole,
    "allowance": to_ppm,
    "penalty": to_ppm,
    "display_fee": to_ticks,
    "leaflet_fee": to_ticks,
    "entry_fee": to_ticks,
    "accept_days": _bits,
}


def _listed(market: Market, table: TypedTable | None) -> BoolArray:
    listed = np.zeros((len(market.chain_ids), len(market.products)), dtype=np.bool_)
    if table is not None:
        chain = codes(table["chain"], market.chain_ids)
        listed[chain, codes(table["product"], market.products.ids)] = True
    unnamed = np.asarray(~listed.any(axis=1))
    return np.asarray(listed | unnamed[:, None])


def _tiers(market: Market, table: TypedTable | None) -> tuple[IntArray, IntArray]:
    chains = len(market.chain_ids)
    if table is None or not len(table):
        none = np.zeros((chains, 0), dtype=np.int64)
        return none, none
    chain = codes(table["chain"], market.chain_ids)
    value = to_ticks(table["from_value"], 1.0 + market.finance.vat_ppm / 1e6)
    rebate = to_ppm(table["share"])
    starts = np.full((chains, int(np.bincount(chain).max())), _NO_TIER, dtype=np.int64)
    rebates = np.zeros_like(starts)
    for row in range(chains):
        mine = np.flatnonzero(chain == row)
        mine = mine[np.argsort(value[mine], kind="stable")]
        starts[row, : len(mine)] = value[mine]
        rebates[row, : len(mine)] = rebate[mine]
    return starts, rebates


def contract_problems(case: Case) -> Iterator[Problem]:
    """Yield acceptance days that are no weekdays, and hours that are none."""
    table = case.part("contracts")
    if table is None:
        return
    yield from hours_problems(table, "accept_open", "accept_close")
    unread = np.array([not weekday_numbers(text) for text in table["accept_days"]], dtype=np.bool_)
    yield from table.problems(
        "accept_days",
        table.good("accept_days") & unread,
        lambda row: (
            f"{shown(table['accept_days'][row])} is no list of weekdays",
            f"write 'all' or some of {','.join(WEEKDAYS)}",
        ),
    )


def trucks_to_chains(market: Market, draft: DesignDraft) -> Iterator[tuple[str, str, str]]:
    """Yield part, message and remedy for chains whose contract only tariff carriers can keep."""
    agreed, chain = draft.contracts, market.outlets.chain
    if agreed is None or not len(agreed):
        return
    bound = (agreed.dc_days > 0) | (agreed.window_days != _ALL_DAYS)
    by_truck = market.modes.carrier[np.maximum(draft.mode, 0)] == _TRUCK
    mine = (draft.mode >= 0) & by_truck & (chain >= 0) & bound[np.maximum(chain, 0)]
    for row in np.unique(chain[mine]).tolist():
        name = market.chain_ids[row]
        message = f"chain {name!r} has stores in truck modes, and a DC or days of acceptance"
        yield "contracts", message, "serve its stores by a tariff mode, or leave these out"
