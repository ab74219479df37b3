"""One study in a process of its own: `python -m benchmarks.studies.job` with its terms as JSON.

It makes its runs and prints what that took, so that several can be started side by side.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.simulate.shops import Case, engine_world
from channelwright.model.study import Pack, StudySpec
from channelwright.studies import simulate
from channelwright.studies.cluster import Cluster


@dataclass(frozen=True)
class Terms:
    """What one process is to do.

    Attributes
    ----------
    out : str, results folder
    shops, days : int, size of the world
    replications, seed : int
    workers : int, 1 = this process
    cluster : bool, True: Dask workers of this machine
    """

    out: str
    shops: int
    days: int
    replications: int
    seed: int
    workers: int
    cluster: bool = False


def pack_of(terms: Terms) -> Pack:
    """Return a pack with one market of shops and one design."""
    market, design = engine_world(Case(centres=2, shops=terms.shops, days=terms.days))
    study = StudySpec((design.name,), design.name, ("base",), terms.replications, terms.seed)
    return Pack("shops", "Shops", "", {"base": market}, {design.name: design}, {}, study)


def run(terms: Terms) -> dict[str, Any]:
    """Make the study and return seconds, and what it left on disk and in memory."""
    pack = pack_of(terms)
    if not terms.cluster:
        return _measured(pack, terms, None)
    clock = time.perf_counter()
    with Cluster("local", workers=terms.workers) as cluster:
        opened = time.perf_counter() - clock
        return {**_measured(pack, terms, cluster), "opened": opened}


def _measured(pack: Pack, terms: Terms, cluster: Cluster | None) -> dict[str, Any]:
    # One run first, so that compiled kernels are there and workers have loaded the engine.
    first = replace(pack, study=replace(pack.study, seed=terms.seed + 1))
    simulate(
        first,
        replications=2 * terms.workers,
        out=terms.out,
        study="first",
        **_place(terms, cluster),
    )
    clock = time.perf_counter()
    runs = simulate(pack, out=terms.out, study="measured", **_place(terms, cluster))
    seconds = time.perf_counter() - clock
    clock = time.perf_counter()
    simulate(pack, out=terms.out, study="measured", workers=1)
    again = time.perf_counter() - clock
    clock = time.perf_counter()
    rows = int(runs.sql("select count(*) as n from kpis")["n"][0])
    asked = time.perf_counter() - clock
    clock = time.perf_counter()
    read = len(runs.table("kpis"))
    return {
        "seconds": seconds,
        "failed": len(runs.failures),
        "again": again,
        "sql": asked,
        "table": time.perf_counter() - clock,
        "rows": rows,
        "agree": rows == read,
        "files": sum(path.is_file() for path in (Path(terms.out) / "runs").rglob("*")),
        "journal": runs.study.folder.journal.stat().st_size,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _place(terms: Terms, cluster: Cluster | None) -> dict[str, Any]:
    return {"workers": terms.workers} if cluster is None else {"cluster": cluster}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Terms(**json.loads(sys.argv[1])))) + "\n")
