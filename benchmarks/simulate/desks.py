"""Order to truck: the evening's orders of every centre queue at its pick desk, then at its dock.

Ciw and salabim know queues but no shelves, credit or money, so they do this part alone; the
engine is timed on the whole shops case with the same desks, which is more work.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.simulate.shops import Case, engine_world
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.design import Design
from channelwright.model.market import PICK_LAWS, Market

PICKERS = 5
PICK_SECONDS = 600
DOCK_SECONDS = 60


def engine_desks(case: Case) -> tuple[Market, Design]:
    """Return the shops case with the pick desks of this comparison."""
    market, design = engine_world(case)
    count = len(market.sites)
    sites = replace(
        market.sites,
        pick_law=np.full(count, PICK_LAWS.index("exponential")),
        pick_order_seconds=np.full(count, PICK_SECONDS),
        pick_line_seconds=np.zeros(count, dtype=np.int64),
    )
    pickers = replace(design.sites, pickers=np.full(count, PICKERS))
    return replace(market, sites=sites), replace(design, sites=pickers)


def peer(name: str) -> ModuleType | None:
    """Return a peer by its module name, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def run_ciw(ciw: ModuleType, case: Case) -> int:
    """Let Ciw serve the orders of every centre; returns orders that left the docks."""
    each = case.shops // case.centres
    kinds = ciw.dists
    nodes = case.centres
    routing = np.zeros((2 * nodes, 2 * nodes))
    routing[np.arange(nodes), nodes + np.arange(nodes)] = 1.0
    network = ciw.create_network(
        arrival_distributions=[kinds.Deterministic(DAY_SECONDS)] * nodes + [None] * nodes,
        batching_distributions=[kinds.Deterministic(each)] * nodes
        + [kinds.Deterministic(1)] * nodes,
        service_distributions=[kinds.Exponential(1 / PICK_SECONDS)] * nodes
        + [kinds.Deterministic(DOCK_SECONDS)] * nodes,
        number_of_servers=[PICKERS] * nodes + [1] * nodes,
        routing=routing.tolist(),
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time((case.days + 1) * DAY_SECONDS - 1)
    return sum(1 for record in simulation.get_all_records() if record.node > nodes)


def run_salabim(salabim: ModuleType, case: Case) -> int:
    """Let salabim serve the same orders; returns orders that left the docks."""
    salabim.yieldless(False)
    environment = salabim.Environment(trace=False, random_seed=1)
    each, done = case.shops // case.centres, [0]
    desks = [salabim.Resource(capacity=PICKERS) for _ in range(case.centres)]
    docks = [salabim.Resource(capacity=1) for _ in range(case.centres)]
    service = salabim.Exponential(PICK_SECONDS)

    class Order(salabim.Component):  # type: ignore[misc,name-defined]
        """One order of a shop."""

        def setup(self, centre: int) -> None:
            self.centre = centre

        def process(self) -> Any:
            """Queue at the desk, then at the dock."""
            yield self.request(desks[self.centre])
            yield self.hold(service.sample())
            self.release(desks[self.centre])
            yield self.request(docks[self.centre])
            yield self.hold(DOCK_SECONDS)
            self.release(docks[self.centre])
            done[0] += 1

    class Evening(salabim.Component):  # type: ignore[misc,name-defined]
        """Brings the orders of a day to the desks."""

        def process(self) -> Any:
            """Release every evening's orders."""
            for _ in range(case.days):
                yield self.hold(DAY_SECONDS)
                for number in range(each * case.centres):
                    Order(centre=number % case.centres)

    Evening()
    environment.run(till=(case.days + 1) * DAY_SECONDS - 1)
    return done[0]
