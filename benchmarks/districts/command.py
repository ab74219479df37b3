"""`python -m benchmarks districts`: balanced, connected territories of counties and made maps."""

from __future__ import annotations

import argparse
import json
import sys
import time

from benchmarks.districts.cases import CASES, Case
from benchmarks.territories.command import COLUMNS, judged_row, line_of
from benchmarks.territories.connected import solve_connected
from channelwright.foundation.compiled import compile_seconds


def run_case(name: str, case: Case, seconds: float | None) -> dict[str, object]:
    """Build, solve and judge one case.

    Parameters
    ----------
    name : str
        Key of `CASES`.
    case : Case
        What is asked.
    seconds : float or None
        Time limit; building the case counts.

    Returns
    -------
    dict
        One row of the table.
    """
    begin, processor = time.perf_counter(), time.process_time()
    compiled = compile_seconds()
    instance = CASES[name](case)
    left = None if seconds is None else max(seconds - (time.perf_counter() - begin), 0.1)
    certificate, opened, flows = solve_connected(instance, left)
    spent = time.perf_counter() - begin
    row = judged_row(instance, certificate, opened, flows)
    row["seconds"] = round(spent, 3)
    row["processor_seconds"] = round(time.process_time() - processor, 3)
    # Part of the seconds of a first run, and not of a time limit.
    row["compile_seconds"] = round(compile_seconds() - compiled, 3)
    return row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks districts", description=__doc__)
    parser.add_argument("--case", required=True, choices=sorted(CASES))
    parser.add_argument("--units", type=int, default=2500, help="units of a generated map")
    parser.add_argument("--territories", type=int, default=4)
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument(
        "--graph",
        choices=("gabriel", "delaunay", "none"),
        default="gabriel",
        help="neighbours where there is no table; none = territories need not be connected",
    )
    parser.add_argument("--seed", type=int, default=1, help="of a generated map")
    parser.add_argument("--time-limit", type=float, help="seconds; marks the certificate")
    parser.add_argument("--json", action="store_true", help="a JSON object instead of a table")
    return parser


def main(arguments: list[str]) -> int:
    """Run the subject.

    Parameters
    ----------
    arguments : list of str
        Command line without the subject's name.

    Returns
    -------
    int
        0 when the answer is feasible, 1 otherwise.
    """
    options = _parser().parse_args(arguments)
    case = Case(options.units, options.territories, options.tolerance, options.graph, options.seed)
    row = run_case(options.case, case, options.time_limit)
    if options.json:
        sys.stdout.write(json.dumps(row) + "\n")
    else:
        sys.stdout.write("\t".join(COLUMNS) + "\n" + line_of(row) + "\n")
    return 0 if row["feasible"] else 1
