"""Section 4: from gross sales to contribution, by case and by mode, and from today to a rival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.reporting.estimates import Estimate, estimate, quotient, rows, wide
from channelwright.reporting.grid import Cell, Column, Grid, Row
from channelwright.reporting.money import BELOW_MARGIN, own_stock_change
from channelwright.reporting.numbers import money_estimate, plain
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.steps import PROFIT, bridge_grids, bridge_text, step_bridges
from channelwright.reporting.words import COST_WORDS
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the account: its name, the ledger lines that it adds up, and its kind.

    Attributes
    ----------
    name : str
    parts : tuple of str
        Lines of `channelwright.reporting.money.profit_lines`.
    total : bool
        A level of the bridge and not a step.
    """

    name: str
    parts: tuple[str, ...]
    total: bool = False


_COSTS = tuple(account.name for account in BELOW_MARGIN)
_SALES = ("gross", "rebates")
_MARGIN = (*_SALES, Account.PRODUCTION.name)
LINES = (
    Line("Gross sales", ("gross",), total=True),
    Line("Rebates", ("rebates",)),
    Line("Net sales", _SALES, total=True),
    Line("Production", (Account.PRODUCTION.name,)),
    Line("Gross margin", _MARGIN, total=True),
    *(Line(COST_WORDS[account], (account.name,)) for account in BELOW_MARGIN),
    Line("Contribution", (*_MARGIN, *_COSTS), total=True),
)


@dataclass(frozen=True)
class BridgeInfo:
    """The accounts of all designs.

    Attributes
    ----------
    section : SectionInfo
    lines : tuple of Line
    values : mapping of (design, line name) to Estimate
        Currency units over the measured days; costs are negative.
    differences : mapping of (design, line name) to Estimate
        Paired difference to the baseline.
    per_case : mapping of (design, mode) to Estimate
        Contribution per case delivered to outlets, currency units.
    """

    section: SectionInfo
    lines: tuple[Line, ...]
    values: dict[tuple[str, str], Estimate]
    differences: dict[tuple[str, str], Estimate]
    per_case: dict[tuple[str, str], Estimate]


def bridge_info(data: StudyData, lines: pd.DataFrame, focus: str) -> BridgeInfo:
    """Return the profit bridge."""
    samples = {
        (design, line.name): rows(lines, design=design, line=line.parts)
        for design in data.designs
        for line in LINES
    }
    base = data.baseline
    values = {key: estimate(sample) for key, sample in samples.items()}
    gaps = {
        (design, name): estimate(sample - samples[base, name])
        for (design, name), sample in samples.items()
    }
    cases = wide(data.cells, ("design", "mode"), "cases_delivered")
    per_case = {
        (design, mode): estimate(
            quotient(rows(lines, design=design, mode=row, line=LINES[-1].parts), below)
        )
        for design in data.designs
        for row, mode in enumerate(data.market.modes.ids)
        if (below := rows(cases, design=design, mode=row)).any()
    }
    grids = (
        _account_grid(data, values, samples),
        *_gap_grid(data, gaps),
        *bridge_grids(data, PROFIT),
        _per_case_grid(data, per_case),
        *(_mode_account(data, lines, cases, name) for name in dict.fromkeys((base, focus))),
    )
    steps = tuple(bridge_text(data, one) for one in step_bridges(data, PROFIT))
    section = SectionInfo(_headline(data, values, per_case, focus), steps, grids)
    return BridgeInfo(section, LINES, values, gaps, per_case)


def _headline(
    data: StudyData,
    values: dict[tuple[str, str], Estimate],
    per_case: dict[tuple[str, str], Estimate],
    focus: str,
) -> str:
    net = values[focus, "Net sales"].value
    left = values[focus, "Contribution"]
    share = left.value / net if net else float("nan")
    mine = {mode: value for (design, mode), value in per_case.items() if design == focus}
    text = (
        f"“{data.title(focus)}” keeps {plain(100 * share, 1)} of every 100 {data.currency} of net "
        f"sales: {money_estimate(left, data.currency, signed=False)} over {data.period}"
    )
    if len(mine) < 2:
        return f"{text}."
    best = max(mine, key=lambda mode: mine[mode].value)
    worst = min(mine, key=lambda mode: mine[mode].value)
    return (
        f"{text}. A case earns most in {best} ({data.currency} {plain(mine[best].value, 2)}) and "
        f"least in {worst} ({data.currency} {plain(mine[worst].value, 2)})."
    )


