"""One study in a process of its own: `python -m benchmarks.studies.job` with its terms as JSON.

It makes its runs and prints what that took, so that several can be started side by side.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.simulate.shops import Case, engine_world
from channelwright.foundation.random import Purpose
from channelwright.model.study import Pack, StudySpec
from channelwright.studies import Engine, simulate
from channelwright.studies.cluster import Cluster
from channelwright.tables.outputs import CELLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.foundation.random import Address
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.tables.sink import Chunk, Sink

LIGHT_ROWS, LIGHT_KPIS = 20, 180
#: Tells workers how long a run waits; they inherit it.
WAIT = "CHANNELWRIGHT_BENCHMARK_WAIT"


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
    light : bool, True: a world of a millisecond instead of shops, to see what the runner costs
    wait : float, seconds that a run of the light world waits without computing
    """

    out: str
    shops: int
    days: int
    replications: int
    seed: int
    workers: int
    cluster: bool = False
    light: bool = False
    wait: float = 0.0


def pack_of(terms: Terms) -> Pack:
    """Return a pack with one market of shops and one design."""
    market, design = engine_world(Case(centres=2, shops=terms.shops, days=terms.days))
    study = StudySpec((design.name,), design.name, ("base",), terms.replications, terms.seed)
    return Pack("shops", "Shops", "", {"base": market}, {design.name: design}, {}, study)


def light_replicate(
    market: Market, design: Design, address: Address, sink: Sink, keep: str = "kpis"
) -> object:
    """Wait as long as told, and write a few rows of random sales."""
    del market, design, keep
    time.sleep(float(os.environ.get(WAIT, "0")))
    draw = address.uniform(Purpose.CONSUMER_DEMAND, 0, 0)
    chunk = {name: np.zeros(LIGHT_ROWS, dtype=np.int64) for name in CELLS.names}
    chunk["period"] = np.arange(LIGHT_ROWS)
    chunk["cases_delivered"] += int(100 * draw)
    sink.append(CELLS.name, chunk)
    return None


def light_kpis(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return as many figures as a small market has."""
    del market, design
    cases = float(tables[CELLS.name]["cases_delivered"].sum())
    number = np.arange(LIGHT_KPIS)
    return pd.DataFrame(
        {
            "kpi": [f"kpi_{one}" for one in number],
            "area": "all",
            "mode": "all",
            "value": cases + number,
            "unit": "cases",
        }
    )


def run(terms: Terms) -> dict[str, Any]:
    """Make the study and return seconds, and what it left on disk and in memory."""
    pack = pack_of(terms)
    os.environ[WAIT] = str(terms.wait)
    if not terms.cluster:
        return _measured(pack, terms, None)
    clock = time.perf_counter()
    with Cluster("local", workers=terms.workers) as cluster:
        opened = time.perf_counter() - clock
        return {**_measured(pack, terms, cluster), "opened": opened}


def _measured(pack: Pack, terms: Terms, cluster: Cluster | None) -> dict[str, Any]:
    # A few runs first, so that compiled kernels are there.
    first = replace(pack, study=replace(pack.study, seed=terms.seed + 1, replications=2))
    simulate(first, out=terms.out, study="first", **_place(terms, cluster))
    ended: list[float] = []
    runs = simulate(
        pack,
        out=terms.out,
        study="measured",
        progress=lambda state: ended.append(time.perf_counter()),
        **_place(terms, cluster),
    )
    # Local workers are started by every study: what counts begins when each has ended runs.
    skipped = min(2 * terms.workers, terms.replications // 2)
    seconds = (ended[-1] - ended[skipped]) * terms.replications / (terms.replications - skipped)
    clock = time.perf_counter()
    simulate(pack, out=terms.out, study="measured", **_place(replace(terms, workers=1), None))
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
    engine = Engine(light_replicate, light_kpis) if terms.light else None
    place = {"workers": terms.workers} if cluster is None else {"cluster": cluster}
    return {"engine": engine, **place}


if __name__ == "__main__":
    # Workers find functions by the name of their module, which is not this script's.
    from benchmarks.studies import job

    sys.stdout.write(json.dumps(job.run(job.Terms(**json.loads(sys.argv[1])))) + "\n")
