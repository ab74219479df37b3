"""Section 3: what changes volume, and what only moves between modes.

Parcels to consumers are the volume of the mode that a design's shop names: no outlet moves there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.reporting.estimates import Estimate, estimate, quotient, rows, wide
from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.numbers import compact, listed, percent, share_estimate
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.steps import VOLUME, bridge_grids, bridge_text, step_bridges
from channelwright.reporting.words import mode_label
from channelwright.rules.parcels import parcel_shop


@dataclass(frozen=True)
class ModeChange:
    """Change of one mode's volume against the baseline, cases per week.

    Attributes
    ----------
    design, mode : str
    before, after : Estimate
        Delivered to outlets, or in parcels to consumers.
    moved : float
        Volume of the outlets that came, less that of the outlets that left, at the baseline's
        sales; adds up to zero over the modes unless coverage changes.
    grown : Estimate
        The rest: outlets buy more or less than before.
    """

    design: str
    mode: str
    before: Estimate
    after: Estimate
    moved: float
    grown: Estimate


@dataclass(frozen=True)
class VolumeInfo:
    """Volume by design and mode.

    Attributes
    ----------
    section : SectionInfo
    modes : tuple of str
        Modes in use, in pack order.
    cases : mapping of (design, mode) to Estimate
        Cases per week delivered to outlets, or in parcels to consumers.
    changes : tuple of ModeChange
        Every rival and mode.
    sell_out : mapping of design to Estimate
        Units sold to consumers, by outlets or in parcels, relative to the baseline, share.
    """

    section: SectionInfo
    modes: tuple[str, ...]
    cases: dict[tuple[str, str], Estimate]
    changes: tuple[ModeChange, ...]
    sell_out: dict[str, Estimate]


def volume_info(data: StudyData, focus: str) -> VolumeInfo:
    """Return what changes volume."""
    weeks = data.days / 7.0
    delivered = wide(data.cells, ("design", "mode"), "cases_delivered") / weeks
    cases = {
        (design, mode): rows(delivered, design=design, mode=row)
        for design in data.designs
        for row, mode in enumerate(data.market.modes.ids)
    }
    shops = _shops(data)
    for design, shop in shops.items():
        cases[design, shop.mode] = cases[design, shop.mode] + shop.cases / weeks
    used = tuple(m for m in data.market.modes.ids if any(cases[d, m].any() for d in data.designs))
    by_outlets = wide(data.cells, ("design",), "units_sold")
    sold = {
        name: by_outlets.loc[name].to_numpy() + (shops[name].units if name in shops else 0.0)
        for name in data.designs
    }
    base = sold[data.baseline]
    sell_out = {name: estimate(quotient(sold[name], base) - 1.0) for name in data.designs}
    changes = tuple(
        change for rival in data.rivals for change in _changes(data, cases, rival, used)
    )
    estimates = {key: estimate(values) for key, values in cases.items() if key[1] in used}
    grids = (
        _mode_grid(data, used, cases),
        *_change_grid(data, used, changes),
        *bridge_grids(data, VOLUME),
        _demand_grid(data, shops),
    )
    headline = _headline(data, focus, sell_out, changes)
    steps = tuple(bridge_text(data, one) for one in step_bridges(data, VOLUME))
    section = SectionInfo(headline, (*_text(focus, changes, shops), *steps), grids)
    return VolumeInfo(section, used, estimates, changes, sell_out)


@dataclass(frozen=True)
class _Shop:
    """Parcels of one design: the mode of the shop, cases delivered, units less those sent back.

    ``cases``, ``units`` : (replications,) over the measured days.
    """

    mode: str
    cases: np.ndarray
    units: np.ndarray


def _shops(data: StudyData) -> dict[str, _Shop]:
    """Return the parcels of every design that has some."""
    found = {}
    per_case = data.market.products.units_per_case
    for name, design in data.designs.items():
        shop, mine = parcel_shop(design), data.parcels[data.parcels["design"] == name]
        if shop is None or mine.empty:
            continue
        cases = mine["delivered"] / per_case[mine["product"].to_numpy(np.int64)]
        sums = mine.assign(cases=cases, kept=mine["delivered"] - mine["returned"])
        totals = sums.groupby("replication")[["cases", "kept"]].sum()
        totals = totals.reindex(sorted(data.replications), fill_value=0.0)
        mode = data.market.modes.ids[shop.mode]
        found[name] = _Shop(mode, totals["cases"].to_numpy(), totals["kept"].to_numpy())
    return found


def moved_volume(data: StudyData, rival: str, before: dict[str, float]) -> dict[str, float]:
    """Return what moves into each mode (net), valued at the baseline's sales per outlet.

    Every outlet counts with its share of the base demand of its old mode, so that what leaves one
    mode arrives in others; outlets that the rival drops are a loss, and outlets that only the rival
    covers count as growth.
    """
    ids = data.market.modes.ids
    units = data.market.products.units_per_case
    demand = (data.market.outlets.rate / units).sum(axis=1)
    old, new = data.designs[data.baseline].outlets.mode, data.designs[rival].outlets.mode
    base = np.bincount(old[old >= 0], demand[old >= 0], minlength=len(ids))
    net = np.zeros(len(ids))
    for outlet in np.flatnonzero((old != new) & (old >= 0)):
        value = before[ids[old[outlet]]] * demand[outlet] / max(base[old[outlet]], 1e-12)
        net[old[outlet]] -= value
        if new[outlet] >= 0:
            net[new[outlet]] += value
    return dict(zip(ids, net.tolist(), strict=True))


def _changes(
    data: StudyData, cases: dict[tuple[str, str], np.ndarray], rival: str, used: tuple[str, ...]
) -> list[ModeChange]:
    before = {m: float(cases[data.baseline, m].mean()) for m in data.market.modes.ids}
    moved = moved_volume(data, rival, before)
    return [
        ModeChange(
            rival,
            mode,
            estimate(cases[data.baseline, mode]),
            estimate(cases[rival, mode]),
            moved[mode],
            estimate(cases[rival, mode] - cases[data.baseline, mode] - moved[mode]),
        )
        for mode in used
    ]


def _headline(
    data: StudyData,
    focus: str,
    sell_out: dict[str, Estimate],
    changes: tuple[ModeChange, ...],
) -> str:
    if focus == data.baseline:
        return "There is no rival whose volume could differ."
    moved = sum(max(c.moved, 0.0) for c in changes if c.design == focus)
    change = sell_out[focus]
    title = data.title(focus)
    if change.decided or not change.bounded:
        verb = "raises" if change.value > 0 else "lowers"
        sign = 1.0 if change.value > 0 else -1.0
        ends = sorted((sign * change.low, sign * change.high))
        size = share_estimate(Estimate(abs(change.value), *ends), decimals=2)
        result = f"{verb} sales to consumers by {size}"
    else:
        result = "leaves sales to consumers where they are"
    if moved < 0.5:
        return f"“{title}” moves no outlet to another mode and {result}."
    return (
        f"“{title}” moves {compact(moved)} cases a week between modes and {result}: only the "
        "latter is growth."
    )


def _text(focus: str, changes: tuple[ModeChange, ...], shops: dict[str, _Shop]) -> tuple[str, ...]:
    mine = [change for change in changes if change.design == focus]
    if not mine:
        return ()
    given = [f"{c.mode} ({compact(-c.moved)})" for c in mine if c.moved < -0.5]
    taken = [f"{c.mode} ({compact(c.moved)})" for c in mine if c.moved > 0.5]
    grown = max(mine, key=lambda c: c.grown.value)
    sentences = []
    if given and taken:
        sentences.append(
            f"Cases a week leave {listed(given)} and arrive in {listed(taken)} because outlets "
            "change mode."
        )
    if grown.grown.decided and grown.grown.value > 0:
        whole = sum(c.before.value for c in mine)
        in_parcels = focus in shops and shops[focus].mode == grown.mode
        what = "to consumers in parcels" if in_parcels else "more than these outlets bought before"
        sentences.append(
            f"The largest true gain is in {grown.mode}: {compact(grown.grown.value)} cases a week "
            f"{what}, {percent(grown.grown.value / whole)} of all."
        )
    return (" ".join(sentences),) if sentences else ()


def _mode_grid(
    data: StudyData, used: tuple[str, ...], cases: dict[tuple[str, str], np.ndarray]
) -> Grid:
    names = dict(zip(data.market.modes.ids, data.market.modes.names, strict=True))
    body = [
        Row(
            (
                mode_label(mode, names[mode]),
                *(estimate(cases[name, mode]) for name in data.designs),
            ),
            mode=mode,
        )
        for mode in used
    ]
    totals = [
        estimate(np.sum([cases[name, mode] for mode in used], axis=0)) for name in data.designs
    ]
    body.append(Row(("All modes", *totals), strong=True))
    columns = (
        Column("Mode"),
        *(Column(data.title(name), "number", "cases/week", design=name) for name in data.designs),
    )
    buyers = "outlets or, in parcels, to consumers" if len(data.parcels) else "outlets"
    note = f"Delivered to {buyers}, mean of the measured weeks; 95 % intervals."
    return Grid("Volume by mode", columns, tuple(body), note, key="volume_by_mode")


def _change_grid(
    data: StudyData, used: tuple[str, ...], changes: tuple[ModeChange, ...]
) -> tuple[Grid, ...]:
    if not changes:
        return ()
    found = {(change.design, change.mode): change for change in changes}
    body = [
        Row(
            (
                mode,
                *(
                    value
                    for rival in data.rivals
                    for value in (found[rival, mode].moved, found[rival, mode].grown)
                ),
            ),
            mode=mode,
        )
        for mode in used
    ]
    columns = [Column("Mode")]
    for rival in data.rivals:
        title = data.short(rival)
        columns.append(Column(f"{title}: moved", "number", "cases/week", signed=True, design=rival))
        columns.append(Column(f"{title}: grown", "number", "cases/week", signed=True, design=rival))
    parcels = ", and parcels to consumers" if len(data.parcels) else ""
    note = (
        f"Change of each mode against {data.versus}. Moved: outlets that change mode, at what "
        "their old mode sold; it adds up to zero unless outlets are dropped. Grown: the rest, that "
        "is what the same outlets sell more or less, and outlets that were not covered before"
        f"{parcels}."
    )
    return (Grid("Moved and grown", tuple(columns), tuple(body), note, key="moved_and_grown"),)


def _demand_grid(data: StudyData, shops: dict[str, _Shop]) -> Grid:
    weeks = data.days / 7.0
    measures = (
        ("Demanded at outlets" if shops else "Demanded by consumers", "units_demanded"),
        ("Sold by outlets" if shops else "Sold to consumers", "units_sold"),
        ("of which online", "units_online"),
    )
    body = []
    for label, column in measures:
        table = wide(data.cells, ("design",), column) / weeks
        body.append(Row((label, *(estimate(table.loc[n].to_numpy()) for n in data.designs))))
    if shops:
        none = np.zeros(len(data.replications))
        units = [shops[n].units / weeks if n in shops else none for n in data.designs]
        body.append(Row(("Sold in parcels, less those sent back", *map(estimate, units))))
    columns = (
        Column("Units a week"),
        *(Column(data.title(name), "number", "units/week", design=name) for name in data.designs),
    )
    note = (
        "Demand rises with execution in the outlet, which calls and orders lift; unmet demand is "
        "lost."
    )
    return Grid("Demand and sell-out", columns, tuple(body), note, key="sell_out")