def _account_grid(
    data: StudyData,
    values: dict[tuple[str, str], Estimate],
    samples: dict[tuple[str, str], np.ndarray],
) -> Grid:
    body = [
        Row((line.name, *(values[name, line.name] for name in data.designs)), strong=line.total)
        for line in LINES
        if line.total or any(samples[name, line.name].any() for name in data.designs)
    ]
    stock = own_stock_change(data)
    found: list[Cell] = [
        estimate(stock.loc[name].to_numpy()) if name in stock.index else 0.0
        for name in data.designs
    ]
    body.append(Row(("For information: change of own stock", *found)))
    columns = (
        Column(f"{data.currency} over {data.period}"),
        *(Column(data.title(name), "money", data.currency, design=name) for name in data.designs),
    )
    note = (
        "Manufacturer's account, ex VAT. Gross sales are the manufacturer's invoices. The change "
        "of own stock is goods produced and not yet invoiced; it is not part of the contribution."
    )
    return Grid("From gross sales to contribution", columns, tuple(body), note, key="account")


def _gap_grid(data: StudyData, gaps: dict[tuple[str, str], Estimate]) -> tuple[Grid, ...]:
    if not data.rivals:
        return ()
    body = tuple(
        Row((line.name, *(gaps[name, line.name] for name in data.rivals)), strong=line.total)
        for line in LINES
        if line.total or any(gaps[name, line.name].value for name in data.rivals)
    )
    columns = (
        Column(f"{data.currency} against {data.versus}"),
        *(
            Column(data.title(name), "money", data.currency, signed=True, design=name)
            for name in data.rivals
        ),
    )
    note = (
        "Paired differences in the same random world, 95 % intervals; a minus is worse for profit."
    )
    return (Grid(f"Bridge from {data.versus}", columns, body, note, key="bridge"),)


def _per_case_grid(data: StudyData, per_case: dict[tuple[str, str], Estimate]) -> Grid:
    body = tuple(
        Row((mode, *(per_case.get((name, mode)) for name in data.designs)), mode=mode)
        for mode in data.market.modes.ids
        if any((name, mode) in per_case for name in data.designs)
    )
    columns = (
        Column("Contribution per case"),
        *(
            Column(data.title(name), "number", f"{data.currency}/case", 2, design=name)
            for name in data.designs
        ),
    )
    note = (
        "Per case delivered to outlets. Postings of whole sites and between sites (sell-in, "
        "freight, production, rent, interest) are shared over the outlet modes below the site by "
        "cases."
    )
    return Grid("Contribution per case by mode", columns, body, note, key="per_case")


def _mode_account(data: StudyData, lines: pd.DataFrame, cases: pd.DataFrame, design: str) -> Grid:
    used = [
        (row, mode)
        for row, mode in enumerate(data.market.modes.ids)
        if rows(cases, design=design, mode=row).any()
    ]
    below = {row: rows(cases, design=design, mode=row) for row, _ in used}
    body = []
    for line in LINES:
        found = [
            float(
                np.nanmean(
                    quotient(rows(lines, design=design, mode=row, line=line.parts), below[row])
                )
            )
            for row, _ in used
        ]
        if line.total or any(found):
            body.append(Row((line.name, *found), strong=line.total))
    columns = (
        Column(f"{data.currency} per case"),
        *(Column(mode, "number", f"{data.currency}/case", 2, mode=mode) for _, mode in used),
    )
    title = f"Account per case and mode: {data.title(design)}"
    return Grid(title, columns, tuple(body), folded=True, key=f"mode_account_{design}")
