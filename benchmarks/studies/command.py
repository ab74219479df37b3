"""`python -m benchmarks studies`: the runner beside two processes, and many short runs.

*apart*: two processes, each a study of half the runs in itself. *workers*: one study with two
workers. *dask*: one study on two Dask workers of this machine. All are measured in turn and several
times; time to start workers is left out of all three. *many*: thousands of runs of milliseconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.studies.job import Terms

WORKERS = 2


def main(arguments: list[str]) -> int:
    """Measure and print; 0 done, 1 a run failed or tables disagree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks studies", description=__doc__)
    parser.add_argument("--replications", type=int, default=60, help="runs of each study")
    parser.add_argument("--shops", type=int, default=500, help="size of the world")
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="S",
        help="runs that wait instead of computing: what the runner adds, on a loaded machine",
    )
    parser.add_argument("--times", type=int, default=3, help="measurements, the median counts")
    parser.add_argument("--many", type=int, default=10_000, help="short runs; 0: none")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    sides = [_sides(options) for _ in range(options.times)]
    many = [_many(number) for number in (options.many // 10, options.many) if number]
    answer = {"sides": sides, **_ratios(sides), "many": many}
    sys.stdout.write(json.dumps(answer, indent=1) + "\n" if options.json else _text(answer))
    jobs = [job for side in sides for job in side["jobs"]] + many
    return int(any(job["failed"] or not job["agree"] for job in jobs))


def _sides(options: argparse.Namespace) -> dict[str, Any]:
    """Measure the three ways once, one after another."""
    size: dict[str, Any] = {"shops": options.shops, "days": options.days}
    if options.wait:
        size |= {"light": True, "wait": options.wait}
    whole = {**size, "replications": options.replications}
    half = {**size, "replications": options.replications // WORKERS, "workers": 1}
    apart = _jobs([{**half, "seed": 100 * number} for number in range(WORKERS)])
    (workers,) = _jobs([{**whole, "seed": 0, "workers": WORKERS}])
    (dask,) = _jobs([{**whole, "seed": 0, "workers": WORKERS, "cluster": True}])
    return {
        "apart": max(job["seconds"] for job in apart),
        "workers": workers["seconds"],
        "dask": dask["seconds"],
        "dask opened": dask["opened"],
        "jobs": [*apart, workers, dask],
    }


def _many(number: int) -> dict[str, Any]:
    size = {"shops": 5, "days": 30, "replications": number}
    terms = {**size, "seed": 0, "workers": WORKERS, "light": True}
    (job,) = _jobs([terms])
    return {"runs": number, **job}


def _jobs(terms: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Start processes side by side and return what each of them measured."""
    with tempfile.TemporaryDirectory() as folder:
        started = []
        for number, one in enumerate(terms):
            asked = Terms(out=str(Path(folder) / str(number)), **one)
            command = [sys.executable, "-m", "benchmarks.studies.job", json.dumps(asdict(asked))]
            started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        answers = [process.communicate()[0] for process in started]
    return [json.loads(answer) for answer in answers]


def _ratios(sides: Sequence[dict[str, Any]]) -> dict[str, float]:
    return {
        "efficiency": statistics.median(side["apart"] / side["workers"] for side in sides),
        "dask against workers": statistics.median(side["dask"] / side["workers"] for side in sides),
    }


def _text(answer: dict[str, Any]) -> str:
    lines = [f"{'seconds':>10}{'apart':>10}{'workers':>10}{'dask':>10}{'dask opened':>14}"]
    for number, side in enumerate(answer["sides"], 1):
        figures = (side["apart"], side["workers"], side["dask"])
        cells = "".join(f"{figure:10.2f}" for figure in figures)
        lines.append(f"{number:>10}{cells}{side['dask opened']:14.2f}")
    lines.append(f"efficiency (apart / workers, median): {answer['efficiency']:.3f}")
    lines.append(f"dask / workers, median: {answer['dask against workers']:.3f}")
    if answer["many"]:
        names = ("runs", "seconds", "again", "sql", "table", "files", "journal", "memory")
        lines.append("".join(f"{name:>12}" for name in names))
        lines += ["".join(_cell(job[name]) for name in names) for job in answer["many"]]
    return "\n".join(lines) + "\n"


def _cell(value: float) -> str:
    return f"{value:12,.2f}" if isinstance(value, float) else f"{value:12,}"
