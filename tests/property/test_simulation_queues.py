"""Little's law, L = λ W, holds on every queue of random markets; each law can fail."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.codes import LineState
from tests.support import random_market
from tests.support.queues import assert_little, queues, run

SEEDS = range(40)

#: Queue -> table, column and amount of one wrong entry, and the rows of which it is true there.
PLANTED = {
    "open orders": ("order_lines", "end_day", 99, lambda t, _: t["end_day"] >= 0),
    "open lines": ("order_lines", "end_day", 1, lambda t, _: t["substitutes"] == 0),
    "cases of whole lines": ("deliveries", "day", -1, lambda t, w: _of_whole(t, w[0])),
    "cases at the dock": ("deliveries", "ready_second", -DAY_SECONDS, lambda t, _: t["tour"] >= 0),
    "cases with carriers": ("deliveries", "ready_second", -DAY_SECONDS, lambda t, _: t["tour"] < 0),
    "requests at the desk": ("approvals", "begin", 1, lambda t, _: t["begin"] > t["second"]),
    "owed by customers": ("payments", "amount", 1, lambda t, _: _on_terms(t) & (t["outlet"] >= 0)),
    "KPI owed_days": ("payments", "amount", 1, lambda t, _: _on_terms(t) & (t["outlet"] >= 0)),
    "owed to owners": ("payments", "invoice_day", -1, lambda t, _: _on_terms(t)),
    "owed by sites": ("payments", "invoice_day", -1, lambda t, _: _on_terms(t) & (t["outlet"] < 0)),
    "KPI payable_days": ("payments", "amount", 1, lambda t, _: _on_terms(t) & (t["outlet"] < 0)),
    "goods on lanes": ("shipments", "arrival_day", -1, lambda t, w: _arrived(t, w[1].count)),
    "awaited by sites": ("shipments", "ordered", 1, lambda t, _: t["shipped"] > t["ordered"]),
    "goods on shelves": ("deliveries", "cases", 1, lambda t, _: t["day"] > 0),
    "goods at sites and docks": ("deliveries", "day", -1, lambda t, _: t["day"] > 1),
    "consumers who come again": ("stockouts", "waiting", 1, lambda t, _: t["waiting"] > 0),
    "sold and not settled": ("settlements", "units", -1, lambda t, _: t["units"] > 0),
    "parcels waiting for stock": ("parcels", "sent_day", 1, lambda t, _: t["sent_day"] >= 0),
    "parcels on the way": ("parcels", "delivered_day", 1, lambda t, _: t["delivered_day"] >= 0),
}


def _on_terms(bills):
    return (bills["paid_day"] < 0) | (bills["paid_day"] > bills["invoice_day"])


def _arrived(moved, days):
    return (moved["shipped"] > 0) & (moved["arrival_day"] < days)


def _of_whole(drops, tables):
    """Which deliveries are of lines of which nothing was cut or replaced."""
    lines = tables["order_lines"]
    whole = (lines["state"] == LineState.DELIVERED) & (lines["substitutes"] == 0)
    whole &= lines["ordered"] == lines["delivered"]
    keys = zip(lines["day"][whole], lines["outlet"][whole], lines["product"][whole], strict=True)
    mine = set(keys)
    places = zip(drops["order_day"], drops["outlet"], drops["product"], strict=True)
    return np.array([place in mine for place in places])


@cache
def world(seed: int):
    return run(*random_market(seed), Address(seed, 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_little_holds_on_every_queue(seed: int) -> None:
    assert_little(*world(seed))


def test_every_queue_is_used() -> None:
    used = Counter(
        name for seed in SEEDS for name, queue in queues(*world(seed)).items() if queue.stays.any()
    )
    assert set(used) == set(PLANTED)
    assert min(used.values()) >= 4, used


@pytest.mark.parametrize("name", PLANTED)
def test_one_wrong_row_is_found(name: str) -> None:
    """A case too many, a day too few: any of the rows, one after another."""
    table, column, amount, here = PLANTED[name]
    planted = 0
    for seed in SEEDS:
        tables, nights = world(seed)
        found = queues(tables, nights).get(name)
        if found is None or not found.stays.any():
            continue
        rows = np.flatnonzero(here(tables[table], world(seed)))
        for row in rows[:: max(1, len(rows) // 3)].tolist():
            wrong = tables[table][column].copy()
            wrong[row] += amount
            broken = tables | {table: tables[table] | {column: wrong}}
            assert not queues(broken, nights)[name].holds, (seed, row)
            planted += 1
        if planted >= 12:
            return
    assert planted >= 4
