"""``python -m benchmarks intervals``: coverage and correct selection, with every shortfall."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.gates.command import POOL
from benchmarks.gates.trials import read_pool
from benchmarks.intervals.cover import rows
from benchmarks.intervals.select import Play, from_pool, least_favourable, selected

EXPERIMENTS, SELECTIONS = 10_000, 4_000


def cases() -> Iterator[tuple[str, Play]]:
    """Yield the selections to play."""
    for correlation in (0.0, 0.5, 0.9):
        yield f"ten designs, correlation {correlation:g}", least_favourable(correlation)
    pool = read_pool(POOL)
    zone = 0.005 * pool.unchanged.mean()
    stored = np.stack([pool.unchanged, pool.planted])
    yield "stored runs of two designs, paired", from_pool(stored, zone, paired=True)
    yield "stored runs of two designs, unpaired", from_pool(stored, zone, paired=False)


def main(arguments: list[str]) -> int:
    """Print coverage and selection; 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks intervals")
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS)
    parser.add_argument("--selections", type=int, default=SELECTIONS)
    options = parser.parse_args(arguments)
    good = True
    for row in rows(options.experiments):
        low, high = row.allowed
        short = "" if row.kept else "  NOT KEPT"
        _say(
            f"{row.procedure}, {row.size}: {row.coverage:.4f} of {row.nominal:.4f} "
            f"({row.coverage - row.nominal:+.4f}; {row.kind}, {low:.4f} to {high:.4f}){short}"
        )
        good &= row.kept
    for name, play in cases():
        found = selected(name, play, options.selections)
        short = "" if found.kept else "  NOT KEPT"
        _say(
            f"{name}: right in {found.right} of {found.experiments}, lower limit "
            f"{found.lower:.4f}, {found.runs:.0f} runs{short}"
        )
        good &= found.kept
    return 0 if good else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
