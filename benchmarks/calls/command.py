"""`python -m benchmarks calls`: sales over calls a week, measured on the flagship."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace

from benchmarks.calls.curve import FULL, Point, measure
from benchmarks.simulate.work import flagship
from channelwright.rules.planning import FREQUENCIES

_GRID = "0.25,0.5,1,2,3"
_HEADER = (
    f"{'calls/week':>10}{'people':>8}{'cases/outlet-week':>19}{'against 1 call, 95 %':>30}"
    f"{'products':>10}{'contribution/week, 95 %':>40}{'forecast':>10}"
)


def main(arguments: list[str]) -> int:
    """Measure and print the curve; 0 done, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks calls", description=__doc__)
    parser.add_argument("--calls", default=_GRID, help="calls per week, comma between them")
    parser.add_argument("--replications", type=int, default=5)
    parser.add_argument("--days", type=int, default=168, help="simulated days, warm-up included")
    parser.add_argument("--outlets", type=int, default=None, help="first outlets only")
    parser.add_argument("--full", action="store_true", help="with range, display, cold, price")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    grid = [float(word) for word in options.calls.split(",")]
    if any(calls not in FREQUENCIES or calls <= 0 for calls in grid) or options.replications < 2:
        known = ", ".join(f"{calls:g}" for calls in FREQUENCIES if calls > 0)
        sys.stderr.write(f"calls: use some of {known}, and at least 2 replications\n")
        return 2
    work = flagship(options.outlets, options.days)
    market = replace(work.market, execution=FULL) if options.full else work.market
    points = measure(market, work.design, grid, options.replications, options.seed)
    if options.json:
        sys.stdout.write(json.dumps([asdict(point) for point in points], indent=1) + "\n")
    else:
        sys.stdout.write("\n".join([_HEADER, *(_line(point) for point in points)]) + "\n")
    return 0


def _line(point: Point) -> str:
    cases = f"{point.difference:+.3f} [{point.low:+.3f}, {point.high:+.3f}]"
    money = (
        f"{point.contribution:+,.0f} "
        f"[{point.contribution_low:+,.0f}, {point.contribution_high:+,.0f}]"
    )
    return (
        f"{point.calls:10g}{point.people:8}{point.cases:19.3f}{cases:>30}"
        f"{point.products:10.2f}{money:>40}{point.forecast:10.3f}"
    )
