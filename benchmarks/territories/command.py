"""`python -m benchmarks territories`: solve published files and print a judged row per file."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.progress import progress, told
from benchmarks.territories.checker import judge
from benchmarks.territories.compare import compare, solve_made
from benchmarks.territories.connected import solve_connected
from benchmarks.territories.formats import READERS, Question
from benchmarks.territories.instance import FormatError, Instance
from benchmarks.territories.kinds import GRAMMAR, make_kind
from benchmarks.territories.made import make
from benchmarks.territories.peer import NOT_INSTALLED, beside_spopt, spopt_modules
from channelwright.foundation.compiled import compile_seconds
from channelwright.foundation.errors import ChannelwrightError
from channelwright.optimisation.interrupting import attended
from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location

if TYPE_CHECKING:
    from channelwright.model.certificate import Certificate

#: Columns of the table; JSON rows hold more.
COLUMNS = ("file", "objective", "bound", "gap", "published", "reached", "feasible", "seconds")
_REACHED = 0.01
#: Gaps at which searches end by default: beside spopt, of towns and depots, of published kinds.
_PEER_GAP, _MADE_GAP, _PROVEN = 1e-4, 0.005, 1e-6


def problem_of(instance: Instance) -> LocationProblem:
    """State an instance for the engine.

    Parameters
    ----------
    instance : Instance
        As read.
    """
    n, m = instance.cost.shape
    measures = instance.usage.shape[0]
    dependent = measures > 0 and instance.usage.shape[2] > 1
    demand = instance.usage[:, :, 0].T if measures else np.ones((n, 1))
    limit = instance.limit.T if measures else np.full((m, 1), np.inf)
    return LocationProblem(
        cost=instance.cost,
        demand=demand,
        capacity=limit,
        fixed_cost=instance.fixed_cost,
        usage=instance.usage if dependent else None,
        minimum_load=instance.floor.T if measures else np.zeros((m, 1)),
        forced_open=np.full(m, instance.all_open),
        minimum_open=instance.sites_open or 0,
        maximum_open=instance.sites_open or m,
        own_customer=np.where(instance.own, np.arange(m), -1),
        single_source=instance.single_source,
    )


def run_file(
    path: Path, format_name: str, question: Question, seconds: float | None
) -> dict[str, object]:
    """Read, solve and judge one file.

    Parameters
    ----------
    path : Path
        File (folder for ``sf``).
    format_name : str
        Key of `READERS`.
    question : Question
        What is asked of it.
    seconds : float or None
        Time limit.

    Returns
    -------
    dict
        One row of the table.
    """
    begin, processor = time.perf_counter(), time.process_time()
    compiled = compile_seconds()
    instance = READERS[format_name](path, question)
    # Reading counts: what is left of the limit is for the search.
    left = None if seconds is None else max(seconds - (time.perf_counter() - begin), 0.1)
    row = judged_row(instance, *_solved(instance, left))
    row["seconds"] = round(time.perf_counter() - begin, 3)
    row["processor_seconds"] = round(time.process_time() - processor, 3)
    # Part of the seconds of a first run, and not of a time limit.
    row["compile_seconds"] = round(compile_seconds() - compiled, 3)
    return row


def _solved(
    instance: Instance, seconds: float | None
) -> tuple[Certificate, list[int], list[tuple[int, int, float]]]:
    if instance.edges is not None:
        return solve_connected(instance, seconds)
    options = LocationOptions(seconds=seconds, progress=progress(instance.name))
    with attended(told):
        solution = solve_location(problem_of(instance), options)
    found = solution.incumbent
    if found is None:
        return solution.certificate, [], []
    flows = zip(found.customer.tolist(), found.site.tolist(), found.share.tolist(), strict=True)
    return solution.certificate, np.flatnonzero(found.open).tolist(), list(flows)


def judged_row(
    instance: Instance,
    certificate: Certificate,
    opened: list[int],
    flows: list[tuple[int, int, float]],
) -> dict[str, object]:
    """Return the row of an answer with the checker's verdict; seconds are left open.

    Parameters
    ----------
    instance : Instance
        As read.
    certificate : Certificate
        What the engine claims.
    opened : list of int
        Open sites of the answer.
    flows : list of (customer, site, share)
        Empty without an answer.
    """
    row: dict[str, object] = dict.fromkeys(COLUMNS)
    row["file"] = instance.name
    row["published"] = instance.published
    row["statement"] = certificate.statement()
    row["bound_kind"] = certificate.bound_kind
    row["work"] = dict(certificate.work)
    if certificate.lower_bound is not None:
        row["bound"] = instance.sign * certificate.lower_bound
    row["feasible"] = False
    if not flows:
        return row
    objective, broken = judge(instance, opened, flows)
    row["objective"] = objective
    row["gap"] = certificate.gap
    row["feasible"] = broken is None
    row["broken_rule"] = broken
    if instance.published is not None:
        beyond = instance.sign * (objective - instance.published)
        row["reached"] = beyond <= _REACHED
    return row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks territories", description=__doc__)
    parser.add_argument("--format", choices=sorted(READERS))
    parser.add_argument(
        "--made", metavar="WORDS", help=f"an instance instead of files: OUTLETSxSITES, {GRAMMAR}"
    )
    parser.add_argument("--seed", type=int, default=0, help="made: of the generator")
    parser.add_argument("--tight", action="store_true", help="made: capacity 1.1 times demand")
    parser.add_argument("--nearest", type=int, help="made: sites in reach of an outlet")
    parser.add_argument(
        "--compare",
        choices=("monolithic", "spopt"),
        help="beside one whole model (made) or spopt (files)",
    )
    parser.add_argument("--single-source", action="store_true", help="one server per customer")
    parser.add_argument("--p", type=int, help="number of sites to open")
    parser.add_argument("--sense", choices=("min", "max"), default="min")
    parser.add_argument("--capacity", type=float, help="capacity where a file leaves it open")
    parser.add_argument("--time-limit", type=float, help="seconds per file; marks the certificate")
    parser.add_argument(
        "--gap",
        type=float,
        help="gap at which a search ends: by default 1e-4 beside spopt, 0.005 for OUTLETSxSITES, "
        "1e-6 for the other made instances",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
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
        0 when every file has a feasible answer, 1 otherwise.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.made or options.compare == "monolithic":
        return _made(options)
    if options.format is None or not options.files:
        parser.error("give --format and files, or --made WORDS")
    question = Question(options.single_source, options.p, options.sense, options.capacity)
    if options.compare == "spopt":
        return _beside_spopt(options, question)
    good = True
    if not options.json:
        sys.stdout.write("\t".join(COLUMNS) + "\n")
    for path in options.files:
        try:
            row = run_file(path, options.format, question, options.time_limit)
        except (FormatError, ChannelwrightError, OSError) as error:
            sys.stderr.write(f"{path}: {error}\n")
            good = False
            continue
        good &= bool(row["feasible"])
        sys.stdout.write(json.dumps(row) + "\n" if options.json else line_of(row) + "\n")
        sys.stdout.flush()
    return 0 if good else 1


def _made(options: argparse.Namespace) -> int:
    """Solve a made instance, or both made instances beside a monolithic model."""
    words, seconds = options.made or "3000x40", options.time_limit or 300.0
    try:
        if options.compare:
            rows = compare(words, problem_of, seconds, options.nearest or 8)
        else:
            rows = [_made_row(words, options, seconds)]
    except (FormatError, ChannelwrightError) as error:
        sys.stderr.write(f"{words}: {error}\n")
        return 1
    for row in rows:
        sys.stdout.write(json.dumps(row) + "\n")
    return 0 if all(row["feasible"] for row in rows if row["method"] == "ours") else 1


def _made_row(words: str, options: argparse.Namespace, seconds: float) -> dict[str, object]:
    """Solve one made instance: of towns and depots, or of a published kind."""
    if ":" in words:
        single = options.single_source
        instance, gap = make_kind(words, seed=options.seed, single_source=single), _PROVEN
    else:
        tight, nearest = options.tight, options.nearest
        instance = make(words, tight=tight, nearest=nearest, seed=options.seed)
        gap = _MADE_GAP
    return solve_made(instance, problem_of(instance), seconds, options.gap or gap)


def _beside_spopt(options: argparse.Namespace, question: Question) -> int:
    """Solve files beside spopt: rows of JSON, a message where a peer or a file cannot be had."""
    modules, seconds, good = spopt_modules(), options.time_limit or 300.0, True
    if modules is None:
        sys.stderr.write(NOT_INSTALLED + "\n")
    for path in options.files:
        try:
            instance = READERS[options.format](path, question)
            rows = beside_spopt(
                instance, problem_of(instance), seconds, modules, options.gap or _PEER_GAP
            )
        except (FormatError, ChannelwrightError, OSError) as error:
            sys.stderr.write(f"{path}: {error}\n")
            good = False
            continue
        good &= bool(rows[0]["feasible"])
        for row in rows:
            sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    return 0 if good else 1


def line_of(row: dict[str, object]) -> str:
    """Return a row of the table as text; row as made by `judged_row`."""
    return "\t".join(_cell(row[name]) for name in COLUMNS)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
