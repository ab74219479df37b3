"""The shops case: distribution centres, shops and one product, for the engine and SupplyNetPy.

A plant without limit, centres one day away, shops one day from their centre. Everybody reviews
every day and orders up to a level; a shop that is out of stock loses the sale; demand is
Poisson. Both simulators run the same policies on their own random numbers.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, fields, replace
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import IntArray
from channelwright.model.design import Design
from channelwright.model.market import LAW_POISSON, Market
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.support.tiny_market import MT, OFFICE, PLANT, tiny_market

Table = TypeVar("Table")

SHOP = 1  # row of the tiny market whose outlet orders by calendar
COVER_DAYS = 3


@dataclass(frozen=True)
class Case:
    """Size of the case; demand in units per shop and day."""

    centres: int = 10
    shops: int = 500
    days: int = 365
    demand: float = 20.0

    @property
    def shop_level(self) -> int:
        """Order-up-to level of a shop."""
        return round(COVER_DAYS * self.demand)

    @property
    def centre_level(self) -> int:
        """Order-up-to level of a centre."""
        return round(COVER_DAYS * self.demand * self.shops / self.centres)


@dataclass(frozen=True)
class Outcome:
    """What a simulator did: orders of shops, and the share of demand that was sold."""

    orders: int
    service: float


# ---------------------------------------------------------------- the engine
def engine_world(case: Case) -> tuple[Market, Design]:
    """Return the case as market and design."""
    market, design = tiny_market()
    outlets = np.full(case.shops, SHOP)
    sites = np.array([PLANT, *[OFFICE] * case.centres])
    lead = np.full((len(sites), len(sites)), -1)
    lead[1:, PLANT] = 1
    shops = replace(_taken(market.outlets, outlets), rate=np.full((case.shops, 1), case.demand))
    market = replace(
        market,
        products=replace(market.products, units_per_case=_whole(1), law=_whole(LAW_POISSON)),
        outlets=shops,
        sites=replace(_taken(market.sites, sites), lead_days=lead, lane_cost=np.zeros_like(lead)),
        calendar=_year(market, case.days),
    )
    centre = 1 + np.arange(case.shops) % case.centres
    plan = _taken(design.outlets, outlets)
    plan = replace(plan, site=centre, options=centre[:, None], rep=np.full(case.shops, -1))
    levels = np.array([-1, *[case.centre_level] * case.centres])[:, None]
    stock = replace(_taken(design.sites, sites), level=levels, pickers=np.zeros_like(sites))
    cover = np.full(len(market.modes), float(COVER_DAYS))
    service = replace(design.service, cover_days=cover)
    nobody = _taken(design.reps, np.zeros(0, dtype=np.int64))
    design = replace(design, outlets=plan, sites=stock, service=service, reps=nobody)
    if int(plan.mode[0]) != MT:
        message = "the shop of the tiny market no longer orders by calendar"
        raise ValueError(message)
    return market, design


def run_engine(market: Market, design: Design) -> Outcome:
    """Simulate the case with the engine."""
    sink = MemorySink()
    summary = replicate(market, design, Address(1, 0), sink)
    cells = sink.table("cells")
    return Outcome(summary.orders, cells["units_sold"].sum() / cells["units_demanded"].sum())


def _taken(table: Table, rows: IntArray) -> Table:
    """Return some rows of a table of columns."""
    columns: dict[str, Any] = {}
    for field in fields(table):  # type: ignore[arg-type]
        column = getattr(table, field.name)
        if isinstance(column, np.ndarray):
            columns[field.name] = column[rows]
        elif isinstance(column, tuple):
            columns[field.name] = tuple(f"{column[row]}_{i}" for i, row in enumerate(rows))
    return replace(table, **columns)  # type: ignore[type-var]


def _year(market: Market, days: int) -> Any:
    return replace(
        market.calendar,
        horizon_days=days,
        factor=np.ones((days, 1)),
        month=np.arange(days) // 30,
        working=np.ones(days, dtype=bool),
    )


def _whole(value: int) -> IntArray:
    return np.array([value], dtype=np.int64)


# ---------------------------------------------------------------- SupplyNetPy
def supplynetpy() -> ModuleType | None:
    """Return the peer, or None where it is not installed."""
    try:
        return importlib.import_module("SupplyNetPy.Components")
    except ImportError:
        return None


def run_supplynetpy(peer: ModuleType, case: Case) -> Outcome:
    """Build and simulate the case with the peer's own parts."""
    random = np.random.default_rng(1)
    nodes: list[dict[str, Any]] = [
        {"ID": "plant", "name": "plant", "node_type": "infinite_supplier"}
    ]
    links, demands = [], []
    for centre in range(case.centres):
        nodes.append(_node(peer, f"c{centre}", "distributor", case.centre_level))
        links.append(_link("plant", f"c{centre}"))
    for shop in range(case.shops):
        name = f"s{shop}"
        nodes.append(_node(peer, name, "retailer", case.shop_level))
        links.append(_link(f"c{shop % case.centres}", name))
        demands.append(
            {
                "ID": f"d{shop}",
                "name": f"d{shop}",
                "order_arrival_model": lambda: 1,
                "order_quantity_model": lambda: int(random.poisson(case.demand)) or 1,
                "demand_node": name,
                "consume_available": True,
            }
        )
    network = peer.create_sc_net(nodes=nodes, links=links, demands=demands)
    peer.simulate_sc_net(network, sim_time=case.days, logging=False)
    shops = [node for name, node in network["nodes"].items() if name.startswith("s")]
    orders = sum(int(shop.stats.demand_placed[0]) for shop in shops)
    asked = sum(float(shop.stats.demand_received[1]) for shop in shops)
    lost = sum(float(shop.stats.shortage[1]) for shop in shops)
    return Outcome(orders, 1 - lost / asked)


def _node(peer: ModuleType, name: str, kind: str, level: int) -> dict[str, Any]:
    return {
        "ID": name,
        "name": name,
        "node_type": kind,
        "capacity": 10 * level,
        "initial_level": level,
        "inventory_holding_cost": 1,
        "replenishment_policy": peer.SSReplenishment,
        "policy_param": {"s": level - 1, "S": level, "period": 1},
        "product_buy_price": 1,
        "product_sell_price": 2,
    }


def _link(source: str, sink: str) -> dict[str, Any]:
    return {
        "ID": f"{source}-{sink}",
        "source": source,
        "sink": sink,
        "cost": 1,
        "lead_time": lambda: 1,
    }
