"""Bridges: what each group of decisions adds on the way from one design to another.

Groups are switched on one after another, every hybrid in the same random worlds, so that the steps
add up to the whole difference in every replication. What a step adds depends on those before it:
several orders are simulated, and the spread is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.stats.means import mean_limits
from channelwright.store.answers import save_answer
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.studies.runs import Runs
    from channelwright.studies.samples import Samples

Orders = Literal["two", "rotations"]
VOLUME, PROFIT = "delivered_cases", "contribution"
#: Lines of the manufacturer's account; costs and rebates are subtracted.
SALES = "gross_sales"
LINES = (
    "rebates",
    "production",
    "freight",
    "delivery",
    "handling",
    "site_cost",
    "wages",
    "commission",
    "bonus",
    "platform",
    "interest",
    "promotion",
)
WORDS = {
    "modes": "Modes and territories",
    "coverage": "New and dropped outlets",
    "calls": "Call frequency and people",
    "range": "Range",
    "availability": "Availability",
    "prices": "Price, pay and promotion",
}
NOT_SIMULATED = (
    "Diversion is not simulated and has no step.",
    "What rivals take is inside every step where the pack names a catchment, else not simulated.",
    "Both ends are settled designs: what the change-over itself costs has no step.",
)


@dataclass(frozen=True)
class Bridge:
    """The steps from one design to another.

    Attributes
    ----------
    start, end : str
    orders : tuple of tuple of str, groups in each order that was simulated; the first is shown
    steps : DataFrame
        Rows in the first order: kpi, group, words, estimate, low, high (95 %, paired), lowest,
        highest (means over the orders), unit. Estimates of a KPI add up to its difference.
    ends : DataFrame, kpi, start, end, difference, low, high, unit
    modes : DataFrame, cases by step (rows: group) and mode (columns), first order
    lines : DataFrame, money by step (rows: group) and line of the account (columns), costs negative
    replications : int
    notes : tuple of str, what has no step
    """

    start: str
    end: str
    orders: tuple[tuple[str, ...], ...]
    steps: pd.DataFrame
    ends: pd.DataFrame
    modes: pd.DataFrame
    lines: pd.DataFrame
    replications: int
    notes: tuple[str, ...]

    def plain(self) -> dict[str, object]:
        """Return the bridge as values that JSON can hold."""
        tables = {
            "steps": self.steps,
            "ends": self.ends,
            "modes": self.modes.reset_index(),
            "lines": self.lines.reset_index(),
        }
        return {
            "start": self.start,
            "orders": [list(order) for order in self.orders],
            "replications": self.replications,
            "notes": list(self.notes),
            **{name: table.to_dict("records") for name, table in tables.items()},
        }


def orders_of(groups: tuple[str, ...], orders: Orders) -> tuple[tuple[str, ...], ...]:
    """Return the orders to simulate: as listed and reversed, or all rotations of the list."""
    if orders == "two":
        return tuple(dict.fromkeys((groups, groups[::-1])))
    return tuple(groups[k:] + groups[:k] for k in range(len(groups)))


def bridge(
    runs: Runs,
    end: str,
    start: str | None = None,
    *,
    scenario: str | None = None,
    orders: Orders = "two",
    setting: Setting | None = None,
) -> Bridge:
    """Simulate the hybrids between two designs of a study and keep the bridge with it.

    Parameters
    ----------
    runs : Runs
        A study with both designs; its seed, replications and results folder are used.
    end, start : str
        Designs of the study; the start is its baseline by default.
    scenario : str, optional; default: the study's first
    orders : str, ``two`` or ``rotations``
    setting : Setting, optional
        Workers and progress; the rest is the study's.

    Raises
    ------
    UsageError
        A design is not in the study, or both are the same.
    """
    from channelwright.optimisation.hybrid import differing_groups, hybrid

    start = runs.baseline if start is None else start
    where = runs.scenarios[0] if scenario is None else scenario
    _refuse_unknown(runs, (start, end), where)
    study = runs.study
    market, one, two = study.market(where), study.design(start), study.design(end)
    groups = differing_groups(market, one, two)
    if not groups:
        message = f"designs {start!r} and {end!r} decide the same; there is nothing to bridge"
        raise UsageError(message)
    walked = orders_of(groups, orders)
    between: dict[frozenset[str], Design] = {}
    for order in walked:
        for place in range(1, len(order)):
            part = frozenset(order[:place])
            between[part] = replace(hybrid(market, one, two, part), name=_label(part))
    sample = _simulated(runs, where, [one, *between.values(), two], setting or Setting())
    found = _bridge(sample, start, end, walked, tuple(market.modes.ids))
    save_answer(study.folder, "bridge", end, {"scenario": where, **found.plain()})
    return found


def _refuse_unknown(runs: Runs, designs: tuple[str, ...], scenario: str) -> None:
    for name, known, kind in (
        *((name, runs.designs, "design") for name in designs),
        (scenario, runs.scenarios, "scenario"),
    ):
        if name not in known:
            message = f"{kind} {name!r} is not in the study; it has {', '.join(known)}"
            raise UsageError(message)


def _label(part: frozenset[str]) -> str:
    return "with_" + "_".join(name for name in WORDS if name in part)


def _simulated(runs: Runs, scenario: str, designs: list[Design], setting: Setting) -> Samples:
    plan = runs.study.plan
    numbers = {run.replication for run in plan.runs if run.scenario == scenario}
    there = replace(
        setting,
        seed=plan.seed,
        scenarios=(scenario,),
        keep=plan.keep,
        baseline=designs[0].name,
        out=runs.study.folder.root,
        study=f"{plan.name}-bridge-{designs[-1].name}",
    )
    hybrids = there.simulate(runs.study.pack(), designs, max(numbers) + 1)
    return collect(hybrids, scenario)


def _changes(
    sample: Samples, kpi: str, start: str, end: str, order: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """Return what each group of an order adds in every replication."""
    labels = [start, *(_label(frozenset(order[:k])) for k in range(1, len(order))), end]
    values = sample.of(kpi)[[sample.designs.index(label) for label in labels]]
    return dict(zip(order, np.diff(np.nan_to_num(values), axis=0), strict=True))


def _bridge(
    sample: Samples,
    start: str,
    end: str,
    orders: tuple[tuple[str, ...], ...],
    modes: tuple[str, ...],
) -> Bridge:
    def first(kpi: str) -> dict[str, np.ndarray]:
        return _changes(sample, kpi, start, end, orders[0])

    steps = []
    for kpi in (VOLUME, PROFIT):
        everywhere = [_changes(sample, kpi, start, end, order) for order in orders]
        steps += [_step(kpi, sample.units[kpi], group, everywhere) for group in orders[0]]
    by_mode = {mode: f"{VOLUME}_{mode}" for mode in modes if sample.has(f"{VOLUME}_{mode}")}
    costs = {
        line: {group: -values for group, values in first(line).items()}
        for line in LINES
        if sample.has(line)
    }
    return Bridge(
        start,
        end,
        orders,
        pd.DataFrame.from_records(steps),
        pd.DataFrame.from_records([_ends(sample, kpi, start, end) for kpi in (VOLUME, PROFIT)]),
        _table(orders[0], {mode: first(kpi) for mode, kpi in by_mode.items()}),
        _table(orders[0], {SALES: first(SALES)} | costs),
        len(sample.replications),
        NOT_SIMULATED,
    )


def _step(
    kpi: str, unit: str, group: str, everywhere: list[dict[str, np.ndarray]]
) -> dict[str, object]:
    limits = mean_limits(everywhere[0][group])
    means = [float(found[group].mean()) for found in everywhere]
    return {
        "kpi": kpi,
        "group": group,
        "words": WORDS[group],
        "estimate": float(limits.estimate),
        "low": float(limits.low),
        "high": float(limits.high),
        "lowest": min(means),
        "highest": max(means),
        "unit": unit,
    }


def _ends(sample: Samples, kpi: str, start: str, end: str) -> dict[str, object]:
    first, last = (sample.of(kpi)[sample.designs.index(name)] for name in (start, end))
    gap = mean_limits(last - first)
    return {
        "kpi": kpi,
        "start": float(first.mean()),
        "end": float(last.mean()),
        "difference": float(gap.estimate),
        "low": float(gap.low),
        "high": float(gap.high),
        "unit": sample.units[kpi],
    }


def _table(order: tuple[str, ...], columns: dict[str, dict[str, np.ndarray]]) -> pd.DataFrame:
    """Return means by group; columns that stay zero are left out."""
    found = pd.DataFrame(
        {
            name: [float(column[group].mean()) for group in order]
            for name, column in columns.items()
        },
        index=pd.Index(order, name="group"),
    )
    return found.loc[:, (found != 0).any()]
