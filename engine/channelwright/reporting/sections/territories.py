"""Section 8: territories and head-count by named area, and what the maps show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.reporting.estimates import Estimate, estimate, wide
from channelwright.reporting.grid import Cell, Column, Grid, Row
from channelwright.reporting.numbers import listed, many
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.words import ONE_KIND

DRAWN_KINDS = tuple(SITE_KINDS.index(name) for name in SITE_KINDS if name != "plant")


@dataclass(frozen=True)
class MapInfo:
    """What the map of one design shows.

    Attributes
    ----------
    design, title : str
    lat, lon : (n,) degrees, covered outlets
    mode : (n,) int64
    server : (n,) int64, row of `site_names`, -1 = none
    site_names : tuple of str
    site_lat, site_lon : (k,) degrees, open sites within the country of the outlets
    site_kind : (k,) int64, row of SITE_KINDS
    site_mode : (k,) int64, mode of the site, -1 = none
    town_names : tuple of str
    town_lat, town_lon : (a,) degrees
    town_size : (a,) people
    people : (M,) int64, head-count by mode
    """

    design: str
    title: str
    lat: np.ndarray
    lon: np.ndarray
    mode: np.ndarray
    server: np.ndarray
    site_names: tuple[str, ...]
    site_lat: np.ndarray
    site_lon: np.ndarray
    site_kind: np.ndarray
    site_mode: np.ndarray
    town_names: tuple[str, ...]
    town_lat: np.ndarray
    town_lon: np.ndarray
    town_size: np.ndarray
    people: np.ndarray


@dataclass(frozen=True)
class TerritoryRow:
    """One area in one design.

    Attributes
    ----------
    design, area : str
    outlets : int
    people : tuple of int, by mode
    sites : tuple of str, names of open sites in the area
    cases : Estimate
        Delivered to its outlets per week.
    """

    design: str
    area: str
    outlets: int
    people: tuple[int, ...]
    sites: tuple[str, ...]
    cases: Estimate


@dataclass(frozen=True)
class TerritoriesInfo:
    """Territories, head-count and maps.

    Attributes
    ----------
    section : SectionInfo
    rows : tuple of TerritoryRow
    maps : tuple of MapInfo
    """

    section: SectionInfo
    rows: tuple[TerritoryRow, ...]
    maps: tuple[MapInfo, ...]


def territories_info(data: StudyData, focus: str) -> TerritoriesInfo:
    """Return territories and head-count by area, and the content of the maps."""
    rows = _rows(data)
    maps = tuple(map_info(data.market, name, plan) for name, plan in data.designs.items())
    grids = (
        _people_grid(data, rows),
        _site_grid(data),
        _outlet_grid(data, rows),
    )
    section = SectionInfo(_headline(data, focus), (), grids)
    return TerritoriesInfo(section, rows, maps)


def area_people(market: Market, design: Design) -> np.ndarray:
    """Return people by area and mode, (A, M) int64; a person counts where most outlets are."""
    count = np.zeros((len(market.areas), len(market.modes)), dtype=np.int64)
    home = _home_areas(market, design)
    np.add.at(count, (home, design.reps.mode), 1)
    return count


def _home_areas(market: Market, design: Design) -> np.ndarray:
    served = np.flatnonzero(design.outlets.rep >= 0)
    table = np.zeros((len(design.reps), len(market.areas)), dtype=np.int64)
    np.add.at(table, (design.outlets.rep[served], market.outlets.area[served]), 1)
    home: np.ndarray = np.where(table.any(axis=1), table.argmax(axis=1), design.reps.area)
    return home


def _rows(data: StudyData) -> tuple[TerritoryRow, ...]:
    market = data.market
    weeks = data.days / 7.0
    cases = wide(data.cells, ("design", "area"), "cases_delivered") / weeks
    found = []
    for name, plan in data.designs.items():
        people = area_people(market, plan)
        covered = plan.outlets.mode >= 0
        outlets = np.bincount(market.outlets.area[covered], minlength=len(market.areas))
        for area, title in enumerate(market.areas.names):
            sites = np.flatnonzero(plan.sites.open & (market.sites.area == area))
            sample = cases.loc[(name, area)].to_numpy() if (name, area) in cases.index else [0.0]
            found.append(
                TerritoryRow(
                    name,
                    title,
                    int(outlets[area]),
                    tuple(people[area].tolist()),
                    tuple(market.sites.names[site] for site in sites),
                    estimate(sample),
                )
            )
    return tuple(found)


def map_info(market: Market, name: str, design: Design) -> MapInfo:
    """Return what the map of a design shows: sites far from every outlet are left out."""
    covered = np.flatnonzero(design.outlets.mode >= 0)
    lat, lon = market.outlets.lat[covered], market.outlets.lon[covered]
    drawn = np.flatnonzero(design.sites.open & np.isin(market.sites.kind, DRAWN_KINDS))
    drawn = drawn[_near(market.sites.lat[drawn], market.sites.lon[drawn], lat, lon)]
    place = np.full(len(market.sites) + 1, -1)
    place[drawn] = np.arange(len(drawn))
    towns = np.flatnonzero(_near(market.areas.lat, market.areas.lon, lat, lon))
    return MapInfo(
        name,
        design.title or name,
        lat,
        lon,
        design.outlets.mode[covered],
        place[design.outlets.site[covered]],
        tuple(market.sites.names[site] for site in drawn),
        market.sites.lat[drawn],
        market.sites.lon[drawn],
        market.sites.kind[drawn],
        design.sites.mode[drawn],
        tuple(market.areas.names[area] for area in towns),
        market.areas.lat[towns],
        market.areas.lon[towns],
        market.areas.population[towns],
        np.bincount(design.reps.mode, minlength=len(market.modes)),
    )


def _near(lat: np.ndarray, lon: np.ndarray, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    if len(lats) == 0:
        return np.ones(len(lat), dtype=bool)
    edge_lat = 0.15 * max(np.ptp(lats), 0.02)
    edge_lon = 0.15 * max(np.ptp(lons), 0.02)
    inside: np.ndarray = (lat >= lats.min() - edge_lat) & (lat <= lats.max() + edge_lat)
    inside &= (lon >= lons.min() - edge_lon) & (lon <= lons.max() + edge_lon)
    return inside


def _headline(data: StudyData, focus: str) -> str:
    base, plan = data.designs[data.baseline], data.designs[focus]
    moved = int(((base.outlets.site != plan.outlets.site) & (base.outlets.mode >= 0)).sum())
    title = f"“{data.title(focus)}”"
    people = f"works with {many(len(plan.reps), 'person', 'people')}"
    if focus == data.baseline:
        return f"{title} {people} and {many(int(plan.sites.open.sum()), 'open site')}."
    opened = _names(data, plan.sites.open & ~base.sites.open)
    closed = _names(data, base.sites.open & ~plan.sites.open)
    text = f"{title} "
    if len(plan.reps) or len(base.reps):
        text += f"{people} ({data.versus}: {len(base.reps)}) and "
    text += f"moves {many(moved, 'outlet')} of {len(base.outlets):,} to another server"
    changes = [f"opens {opened}"] if opened else []
    changes += [f"closes {closed}"] if closed else []
    return f"{text}; it {' and '.join(changes)}." if changes else f"{text}."


def _names(data: StudyData, chosen: np.ndarray) -> str:
    rows = np.flatnonzero(chosen)
    if len(rows) > 4:
        return many(len(rows), "site")
    return listed([data.market.sites.names[row] for row in rows])


def _people_grid(data: StudyData, rows: tuple[TerritoryRow, ...]) -> Grid:
    modes = data.market.modes.ids
    found = {(row.design, row.area): row for row in rows}
    body = [
        Row((area, *(_people_text(found[design, area].people, modes) for design in data.designs)))
        for area in data.market.areas.names
        if any(any(found[design, area].people) for design in data.designs)
    ]
    totals = []
    for design in data.designs:
        sums = np.sum([found[design, area].people for area in data.market.areas.names], axis=0)
        totals.append(_people_text(tuple(sums.tolist()), modes))
    body.append(Row(("All areas", *totals), strong=True))
    columns = (
        Column("Area"),
        *(Column(data.title(name), "text", design=name) for name in data.designs),
    )
    note = "People who call on outlets, counted in the area in which they have most outlets."
    long = len(body) > 30
    return Grid("Head-count by area", columns, tuple(body), note, folded=long, key="headcount")


def _people_text(people: tuple[int, ...], modes: tuple[str, ...]) -> str:
    parts = [f"{count} {mode}" for count, mode in zip(people, modes, strict=True) if count]
    total = sum(people)
    if not parts:
        return "·"
    return parts[0] if len(parts) == 1 else f"{total}: {', '.join(parts)}"


def _site_grid(data: StudyData) -> Grid:
    market = data.market
    out = wide(data.sites, ("design", "site"), "cases_out") * 7.0 / data.days
    body = []
    for site, name in enumerate(market.sites.names):
        if not any(plan.sites.open[site] for plan in data.designs.values()):
            continue
        cells: list[Cell] = []
        for design, plan in data.designs.items():
            served = float((plan.outlets.site == site).sum())
            flow = estimate(out.loc[(design, site)]) if (design, site) in out.index else None
            cells += [served, flow] if plan.sites.open[site] else [None, None]
        kind = ONE_KIND[int(market.sites.kind[site])]
        body.append(Row((name, kind, market.areas.names[market.sites.area[site]], *cells)))
    columns = [Column("Site"), Column("Kind"), Column("Area")]
    for design in data.designs:
        title = data.short(design)
        columns.append(Column(f"{title}: outlets", "number", "outlets", design=design))
        columns.append(Column(f"{title}: volume", "number", "cases/week", 0, design=design))
    note = (
        "Outlets: those assigned to the site (a wholesaler's customers may buy from others as "
        "well). Volume: cases out of the site. Empty: closed in the design."
    )
    long = len(body) > 20
    title = "Sites and their territories"
    return Grid(title, tuple(columns), tuple(body), note, folded=long, key="sites")


def _outlet_grid(data: StudyData, rows: tuple[TerritoryRow, ...]) -> Grid:
    found = {(row.design, row.area): row for row in rows}
    universe = np.bincount(data.market.outlets.area, minlength=len(data.market.areas))
    universe = universe + data.market.areas.universe_outlets.sum(axis=1)
    body = []
    for place, area in enumerate(data.market.areas.names):
        cells: list[Cell] = []
        for design in data.designs:
            row = found[design, area]
            cells += [float(row.outlets), row.cases]
        people = float(data.market.areas.population[place])
        body.append(Row((area, people, float(universe[place]), *cells)))
    columns = [
        Column("Area"),
        Column("Population", "number", "people"),
        Column("Universe", "number", "outlets"),
    ]
    for design in data.designs:
        title = data.short(design)
        columns.append(Column(f"{title}: covered", "number", "outlets", design=design))
        columns.append(Column(f"{title}: volume", "number", "cases/week", 0, design=design))
    return Grid("Outlets and volume by area", tuple(columns), tuple(body), folded=True, key="areas")
