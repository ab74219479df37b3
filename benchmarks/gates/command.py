"""``python -m benchmarks gates``: how often a golden gate is right."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gates.trials import Outcome, Pool, read_pool, resampled, write_pool
from benchmarks.gates.world import reduced
from channelwright.model.study import Expectation
from channelwright.rules.drawn_demand import drawn_demand
from channelwright.scenario import read_scenario
from channelwright.store.golden import (
    Golden,
    GoldenDesign,
    GoldenScenario,
    golden_file,
    save_golden,
)
from channelwright.studies import compare
from channelwright.studies.golden import BUDGET, REPLICATIONS
from channelwright.studies.rounds import simulate_until
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from channelwright.model.study import Pack

ROOT = Path(__file__).resolve().parents[2]
POOL = Path(__file__).with_name("pool.csv")
SEED, TRIAL_SEED = 20_261, 30_000
#: What is planted: every caller ends fewer calls in an order.
PLANTED = {"market.tables.modes[*].strike": "x0.925"}
#: The loss that the promise speaks of; the planted one is scaled to it, world by world.
EXACT = 0.01
FIRST, TOLERANCE = 10, 0.0025
DESIGN, KPI = "today", "contribution"


def main(arguments: list[str]) -> int:
    """Play gates on stored or fresh runs and print how they ended."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks gates")
    parser.add_argument("--pool", type=Path, default=POOL, help="stored runs")
    parser.add_argument("--make", type=int, metavar="N", help="make a pool of N worlds first")
    parser.add_argument("--trials", type=int, default=500, help="resampled, of each kind")
    parser.add_argument("--real", type=int, default=0, help="trials with fresh runs, of each kind")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE)
    parser.add_argument("--budget", type=int, default=BUDGET)
    parser.add_argument("--golden", type=int, default=REPLICATIONS, help="golden runs")
    parser.add_argument("--out", type=Path, help="results folder of fresh runs")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder) / "results"
        pack = _pack(Path(folder) / "reduced")
        if options.make:
            _make(pack, options, out)
        pool = read_pool(options.pool)
        loss, error = pool.loss()
        _say(f"pool of {pool.drawn.size} worlds; planted loss {loss:.3%} (s.e. {error:.3%})")
        exact = pool.unchanged + (pool.planted - pool.unchanged) * (EXACT / loss)
        kinds = {"unchanged": pool.unchanged, "planted": pool.planted, "planted, scaled": exact}
        for name, values in kinds.items():
            outcome = resampled(
                pool,
                values,
                trials=options.trials,
                golden_runs=options.golden,
                budget=options.budget,
                first=FIRST,
                tolerance=options.tolerance,
            )
            _show(f"{name}, resampled", outcome)
        for name in ("unchanged", "planted") if options.real else ():
            _show(f"{name}, fresh runs", _real(pack, pool, name, options, out))
    return 0


def _pack(folder: Path) -> Pack:
    """Return the reduced flagship, with the planted loss as a second scenario."""
    path = reduced(ROOT / "scenarios" / "yangtze_beverage", folder)
    return read_scenario(path, ["base", "planted"], settings={"planted": PLANTED})


def _make(pack: Pack, options: argparse.Namespace, out: Path) -> None:
    setting = Setting(
        seed=SEED, scenarios=("base", "planted"), workers=options.workers, out=out, study="pool"
    )
    runs = setting.simulate(pack, [DESIGN], options.make)
    plain, planted = (collect(runs, scenario).of(KPI)[0] for scenario in ("base", "planted"))
    drawn = drawn_demand(pack.markets["base"], SEED, range(options.make))
    # Cents, and as many digits of drawn demand: no verdict hangs on more, and the file stays small.
    money = (values.round(2).tolist() for values in (plain, planted))
    columns = (range(options.make), drawn.round(9).tolist(), *money)
    write_pool(options.pool, list(zip(*columns, strict=True)))


def _real(pack: Pack, pool: Pool, name: str, options: argparse.Namespace, out: Path) -> Outcome:
    """Play the gate on fresh runs of other seeds, by the code that users run."""
    market = pack.markets["base" if name == "unchanged" else "planted"]
    gate = Expectation(KPI, DESIGN, None, None, 0.99, not_below=options.tolerance)
    study = replace(
        pack.study, designs=(DESIGN,), baseline=DESIGN, scenarios=("base",), expect=(gate,)
    )
    asked = replace(pack, markets={"base": market}, study=study)
    folder = out / "golden"
    save_golden(golden_file(folder, pack.name), _golden(pack.name, pool, options.golden))
    verdicts: dict[str, int] = {}
    spent = 0
    for trial in range(options.real):
        setting = Setting(
            seed=TRIAL_SEED + trial, workers=options.workers, out=out, study=f"{name}{trial}"
        )
        settled = simulate_until(
            asked,
            [DESIGN],
            budget=options.budget,
            replications=FIRST,
            setting=setting,
            golden=folder,
        )
        table = compare(settled.runs).gates(settled.pack.study.expect)
        verdict = str(table["verdict"].iloc[0])
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        spent += settled.looks[-1]
        row = {"trial": trial, "design": name, "verdict": verdict, "runs": settled.looks[-1]}
        _say(json.dumps(row))
    return Outcome(verdicts, spent / options.real)


def _golden(pack: str, pool: Pool, runs: int) -> Golden:
    values = tuple(pool.unchanged[:runs].tolist())
    design = GoldenDesign("", {KPI: values})
    scenario = GoldenScenario("", tuple(pool.drawn[:runs].tolist()), {DESIGN: design})
    return Golden(pack, SEED, len(values), "", {}, {"base": scenario})


def _show(name: str, outcome: Outcome) -> None:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(outcome.verdicts.items()))
    _say(f"{name}: {counts}; {outcome.runs:.0f} runs a trial")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
