"""The plain worlds of `worlds` with a stock policy at their site, and what they did."""

import dataclasses
from dataclasses import dataclass, replace

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.design import Design, SitePlan
from channelwright.model.market import Market, Sites
from channelwright.model.stock import (
    FORECASTS,
    POLICIES,
    SERVICES,
    SIGNALS,
    ShortageRules,
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


def with_backorders(design: Design) -> Design:
    """Let every site keep what it cannot ship."""
    count = len(design.sites)
    rules = ShortageRules(
        backorder=np.ones(count, dtype=bool),
        rationing=np.zeros(count, dtype=np.int64),
        priority=np.zeros(count, dtype=np.int64),
    )
    plan = design.stock if design.stock is not None else StockPlan()
    return replace(design, stock=replace(plan, shortage=rules))


def in_series(market: Market, design: Design, leads: tuple[int, ...]) -> tuple[Market, Design]:
    """Put sites one above the other; `leads` from the site below the plant to the outlets' site."""
    count = len(leads) + 1
    rows = np.minimum(np.arange(count), SITE)
    names = ("plant", *(f"site_{n}" for n in range(1, count)))
    lead = np.full((count, count), -1, dtype=np.int64)
    lead[np.arange(1, count), np.arange(count - 1)] = leads
    cost = np.zeros((count, count), dtype=np.int64)
    taken = _taken(market.sites, rows)
    sites = Sites(ids=names, names=names, lead_days=lead, lane_cost=cost, **taken)
    chain = np.arange(-1, count - 1, dtype=np.int64)
    plan = SitePlan(**(_taken(design.sites, rows) | {"parent": chain}))
    lowest = np.full_like(design.outlets.site, count - 1)
    outlets = replace(design.outlets, site=lowest, options=lowest[:, None])
    return replace(market, sites=sites), replace(design, sites=plan, outlets=outlets)


def _taken(columns: Sites | SitePlan, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return rows of every array of a table whose axes do not both count sites."""
    arrays = {field.name: getattr(columns, field.name) for field in dataclasses.fields(columns)}
    return {
        name: values[rows]
        for name, values in arrays.items()
        if isinstance(values, np.ndarray) and name not in ("lead_days", "lane_cost")
    }


@dataclass(frozen=True)
class Days:
    """Daily series of one site after the warm-up, in units.

    `demand` asked of it, `ordered` by it, `received`, `net` = on hand - backlog and `transit`,
    on the way to it, at 24:00.
    """

    demand: np.ndarray
    ordered: np.ndarray
    received: np.ndarray
    net: np.ndarray
    transit: np.ndarray

    @property
    def on_hand(self) -> np.ndarray:
        """Stock at 24:00."""
        return np.maximum(self.net, 0)

    @property
    def backlog(self) -> np.ndarray:
        """Units asked for and not allocated at 24:00."""
        return np.maximum(-self.net, 0)


def play(market: Market, design: Design, seed: int, site: int = SITE) -> Days:
    """Run one replication with cases of one unit and return what happened at a site."""
    return days_of(run(market, design, seed), market, design, site)


def run(market: Market, design: Design, seed: int) -> MemorySink:
    """Run one replication with all tables."""
    sink = MemorySink()
    replicate(market, design, Address(seed, 0), sink, keep="orders")
    return sink


def days_of(sink: MemorySink, market: Market, design: Design, site: int) -> Days:
    """Return what happened at a site.

    The net stock is that of the KPI tables: its positive part adds up to their case-days.
    """
    horizon, warmup = market.calendar.horizon_days, market.calendar.warmup_days
    lines, moved = sink.table("order_lines"), sink.table("shipments")
    mine, asked, at = moved["site"] == site, moved["parent"] == site, lines["site"] == site
    demand, ordered, received, shipped = np.zeros((4, horizon), dtype=np.int64)
    np.add.at(demand, lines["day"][at], lines["ordered"][at])
    np.add.at(demand, moved["day"][asked], moved["ordered"][asked])
    np.add.at(ordered, moved["day"][mine], moved["ordered"][mine])
    np.add.at(shipped, moved["day"][mine], moved["shipped"][mine])
    arrived = mine & (moved["arrival_day"] < horizon)
    np.add.at(received, moved["arrival_day"][arrived], moved["shipped"][arrived])
    stock = opening(market, design, site) + np.cumsum(received - demand)
    transit = np.cumsum(shipped - received)
    done = slice(warmup, horizon)
    days = Days(demand[done], ordered[done], received[done], stock[done], transit[done])
    cells = sink.table("site_cells")
    rows = (cells["site"] == site) & (cells["period"] >= 0)
    assert days.on_hand.sum() == cells["stock_case_days"][rows].sum()
    return days


def opening(market: Market, design: Design, site: int) -> int:
    """Opening stock of a site, as the simulation sets it."""
    from channelwright.simulation.network import build_network
    from channelwright.simulation.state import opening_state

    return int(opening_state(build_network(market, design), Address(0, 0)).stock[site, 0])
