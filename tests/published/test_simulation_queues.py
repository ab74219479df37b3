"""The pick desk of the shipped simulation against queueing theory."""

import math

import numpy as np

from channelwright.foundation.random import Address
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.support.worlds import desk_world

ORDERS_A_DAY = 200.0


def erlang_c(load: float, servers: int) -> float:
    """Probability of waiting in M/M/c, by the Erlang B recursion (Erlang 1917)."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def weekly_waits(servers: int, load: float, weeks: int) -> np.ndarray:
    """Mean wait of each week over mean service time, at the shipped pick desk.

    Each of many outlets keeps one unit and orders the day after it is sold, at a uniform
    second; it misses one day's demand meanwhile, so its order rate q solves q = p / (1 + p),
    p the chance of a sale. The sum over outlets is Poisson to within 1 / outlets.
    """
    service = round(load * 86_400 / ORDERS_A_DAY)
    outlets = 8_000
    rate = ORDERS_A_DAY / outlets
    daily = -math.log(1 - rate / (1 - rate))
    market, design = desk_world(
        outlets=outlets,
        daily=daily,
        days=28 + 7 * weeks,
        pickers=servers,
        pick_seconds=service,
    )
    sink = MemorySink()
    replicate(market, design, Address(11, servers), sink)
    cells = sink.table("site_cells")
    rows = (cells["site"] == 1) & (cells["period"] >= 0)
    return cells["pick_wait"][rows] / cells["orders_picked"][rows] / service


def test_waits_at_the_pick_desk_are_erlang_c() -> None:
    """M/M/10 at load 8: mean wait 0.204590 service times (Erlang C 0.409180)."""
    theory = erlang_c(8.0, 10) / (10 - 8.0)
    assert abs(theory - 0.204590) < 1e-6
    waits = weekly_waits(10, 8.0, 30)
    error = waits.std(ddof=1) / math.sqrt(len(waits))
    assert abs(waits.mean() - theory) < 4 * error
    assert error < 0.15 * theory


def test_one_server_waits_longer_at_the_same_utilisation() -> None:
    """M/M/1 at load 0.8: mean wait 4 service times; pooling servers shortens it."""
    waits = weekly_waits(1, 0.8, 30)
    error = waits.std(ddof=1) / math.sqrt(len(waits))
    assert abs(waits.mean() - 4.0) < 4 * error
    assert error < 0.15 * 4.0
    assert waits.mean() > 4 * weekly_waits(10, 8.0, 12).mean()
