"""The plain worlds of `worlds` with a stock policy at their site, and what they did."""

from dataclasses import dataclass, replace

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import (
    FORECASTS,
    POLICIES,
    SERVICES,
    SIGNALS,
    SiteStock,
    StockForecast,
    StockPlan,
)
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink

SITE = 1


def with_policy(
    design: Design,
    policy: str,
    *,
    reorder: int = -1,
    level: int = -1,
    quantity: int = -1,
    cover_days: float = 0.0,
    service: str = "none",
    target: float = 0.0,
    review: int = 1,
) -> Design:
    """Give every site of a design one policy."""
    shape = design.sites.level.shape

    def all_alike(value: float, kind: type = np.int64) -> np.ndarray:
        return np.full(shape, value, dtype=kind)

    stock = SiteStock(
        policy=all_alike(POLICIES.index(policy)),
        reorder=all_alike(reorder),
        level=all_alike(level),
        quantity=all_alike(quantity),
        cover_days=all_alike(cover_days, np.float64),
        service=all_alike(SERVICES.index(service)),
        target=all_alike(target, np.float64),
    )
    sites = replace(
        design.sites,
        level=all_alike(-1),
        review_days=np.full(shape[0], review, dtype=np.int64),
    )
    return replace(design, sites=sites, stock=StockPlan(sites=stock))


def with_forecast(
    design: Design,
    *,
    method: str = "moving_average",
    window: int = 28,
    alpha: float = 0.1,
    signal: str = "orders",
    reporting: float = 1.0,
    delay: int = 0,
    error: float = 0.0,
) -> Design:
    """Let every site of a design forecast alike."""
    count = len(design.sites)
    forecast = StockForecast(
        method=np.full(count, FORECASTS.index(method)),
        window=np.full(count, window),
        alpha=np.full(count, alpha),
        signal=np.full(count, SIGNALS.index(signal)),
        reporting=np.full(count, reporting),
        delay=np.full(count, delay),
        error=np.full(count, error),
    )
    plan = design.stock if design.stock is not None else StockPlan()
    return replace(design, stock=replace(plan, forecast=forecast))


@dataclass(frozen=True)
class Days:
    """Daily series of one site after the warm-up, in units.

    `demand` asked of it, `ordered` by it, `received`, and `net` = on hand - backlog at 24:00.
    """

    demand: np.ndarray
    ordered: np.ndarray
    received: np.ndarray
    net: np.ndarray

    @property
    def on_hand(self) -> np.ndarray:
        """Stock at 24:00."""
        return np.maximum(self.net, 0)

    @property
    def backlog(self) -> np.ndarray:
        """Units asked for and not allocated at 24:00."""
        return np.maximum(-self.net, 0)


def play(market: Market, design: Design, seed: int, site: int = SITE) -> Days:
    """Run one replication with cases of one unit and return what happened at a site.

    The net stock is that of the KPI tables: its positive part adds up to their case-days.
    """
    sink = MemorySink()
    replicate(market, design, Address(seed, 0), sink, keep="orders")
    horizon, warmup = market.calendar.horizon_days, market.calendar.warmup_days
    lines, moved = sink.table("order_lines"), sink.table("shipments")
    mine, asked = moved["site"] == site, moved["parent"] == site
    demand = np.bincount(lines["day"][lines["site"] == site], minlength=horizon) * 0
    np.add.at(demand, lines["day"][lines["site"] == site], lines["ordered"][lines["site"] == site])
    ordered, received = np.zeros_like(demand), np.zeros_like(demand)
    np.add.at(demand, moved["day"][asked], moved["ordered"][asked])
    np.add.at(ordered, moved["day"][mine], moved["ordered"][mine])
    arrived = mine & (moved["arrival_day"] < horizon)
    np.add.at(received, moved["arrival_day"][arrived], moved["shipped"][arrived])
    stock = opening(market, design, site) + np.cumsum(received - demand)
    done = slice(warmup, horizon)
    days = Days(demand[done], ordered[done], received[done], stock[done])
    cells = sink.table("site_cells")
    rows = (cells["site"] == site) & (cells["period"] >= 0)
    assert days.on_hand.sum() == cells["stock_case_days"][rows].sum()
    return days


def opening(market: Market, design: Design, site: int) -> int:
    """Opening stock of a site, as the simulation sets it."""
    from channelwright.simulation.network import build_network
    from channelwright.simulation.state import opening_state

    return int(opening_state(build_network(market, design)).stock[site, 0])
