"""What each design loses against the best of every scenario."""

from __future__ import annotations

import numpy as np

from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.kpis import samples_of
from channelwright.reporting.reading import StudyData
from channelwright.stats.regret import regret_table

TAIL = 0.2


def regret_grid(data: StudyData) -> tuple[Grid, ...]:
    """Return regret over scenarios, all equally likely; no table with one scenario or design."""
    scenarios = [name for name in data.plan.markets if name in set(data.kpis["scenario"])]
    samples = [samples_of(data, "contribution", scenario=name) for name in scenarios]
    designs = [name for name in data.designs if all(name in sample for sample in samples)]
    if len(scenarios) < 2 or len(designs) < 2:
        return ()
    means = np.array([[sample[name].mean() for sample in samples] for name in designs])
    table = regret_table(means, tail=TAIL)
    body = tuple(
        Row(
            (data.title(name), *(float(table[column].iloc[row]) for column in _COLUMNS)),
            design=name,
        )
        for row, name in enumerate(designs)
    )
    columns = (
        Column("Design"),
        *(Column(title, "money", data.currency) for title in _COLUMNS.values()),
    )
    chosen = {rule: data.title(designs[int(np.argmax(table[rule].to_numpy()))]) for rule in _RULES}
    words = "; ".join(f"{_RULES[rule]}: {name}" for rule, name in chosen.items())
    note = f"Contribution lost against the best design of each scenario, equally likely. {words}."
    return (Grid("Regret over scenarios", columns, body, note, key="regret"),)


_COLUMNS = {"worst": "Worst", "expected": "Expected", "cvar": "Mean of the worst fifth"}
_RULES = {
    "minimax": "Least at worst",
    "least_expected": "least expected",
    "least_cvar": "least in the worst fifth",
}
