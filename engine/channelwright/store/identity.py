"""What makes two runs the same run: a hash of everything that can change their tables."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import channelwright.foundation as foundation_package
from channelwright.foundation.hashing import digest, digest_files
from channelwright.tables.outputs import FORMAT

SOURCES = ("foundation", "tables", "model", "rules", "simulation")


@cache
def engine_digest() -> str:
    """Return the hash of the sources and the NumPy version that a replication rests on."""
    root = Path(str(foundation_package.__file__)).parents[1]
    parts = {part: digest_files((root / part).rglob("*.py")) for part in SOURCES}
    return digest({"sources": parts, "numpy": np.__version__})


def content_digest(value: Any) -> str:  # noqa: ANN401
    """Return the hash of a market or design, whatever it is called.

    Names and titles are labels of a study: the same design under another name is the same question.

    Parameters
    ----------
    value : dataclass instance
        Market or design.
    """
    labels = {f.name: "" for f in dataclasses.fields(value) if f.name in ("name", "title")}
    return digest(dataclasses.replace(value, **labels))


def run_id(market: str, design: str, seed: int, replication: int, keep: str) -> str:
    """Return the identity of a run.

    Parameters
    ----------
    market, design : str
        Content hashes.
    seed, replication : int
        Random address.
    keep : str
        ``kpis`` or ``orders``: which tables the run has.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return digest(
        {
            "market": market,
            "design": design,
            "seed": seed,
            "replication": replication,
            "keep": keep,
            "format": FORMAT,
            "engine": engine_digest(),
        }
    )
