"""Defects of reactions to empty shelves, planted in a copy of the tiny pack."""

from tests.unit.scenario_defects import ROOT, Defect, Plant, in_root


def stockout(text: str) -> Plant:
    return in_root("  tables:\n", f"  stockout: {text}\n  tables:\n")


STOCKOUT = (
    Defect(
        "stockout_above_one",
        stockout("{wait: 0.5, product: 0.4, outlet: 0.3}"),
        ROOT,
        "market.stockout (line",
        "",
        "add up to 1.2, more than 1",
        "the rest is lost",
    ),
    Defect(
        "stockout_negative",
        stockout("{wait: -0.5}"),
        ROOT,
        "market.stockout.wait (line",
        "",
        "-0.5",
        "",
    ),
    Defect(
        "stockout_unknown_way",
        stockout("{leave: 0.5}"),
        ROOT,
        "market.stockout.leave (line",
        "",
        "unknown key 'leave'",
        "",
    ),
)
