"""`python -m benchmarks simulate`: the engine beside the reference, a floor and bare SimPy."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial

from benchmarks.simulate import overheads, page, scale
from benchmarks.simulate.arguments import REFERENCE_WORK, page_of, parser
from benchmarks.simulate.floor import Floor
from benchmarks.simulate.mechanisms import full_world, left_off, switched_on
from benchmarks.simulate.peers import peer_rows
from benchmarks.simulate.proof import Tables, detail_tables, differences, rows_of
from benchmarks.simulate.rows import Row
from benchmarks.simulate.shops import Case
from benchmarks.simulate.timing import Timing, bare_loop, best_in_turn, counted_events
from benchmarks.simulate.work import Work, flagship
from channelwright.simulation import ReplicationSummary, replicate
from channelwright.tables.sink import MemorySink
from tests.reference import simulate

#: Runs of four weeks for each run of a year: they take hundredths of a second.
_SHORT = 5
#: A bare loop has at least so many events, and so many for each of the reference: then both
#: take about as long, and what a shared machine does meanwhile slows both.
LOOP_EVENTS = 300_000
LOOP_TIMES = 7
QUICK = (200, 14)
QUICK_PEER_DAYS = 5
OVERHEAD_DAYS = 84
Say = Callable[[str], None]
_HEADER = (
    f"{'subject':17}{'against':15}{'outlets':>8}{'days':>6}{'orders':>9}{'lines':>9}"
    f"{'seconds':>10}{'wall':>9}{'orders/s':>11}{'ratio':>9}"
)


class NotEqualError(Exception):
    """Engine and reference wrote different tables, so their times cannot be compared."""


@dataclass(frozen=True)
class Report:
    """Rows of the table and the sentences below it."""

    rows: list[Row]
    notes: list[str]


def run(
    work: Work, reference_days: int, peer_days: int, mechanism_days: int, times: int, say: Say
) -> Report:
    """Prove, then measure.

    Parameters
    ----------
    work : Work
        What engine and floor do.
    reference_days : int
        First days of the work that the reference does, and the engine beside it.
    peer_days : int
        Days of the shops case beside peers, 0 = no peers.
    mechanism_days : int
        Days of the flagship with all mechanisms on, 0 = leave it out.
    times : int
        Runs of the quick subjects, of which the best counts.
    say : called with what is done next

    Raises
    ------
    NotEqualError
        If engine and reference differ; nothing is compared then.
    """
    say(f"engine and reference, {work.outlets:,} outlets x {reference_days} days")
    rows, notes = _against_reference(work.first_days(reference_days), times)
    if mechanism_days:
        say(f"the same in the full world, {mechanism_days} days")
        world = full_world().first_days(mechanism_days)
        more, said = _against_reference(world, times, "-all")
        rows += more
        on, off = switched_on(world.market, world.design), left_off(world.market, world.design)
        notes += [f"Mechanisms on: {', '.join(on)}; off: {', '.join(off) or 'none'}.", *said]
    for keep in ("kpis", "orders"):
        say(f"floor, keep={keep}, {work.days} days")
        more, costs = _against_floor(work, keep, times)
        rows += more
        notes += costs
    if peer_days:
        more, said = peer_rows(Case(days=peer_days), times, say)
        rows += more
        notes = said + notes
    return Report(rows, notes)


def _engine(work: Work, keep: str) -> tuple[ReplicationSummary, MemorySink]:
    """Run a design that the engine has not seen.

    What it keeps of one for later replications is made again, as the reference makes it again.
    """
    sink = MemorySink()
    return replicate(work.market, replace(work.design), work.address, sink, keep=keep), sink


def _against_reference(work: Work, times: int, name: str = "") -> tuple[list[Row], list[str]]:
    summary, sink = _engine(work, "orders")
    plain = partial(simulate, work.market, work.design, work.address)
    with counted_events() as counter:
        theirs = plain()
    counted, waiting = counter.events, max(1, counter.waiting)
    del counter  # and all that its clocks hold
    found = detail_tables(sink)
    _prove(found, theirs)
    loops = max(LOOP_EVENTS, LOOP_TIMES * counted)
    orders, kpis, loop, reference, crowd = best_in_turn(
        times,
        (partial(_engine, work, "orders"), _SHORT),
        (partial(_engine, work, "kpis"), _SHORT),
        (partial(bare_loop, loops), 1),
        (plain, 1),
        (partial(bare_loop, LOOP_EVENTS, waiting), 1),
    )
    rows = [
        _row(f"engine{name}", f"reference{name}", work, summary, orders, reference),
        _row(f"engine-kpis{name}", f"reference{name}", work, summary, kpis, reference),
        _row(f"reference{name}", f"engine{name}", work, summary, reference, orders),
    ]
    events, written = counted / reference.seconds, rows_of(theirs) / reference.seconds
    bare = loops / loop.seconds
    crowded = LOOP_EVENTS // waiting * waiting / crowd.seconds
    notes = [
        f"Equal: {rows_of(found):,} rows of all detail tables, engine and reference.",
        f"Reference: {counted:,} SimPy events of all its clocks (starts, timeouts, "
        f"turns at desks, ends of processes), {events:,.0f} a second, tables included; "
        f"{rows_of(theirs):,} rows, {written:,.0f} a second.",
        f"Bare SimPy timeout loop (one process that waits {loops:,} times, nothing else): "
        f"{bare:,.0f} events a second; the reference reaches "
        f"{100 * events / bare:.2f} % of it in events and {100 * written / bare:.1f} % in rows.",
        f"The same shared by {waiting:,} processes, as many as wait in the reference: "
        f"{crowded:,.0f} events a second; the reference reaches {100 * events / crowded:.1f} %.",
    ]
    return rows, notes


def _prove(ours: Tables, theirs: Tables) -> None:
    wrong = differences(ours, theirs)
    if wrong:
        raise NotEqualError("\n".join(["engine and reference differ, no ratios:", *wrong]))


def _against_floor(work: Work, keep: str, times: int) -> tuple[list[Row], list[str]]:
    floor = Floor(work, keep)
    summary = floor.summary
    engine, least = best_in_turn(times, (partial(_engine, work, keep), 1), (floor.run, 1))
    name, low = ("engine", "floor") if keep == "orders" else ("engine-kpis", "floor-kpis")
    rows = [
        _row(name, low, work, summary, engine, least),
        _row(low, name, work, summary, least, engine),
    ]
    return rows, [f"Floor, keep={keep}, milliseconds per draw and column:", *_listed(floor.costs())]


def _listed(costs: dict[tuple[str, str], float]) -> list[str]:
    """Return one line per table (or the draws): its total, then every column."""
    columns: dict[str, list[str]] = defaultdict(list)
    totals: dict[str, float] = defaultdict(float)
    for (table, column), seconds in costs.items():
        columns[table].append(f"{column} {1000 * seconds:.3f}")
        totals[table] += seconds
    return [
        f"  {table:12}{1000 * totals[table]:9.2f}: {', '.join(columns[table])}" for table in columns
    ]


def _row(
    subject: str,
    against: str,
    work: Work,
    summary: ReplicationSummary,
    timing: Timing,
    other: Timing,
) -> Row:
    return Row(
        subject,
        against,
        work.outlets,
        work.days,
        summary.orders,
        summary.lines,
        timing.seconds,
        timing.wall,
        summary.orders / timing.seconds,
        other.seconds / timing.seconds,
    )


def _progress() -> Say:
    """Return a function that writes what is done next, with the time since the start."""
    begin = time.perf_counter()

    def say(text: str) -> None:
        sys.stderr.write(f"[{time.perf_counter() - begin:4.0f} s] {text}\n")
        sys.stderr.flush()

    return say


def _work(options: argparse.Namespace) -> tuple[Work, int]:
    outlets, days = options.outlets, options.days
    if options.quick:
        outlets, days = min(outlets or QUICK[0], QUICK[0]), min(days or QUICK[1], QUICK[1])
    work = flagship(outlets, days)
    few = options.reference_days or max(1, REFERENCE_WORK // work.outlets)
    return work, min(few, work.days)


def main(arguments: list[str]) -> int:
    """Run the subject.

    Parameters
    ----------
    arguments : list of str
        Command line without the subject's name.

    Returns
    -------
    int
        0 when engine and reference agree, 1 otherwise or if the page has no place for the results.
    """
    options = parser().parse_args(arguments)
    if options.scale is not None:
        sizes = [scale.measure(outlets) for outlets in options.scale or scale.SIZES]
        found = [json.dumps(asdict(size)) for size in sizes]
        sys.stdout.write("\n".join(found if options.json else scale.report(sizes)) + "\n")
        return 0
    if options.overheads:
        work = flagship(options.outlets, options.days or OVERHEAD_DAYS)
        parts = overheads.measure(work, options.overheads)
        lines = [json.dumps(asdict(part)) for part in parts]
        sys.stdout.write("\n".join(lines if options.json else overheads.report(parts)) + "\n")
        return 0
    peer_days = min(options.peer_days, QUICK_PEER_DAYS) if options.quick else options.peer_days
    work, reference_days = _work(options)
    target = page_of(options)
    try:
        if target is not None:
            page.parts(target)
        mechanism_days = 0 if options.quick else options.mechanism_days
        times = 1 if options.quick else 3
        report = run(work, reference_days, peer_days, mechanism_days, times, _progress())
    except (NotEqualError, page.NoSectionError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    skipped = [note for note in report.notes if note.endswith("skipped.")]
    if options.json:
        lines = [json.dumps(asdict(row)) for row in report.rows]
        sys.stderr.writelines(f"{note}\n" for note in skipped)
    else:
        lines = [_HEADER, *(row.line() for row in report.rows), "", *report.notes]
    sys.stdout.write("\n".join(lines) + "\n")
    if target is not None and skipped and options.page is None:
        sys.stderr.write(f"{target} keeps its section, for peers are missing; --page writes it\n")
    elif target is not None:
        called = " ".join(["python -m benchmarks simulate", *arguments])
        page.write(page.section(called, report.rows, report.notes), target)
        sys.stderr.write(f"{target}: its section on the simulation was written\n")
    return 0
