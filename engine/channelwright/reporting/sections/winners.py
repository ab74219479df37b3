"""Section 6: who wins and who loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.reporting.estimates import Estimate, estimate, wide
from channelwright.reporting.grid import Cell, Column, Grid, Row
from channelwright.reporting.money import party_flows
from channelwright.reporting.numbers import listed, many, money, percent, verb
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.sections.terms import terms_grid
from channelwright.reporting.words import MANY_KINDS, ONE_KIND, SITE_WORDS

PARTY_ORDER = (
    "Manufacturer",
    *SITE_WORDS.values(),
    "Shops",
    "Chains",
    "People who sell",
)
DAYS_PER_MONTH = 365.0 / 12.0


@dataclass(frozen=True)
class PartyResult:
    """Result of a group of parties in one design.

    Attributes
    ----------
    design, party : str
    result, difference : Estimate
        Currency units over the measured days; difference to the baseline.
    """

    design: str
    party: str
    result: Estimate
    difference: Estimate


@dataclass(frozen=True)
class HouseResult:
    """Result of one house in one design.

    Attributes
    ----------
    design, site, kind : str
    cases : Estimate
        Per week, out of the house.
    profit : Estimate
        Currency units over the measured days.
    roi : Estimate
        Per year.
    """

    design: str
    site: str
    kind: str
    cases: Estimate
    profit: Estimate
    roi: Estimate


@dataclass(frozen=True)
class PayResult:
    """Pay of the people of one mode in one design, currency units per month and person.

    Attributes
    ----------
    design, mode, role : str
    people : int
    mean : Estimate
    lowest, highest : float
        Means of the person who earns least and most.
    sales : Estimate
        Sales per person and month.
    effort : Estimate
        Mean effort multiplier, 1 = the effort at which strike rates are stated.
    """

    design: str
    mode: str
    role: str
    people: int
    mean: Estimate
    lowest: float
    highest: float
    sales: Estimate
    effort: Estimate


@dataclass(frozen=True)
class WinnersInfo:
    """Who wins and who loses.

    Attributes
    ----------
    section : SectionInfo
    parties : tuple of PartyResult
    houses : tuple of HouseResult
    pay : tuple of PayResult
    """

    section: SectionInfo
    parties: tuple[PartyResult, ...]
    houses: tuple[HouseResult, ...]
    pay: tuple[PayResult, ...]


def winners_info(data: StudyData, focus: str, found: pd.DataFrame) -> WinnersInfo:
    """Return results by party, by house and by person.

    Parameters
    ----------
    data : StudyData
    focus : str
        Design that the sentences are about.
    found : DataFrame
        As `channelwright.reporting.money.houses` returns it.
    """
    parties = _parties(data, found)
    results = _houses(data, found)
    pay = tuple(item for name in data.designs for item in _pay(data, name))
    grids = (
        _party_grid(data, parties, differences=False),
        *((_party_grid(data, parties, differences=True),) if data.rivals else ()),
        *_roi_grid(data, results),
        *_house_grid(data, results),
        *_pay_grid(data, pay),
        terms_grid(data),
    )
    section = SectionInfo(_headline(data, focus, parties), _text(data, focus, results), grids)
    return WinnersInfo(section, parties, results, pay)


def _parties(data: StudyData, found: pd.DataFrame) -> tuple[PartyResult, ...]:
    flows = party_flows(data)
    table = wide(flows[flows["party"] != "Outside"], ("design", "party"), "amount")
    kind = data.market.sites.kind[found["site"].to_numpy()]
    owned = wide(
        found.assign(party=[MANY_KINDS[int(row)] for row in kind]), ("design", "party"), "profit"
    )
    # Houses count the goods that they bought and still hold; the flows alone do not.
    table = pd.concat([table[~table.index.isin(owned.index)], owned])
    names = [name for name in PARTY_ORDER if name in table.index.get_level_values("party")]
    zeros = np.zeros(table.shape[1])
    values = {key: np.asarray(sample, dtype=float) for key, sample in table.iterrows()}
    return tuple(
        PartyResult(
            design,
            party,
            estimate(mine := values.get((design, party), zeros)),
            estimate(mine - values.get((data.baseline, party), zeros)),
        )
        for design in data.designs
        for party in names
    )


def _houses(data: StudyData, found: pd.DataFrame) -> tuple[HouseResult, ...]:
    sites = data.market.sites
    weeks = data.days / 7.0
    parts = found.groupby(["design", "site"], sort=True)
    samples = {(str(name), int(site)): part for (name, site), part in parts}
    return tuple(
        HouseResult(
            design,
            sites.names[site],
            ONE_KIND[int(sites.kind[site])],
            estimate(samples[design, site]["cases"].to_numpy() / weeks),
            estimate(samples[design, site]["profit"].to_numpy()),
            estimate(samples[design, site]["roi"].to_numpy()),
        )
        for site in range(len(sites))
        for design in data.designs
        if (design, site) in samples
    )


def _pay(data: StudyData, design: str) -> list[PayResult]:
    plan = data.designs[design].reps
    mine = data.reps[data.reps["design"] == design]
    months = data.days / DAYS_PER_MONTH
    found = []
    for row in np.unique(plan.mode):
        people = np.flatnonzero(plan.mode == row)
        team = mine[mine["rep"].isin(people)]
        if team.empty:
            continue
        sums = team.groupby("replication")[["pay", "sales"]].sum() / (
            TICKS_PER_UNIT * months * len(people)
        )
        each = team.groupby("rep")["pay"].mean() / (TICKS_PER_UNIT * months)
        found.append(
            PayResult(
                design,
                data.market.modes.ids[int(row)],
                data.market.roles.ids[int(plan.role[people[0]])].replace("_", " "),
                len(people),
                estimate(sums["pay"].to_numpy()),
                float(each.min()),
                float(each.max()),
                estimate(sums["sales"].to_numpy()),
                _effort(data, design, int(row)),
            )
        )
    return found


def _effort(data: StudyData, design: str, mode: int) -> Estimate:
    table = data.effort
    mine = table[(table["design"] == design) & (table["mode"] == mode)]
    return estimate(mine["actual"].to_numpy())


def _headline(data: StudyData, focus: str, parties: tuple[PartyResult, ...]) -> str:
    if focus == data.baseline:
        return "Without a rival nobody wins or loses."
    mine = [item for item in parties if item.design == focus and item.difference.decided]
    wins = [_named(data, item) for item in mine if item.difference.value > 0]
    loses = [_named(data, item) for item in mine if item.difference.value < 0]
    title = data.title(focus)
    if wins and loses:
        return f"Under “{title}” {listed(wins)} win; {listed(loses)} lose."
    if wins:
        return f"Under “{title}” {listed(wins)} win, and nobody is shown to lose."
    if loses:
        return f"Under “{title}” {listed(loses)} lose, and nobody is shown to win."
    return f"Under “{title}” no party's result is shown to change."


def _named(data: StudyData, item: PartyResult) -> str:
    name = "the manufacturer" if item.party == "Manufacturer" else item.party.lower()
    return f"{name} ({money(item.difference.value, data.currency, signed=True)})"


def _text(data: StudyData, focus: str, results: tuple[HouseResult, ...]) -> tuple[str, ...]:
    mine = [item for item in results if item.design == focus]
    if not mine:
        return ()
    poor = [item for item in mine if item.roi.value < 0]
    low = min(mine, key=lambda item: item.roi.value)
    high = max(mine, key=lambda item: item.roi.value)
    tail = (
        f" {many(len(poor), 'house')} {verb(len(poor), 'loses')} money and would leave."
        if poor
        else " No house loses money."
    )
    span = (
        f"{percent(low.roi.value)} ({low.site}) to {percent(high.roi.value)} ({high.site}) a year"
    )
    houses = f"Returns of the {many(len(mine), 'house')} under “{data.title(focus)}”"
    return (f"{houses} run from {span}.{tail}",)


def _party_grid(data: StudyData, parties: tuple[PartyResult, ...], *, differences: bool) -> Grid:
    found = {(item.design, item.party): item for item in parties}
    names = list(dict.fromkeys(item.party for item in parties))
    designs = data.rivals if differences else tuple(data.designs)
    body = tuple(
        Row(
            (
                name,
                *(
                    found[d, name].difference if differences else found[d, name].result
                    for d in designs
                ),
            )
        )
        for name in names
    )
    columns = (
        Column(f"{data.currency} over {data.period}"),
        *(
            Column(data.title(name), "money", data.currency, signed=differences, design=name)
            for name in designs
        ),
    )
    note = (
        "Manufacturer: contribution. Houses: profit after interest with the change of their stock. "
        "Shops and chains: takings less purchases plus rebates, before their own costs, which are "
        "not modelled. People who sell: pay."
    )
    if differences:
        title, key, note = f"Who wins and loses against {data.versus}", "winners", ""
    else:
        title, key = "Result by party", "parties"
    return Grid(title, columns, body, note, key=key)


def _roi_grid(data: StudyData, results: tuple[HouseResult, ...]) -> tuple[Grid, ...]:
    if not results:
        return ()
    found = {(item.design, item.site): item for item in results}
    names = list(dict.fromkeys((item.site, item.kind) for item in results))
    body = tuple(
        Row(
            (
                site,
                kind,
                *(found[d, site].roi if (d, site) in found else None for d in data.designs),
            )
        )
        for site, kind in names
    )
    columns = (
        Column("House"),
        Column("Kind"),
        *(Column(data.title(name), "share", design=name) for name in data.designs),
    )
    note = (
        "Return a year: profit after interest, with the change of stock, over mean stock + credit "
        "given − credit taken. Empty: the house is not open in the design, or has no capital."
    )
    grid = Grid("Return of every house", columns, body, note, folded=len(body) > 20, key="roi")
    return (grid,)


def _house_grid(data: StudyData, results: tuple[HouseResult, ...]) -> tuple[Grid, ...]:
    if not results:
        return ()
    body = tuple(
        Row(
            (item.site, item.kind, data.title(item.design), item.cases, item.profit),
            design=item.design,
        )
        for item in results
    )
    columns = (
        Column("House"),
        Column("Kind"),
        Column("Design"),
        Column("Sales", "number", "cases/week"),
        Column(f"Profit over {data.period}", "money", data.currency),
    )
    return (Grid("Volume and profit of every house", columns, body, folded=True, key="houses"),)


def _pay_grid(data: StudyData, pay: tuple[PayResult, ...]) -> tuple[Grid, ...]:
    if not pay:
        return ()
    body = tuple(Row(_pay_cells(data, item), design=item.design, mode=item.mode) for item in pay)
    columns = (
        Column("Design"),
        Column("Mode"),
        Column("Role"),
        Column("People", "number", "people"),
        Column("Mean pay", "money", f"{data.currency}/month"),
        Column("Lowest", "money", f"{data.currency}/month"),
        Column("Highest", "money", f"{data.currency}/month"),
        Column("Sales per person", "money", f"{data.currency}/month"),
        Column("Effort", "number", "multiplier", 2),
    )
    note = (
        "Wage, commission and bonus per person and month; lowest and highest person of the team. "
        "Effort follows the terms: 1 is the effort at which strike rates are stated."
    )
    return (Grid("Pay of the people who sell", columns, body, note, one_scale=False, key="pay"),)


def _pay_cells(data: StudyData, item: PayResult) -> tuple[Cell, ...]:
    title = data.title(item.design)
    count = float(item.people)
    pay = (item.mean, item.lowest, item.highest, item.sales)
    return (title, item.mode, item.role, count, *pay, item.effort)
