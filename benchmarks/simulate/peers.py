"""Rows beside simulators from the package index (optional extra ``peers``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from benchmarks.simulate.desks import engine_desks, peer, run_ciw, run_salabim
from benchmarks.simulate.rows import Row
from benchmarks.simulate.shops import (
    Case,
    engine_world,
    run_engine,
    run_supplynetpy,
    supplynetpy,
)
from benchmarks.simulate.timing import Timing, best_of

DESK_DAYS = 56


def peer_rows(case: Case, times: int, say: Callable[[str], None]) -> tuple[list[Row], list[str]]:
    """Return a row per installed peer, and a sentence per peer that is not installed."""
    rows, notes = [], []
    package = supplynetpy()
    if package is None:
        notes.append(_skipped("SupplyNetPy"))
    else:
        say(f"SupplyNetPy, {case.shops} shops x {case.days} days")
        outcome, timing = best_of(times, partial(run_engine, *engine_world(case)))
        theirs, other = best_of(1, partial(run_supplynetpy, package, case))
        rows.append(_row("supplynetpy", case, outcome.orders, timing, other))
        notes.append(
            f"SupplyNetPy: {theirs.orders:,} orders of shops, {theirs.service:.3f} of demand sold; "
            f"engine {outcome.orders:,} and {outcome.service:.3f}."
        )
    few = replace(case, days=min(case.days, DESK_DAYS))
    desks: dict[str, Callable[..., int]] = {"ciw": run_ciw, "salabim": run_salabim}
    for name, run in desks.items():
        package = peer(name)
        if package is None:
            notes.append(_skipped(name))
            continue
        say(f"{name}, {few.shops} shops x {few.days} days")
        outcome, timing = best_of(times, partial(run_engine, *engine_desks(few)))
        orders, other = best_of(1, partial(run, package, few))
        rows.append(_row(name, few, outcome.orders, timing, other))
        notes.append(f"{name}: {orders:,} orders through desks and docks alone.")
    return rows, notes


def _skipped(name: str) -> str:
    return f"{name} is not installed (extra `peers`): skipped."


def _row(against: str, case: Case, orders: int, timing: Timing, other: Timing) -> Row:
    return Row(
        "engine-shops",
        against,
        case.shops,
        case.days,
        orders,
        orders,
        timing.seconds,
        timing.wall,
        orders / timing.seconds,
        other.seconds / timing.seconds,
    )
