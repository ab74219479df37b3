"""Storing a golden study, and comparing later studies with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import RunError
from channelwright.rules.drawn_demand import drawn_demand
from channelwright.store.golden import (
    KEPT,
    Golden,
    GoldenDesign,
    GoldenScenario,
    golden_file,
    load_golden,
    save_golden,
)
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from channelwright.model.study import Pack
    from channelwright.studies.runs import Runs
    from channelwright.studies.samples import Samples

#: Replications of a golden study unless the caller says otherwise.
REPLICATIONS = 600
#: Replications that a study with golden gates may spend unless the caller says otherwise.
BUDGET = 400
#: Golden runs use the seed of the pack plus this, so that later studies see other worlds.
SEED_STEP = 1_000_003
PROFIT = "contribution"
_PACKAGES = ("channelwright", "numpy", "scipy", "simpy")
USUAL = Setting()


def store_golden(
    pack: Pack,
    path: str | Path,
    *,
    designs: Sequence[str] | None = None,
    kpis: Sequence[str] = (),
    replications: int = REPLICATIONS,
    setting: Setting = USUAL,
) -> Golden:
    """Simulate designs of a pack and store their KPIs as the golden study.

    Parameters
    ----------
    pack : Pack
    path : path
        File, by custom ``results/golden/<pack>.json``.
    designs : sequence of str, optional
        Default: those that golden gates of the pack name, else all of the study.
    kpis : sequence of str
        Stored besides those of golden gates and the manufacturer's contribution.
    replications : int
    setting : Setting
        Its seed is that of the golden runs; default: the pack's plus `SEED_STEP`.

    Raises
    ------
    RunError
        When a KPI has no value in some run.
    """
    gates = [gate for gate in pack.study.expect if gate.golden]
    seed = pack.study.seed + SEED_STEP if setting.seed is None else setting.seed
    wanted = tuple(designs or _named(pack)) or pack.study.designs
    runs = replace(setting, seed=seed).simulate(pack, wanted, replications)
    names = dict.fromkeys([PROFIT, *(gate.kpi for gate in gates), *kpis])
    known = [kpi for kpi in names if kpi != PROFIT or PROFIT in set(runs.kpis()["kpi"])]
    golden = golden_of_runs(runs, known)
    save_golden(Path(path), golden)
    return golden


def _named(pack: Pack) -> tuple[str, ...]:
    named = dict.fromkeys(gate.design for gate in pack.study.expect if gate.golden)
    return () if "*" in named else tuple(named)


def golden_of_runs(runs: Runs, kpis: Sequence[str]) -> Golden:
    """Return the golden study of finished runs.

    Raises
    ------
    RunError
        When a KPI has no value in some run.
    """
    plan = runs.study.plan
    samples = [collect(runs, scenario) for scenario in runs.scenarios]
    scenarios = {}
    for sample in samples:
        market = runs.study.market(sample.scenario)
        scenarios[sample.scenario] = GoldenScenario(
            plan.markets[sample.scenario],
            tuple(drawn_demand(market, plan.seed, sample.replications).tolist()),
            {
                design: GoldenDesign(plan.designs[design], _values(sample, row, kpis))
                for row, design in enumerate(sample.designs)
            },
        )
    versions = {package: version(package) for package in _PACKAGES}
    count = len(samples[0].replications)
    return Golden(plan.pack, plan.seed, count, plan.engine, versions, scenarios)


def _values(sample: Samples, row: int, kpis: Sequence[str]) -> dict[str, tuple[float, ...]]:
    found = {kpi: sample.of(kpi)[row] for kpi in kpis}
    for kpi, values in found.items():
        if not np.isfinite(values).all():
            message = f"{kpi} of {sample.designs[row]} has no value in some run; leave it out"
            raise RunError(message)
    return {kpi: tuple(values.tolist()) for kpi, values in found.items()}


def compare_with_golden(runs: Runs, folder: str | Path) -> bool:
    """Keep the golden study of the pack with a study, so that gates and report judge against it.

    Returns
    -------
    bool
        False when the folder has none for the pack.
    """
    path = golden_file(Path(folder), runs.study.plan.pack)
    if not path.exists():
        return False
    save_golden(runs.path / KEPT, load_golden(path))
    return True
