"""Defects of execution in full, planted in a copy of the tiny pack."""

from tests.unit.scenario_defects import ROOT, Defect, Plant, in_root


def execution(text: str) -> Plant:
    return in_root("  tables:\n", f"  execution: {text}\n  tables:\n")


EXECUTION = (
    Defect(
        "execution_of_nothing",
        execution("{}"),
        ROOT,
        "market.execution (line",
        "",
        "names no part",
        "name a part",
    ),
    Defect(
        "execution_upside_down",
        execution("{display: {low: 1.2, high: 0.9}}"),
        ROOT,
        "market.execution.display.low (line",
        "",
        "low 1.2 is above high 0.9",
        "exchange",
    ),
    Defect(
        "execution_unknown_part",
        execution("{displays: {low: 0.9, high: 1.2}}"),
        ROOT,
        "market.execution.displays (line",
        "",
        "unknown key 'displays'",
        "did you mean 'display'?",
    ),
    Defect(
        "execution_share_above_one",
        execution("{range: {opening: 1.2}}"),
        ROOT,
        "market.execution.range.opening (line",
        "",
        "1.2",
        "",
    ),
)
