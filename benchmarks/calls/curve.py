"""One frequency for every outlet that people call on, and what it sells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.draft import BY_RULE
from channelwright.model.execution import Execution, Parts, Range
from channelwright.model.market import CAPTURES, Market
from channelwright.rules import planning
from channelwright.rules.flows import expected_flows
from channelwright.rules.kpi import kpi_table
from channelwright.rules.redraft import draft_of
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink

VISIT = CAPTURES.index("visit")
BASE = 1.0
#: Parts and range of the full mechanism, for the second curve.
FULL = Execution(
    Parts(
        names=("display", "cold", "price"),
        half_life=np.array([14.0, 28.0, 14.0]),
        low=np.array([0.85, 0.9, 0.95]),
        high=np.array([1.15, 1.1, 1.05]),
        opening=np.array([0.5, 0.5, 0.7]),
        lift=np.ones(3),
    ),
    Range(half_life=28.0, opening=0.8, gain=1.0),
)


@dataclass(frozen=True)
class Point:
    """One frequency: means over replications and the paired difference to one call a week.

    Attributes
    ----------
    calls : float, calls per outlet and week
    people : int, by the workload rule
    cases : float, cases per outlet and week that people's outlets sell to consumers
    difference, low, high : float, cases against the base, 95 % interval
    products : float, products in stock per outlet at the end
    contribution : float, currency per week, against the base; contribution_low, _high
    forecast : float, cases per outlet and week that `expected_flows` gives
    """

    calls: float
    people: int
    cases: float
    difference: float
    low: float
    high: float
    products: float
    contribution: float
    contribution_low: float
    contribution_high: float
    forecast: float


def with_calls(market: Market, design: Design, calls: float) -> Design:
    """Call on every outlet of the modes with people equally often, with people for it."""
    draft = draft_of(market, design)
    visits = draft.visits.copy()
    visits[market.modes.capture == VISIT] = calls
    people = np.full_like(draft.headcount, BY_RULE)
    return planning.complete(market, replace(draft, visits=visits, headcount=people))


def measure(
    market: Market, design: Design, grid: Sequence[float], replications: int, seed: int
) -> list[Point]:
    """Return the measured response of sales to calls, common random numbers throughout."""
    designs = {calls: with_calls(market, design, calls) for calls in {*grid, BASE}}
    found = {
        calls: np.array([_played(market, one, Address(seed, r)) for r in range(replications)])
        for calls, one in designs.items()
    }
    base = found[BASE]
    points = []
    for calls in grid:
        values, one = found[calls], designs[calls]
        cases = paired_interval(values[:, 0], base[:, 0])
        money = paired_interval(values[:, 2], base[:, 2])
        mine = _called(market, one)
        forecast = expected_flows(market, one).cases[mine].sum() / mine.sum()
        points.append(
            Point(
                calls=calls,
                people=len(one.reps),
                cases=float(values[:, 0].mean()),
                difference=float((values[:, 0] - base[:, 0]).mean()),
                low=cases.low,
                high=cases.high,
                products=float(values[:, 1].mean()),
                contribution=float((values[:, 2] - base[:, 2]).mean()),
                contribution_low=money.low,
                contribution_high=money.high,
                forecast=float(forecast),
            )
        )
    return points


def _called(market: Market, design: Design) -> np.ndarray:
    mode = design.outlets.mode
    return np.asarray((mode >= 0) & (market.modes.capture[np.maximum(mode, 0)] == VISIT))


def _played(market: Market, design: Design, address: Address) -> tuple[float, float, float]:
    """Return cases sold and products stocked per called outlet, and contribution per week."""
    sink = MemorySink()
    replicate(market, design, address, sink)
    tables = {name: sink.table(name) for name in sink.names()}
    cells = tables["cells"]
    weeks = (market.calendar.horizon_days - market.calendar.warmup_days) / 7
    mine = (market.modes.capture[cells["mode"]] == VISIT) & (cells["period"] >= 0)
    last = mine & (cells["period"] == cells["period"].max())
    outlets = cells["outlets_covered"][last].sum()
    # Units become cases by the mean size of a case in the expected mix.
    served = _called(market, design)
    rate = market.outlets.rate[served].sum(axis=0)
    per_case = rate.sum() / (rate / market.products.units_per_case).sum()
    cases = cells["units_sold"][mine].sum() / per_case / weeks / outlets
    products = cells["products_stocked"][last].sum() / outlets
    kpis = kpi_table(market, design, tables)
    total = kpis[(kpis["kpi"] == "contribution") & (kpis["mode"] == "all")]["value"]
    return float(cases), float(products), float(total.iloc[0]) / weeks
