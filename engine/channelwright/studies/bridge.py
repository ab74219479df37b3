"""Bridges: what each group of decisions adds on the way from one design to another.

Groups are switched on one after another, every hybrid in the same random worlds, so that the steps
add up to the whole difference in every replication. What a step adds depends on those before it:
several orders are simulated, and the spread is shown. Where the world has them, free choice of the
source and the answer of rivals are steps, too (`channelwright.studies.bridge_stages`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.stats.means import mean_limits
from channelwright.store.answers import save_answer
from channelwright.studies.beside import played_beside, refuse_unknown
from channelwright.studies.bridge_stages import DIVERSION, RIVALS, Levels, Stages
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from channelwright.studies.runs import Runs

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
    DIVERSION: "Bought around the assigned source",
    RIVALS: "Given or taken by rivals",
}


@dataclass(frozen=True)
class Bridge:
    """The steps from one design to another.

    Attributes
    ----------
    start, end : str
    orders : tuple of tuple of str
        Groups, and answers of the world, in each order that was simulated; the first is shown.
    steps : DataFrame
        Rows in the first order: kpi, group, words, estimate, low, high (95 %, paired), lowest,
        highest (means over the orders), unit. Estimates of a KPI add up to its difference.
    ends : DataFrame, kpi, start, end, difference, low, high, unit
    modes : DataFrame, cases by step (rows: group) and mode (columns), first order
    lines : DataFrame, money by step (rows: group) and line of the account (columns), costs negative
    replications : int
    notes : tuple of str, what steps of the world mean, or why they are absent
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
    from channelwright.optimisation.hybrid import differing_groups

    start = runs.baseline if start is None else start
    where = runs.scenarios[0] if scenario is None else scenario
    refuse_unknown(runs, (start, end), (where,))
    study = runs.study
    market, one, two = study.market(where), study.design(start), study.design(end)
    groups = differing_groups(market, one, two)
    if not groups:
        message = f"designs {start!r} and {end!r} decide the same; there is nothing to bridge"
        raise UsageError(message)
    stages = Stages(market, one, two, groups)
    walked = orders_of((*groups, *stages.switches), orders)
    levels = _simulated(runs, where, stages, stages.between(walked), setting or Setting())
    found = _bridge(levels, walked)
    save_answer(study.folder, "bridge", end, {"scenario": where, **found.plain()})
    return found


def _simulated(
    runs: Runs, scenario: str, stages: Stages, parts: list[frozenset[str]], setting: Setting
) -> Levels:
    """Simulate the stages in the worlds of the study, those without rivals' answer apart."""
    ends = f"{stages.start.name}-{stages.end.name}"
    full = [stages.design(part) for part in parts if not stages.is_held(part)]
    if any(stages.is_assigned(part) for part in parts):
        full.insert(0, stages.assigned_start())
    held = [stages.design(part) for part in parts if stages.is_held(part)]
    every = [stages.start, *full, stages.end]
    apart = None
    if held:
        market = stages.held_market()
        apart = played_beside(runs, scenario, held, f"bridge-held-{ends}", setting, market)
    return Levels(stages, played_beside(runs, scenario, every, f"bridge-{ends}", setting), apart)


def _changes(levels: Levels, kpi: str, order: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return what each step of an order adds in every replication."""
    values = [levels.of(kpi, frozenset(order[:place])) for place in range(len(order) + 1)]
    return dict(zip(order, np.diff(values, axis=0), strict=True))


def _bridge(levels: Levels, orders: tuple[tuple[str, ...], ...]) -> Bridge:
    def first(kpi: str) -> dict[str, np.ndarray]:
        return _changes(levels, kpi, orders[0])

    stages, sample = levels.stages, levels.full
    steps = []
    for kpi in (VOLUME, PROFIT):
        everywhere = [_changes(levels, kpi, order) for order in orders]
        steps += [_step(kpi, sample.units[kpi], group, everywhere) for group in orders[0]]
    modes = {mode: f"{VOLUME}_{mode}" for mode in stages.market.modes.ids}
    by_mode = {mode: first(kpi) for mode, kpi in modes.items() if sample.has(kpi)}
    costs = {
        line: {group: -values for group, values in first(line).items()}
        for line in LINES
        if sample.has(line)
    }
    return Bridge(
        stages.start.name,
        stages.end.name,
        orders,
        pd.DataFrame.from_records(steps),
        pd.DataFrame.from_records([_ends(levels, kpi) for kpi in (VOLUME, PROFIT)]),
        _table(orders[0], by_mode),
        _table(orders[0], {SALES: first(SALES)} | costs),
        len(levels.replications),
        stages.notes(),
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


def _ends(levels: Levels, kpi: str) -> dict[str, object]:
    stages = levels.stages
    everything = frozenset({*stages.groups, *stages.switches})
    first, last = levels.of(kpi, frozenset()), levels.of(kpi, everything)
    gap = mean_limits(last - first)
    return {
        "kpi": kpi,
        "start": float(first.mean()),
        "end": float(last.mean()),
        "difference": float(gap.estimate),
        "low": float(gap.low),
        "high": float(gap.high),
        "unit": levels.full.units[kpi],
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
