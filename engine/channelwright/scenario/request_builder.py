"""The parts of a request that are to be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.model.request import HeadcountChoice, Request, SiteChoice, TermsChoice
from channelwright.rules import geography
from channelwright.scenario.calibration_builder import build_calibration
from channelwright.scenario.design_shapes import (
    ChosenHeadcount,
    ChosenOutlets,
    ChosenTerms,
    PeopleToChoose,
    SitesToChoose,
    TermsToChoose,
)
from channelwright.scenario.market_builder import to_ppm, to_ticks
from channelwright.scenario.rep_territories import build_rep_territories
from channelwright.scenario.second_tier import build_second_tier
from channelwright.scenario.site_shape import build_site_shape
from channelwright.scenario.territory_rules import build_rules

if TYPE_CHECKING:
    from channelwright.scenario.design_builder import DesignInput
    from channelwright.scenario.design_tables import DesignTables

NO_LIMIT = -1
_STOCKING = tuple(SITE_KINDS.index(kind) for kind in ("office", "tier1", "tier2", "wholesaler"))


def build_request(market: Market, given: DesignInput, start: Design) -> Request:
    """Return the request whose given parts are those of ``start``."""
    shape = given.shape
    sites = shape.outlets.optimise if isinstance(shape.outlets, ChosenOutlets) else None
    people = shape.headcount.optimise if isinstance(shape.headcount, ChosenHeadcount) else None
    terms = shape.terms.optimise if isinstance(shape.terms, ChosenTerms) else None
    return Request(
        name=given.name,
        title=shape.title,
        start=start,
        sites=None if sites is None else _sites(market, sites, start, given.tables),
        headcount=None if people is None else _people(market, people),
        terms=None if terms is None else _terms(market, terms),
        calibration=build_calibration(market, given.tables, given.name),
    )


def _modes(market: Market, names: Iterable[str]) -> IntArray:
    return np.array([market.modes.ids.index(name) for name in names], dtype=np.int64)


def _marked(names: Iterable[str], ids: tuple[str, ...]) -> BoolArray:
    wanted = set(names)
    return np.array([name in wanted for name in ids], dtype=np.bool_)


def _sites(market: Market, shape: SitesToChoose, start: Design, tables: DesignTables) -> SiteChoice:
    modes = _modes(market, shape.modes)
    mode_of = candidate_modes(market, shape, start)
    return SiteChoice(
        modes=modes,
        candidates=mode_of >= 0,
        candidate_mode=mode_of,
        forced=_marked(shape.forced, market.sites.ids),
        minimum=NO_LIMIT if shape.minimum is None else shape.minimum,
        maximum=NO_LIMIT if shape.maximum is None else shape.maximum,
        minimum_cases=float(shape.minimum_cases),
        maximum_share=float(shape.maximum_share),
        radius_metres=0 if shape.radius_km is None else int(shape.radius_km * 1000 + 0.5),
        locked=_marked(shape.locked, market.outlets.ids),
        rules=build_rules(market, shape.rules),
        second_tier=build_second_tier(market, shape.second_tier, mode_of, start),
        shape=build_site_shape(market, shape.rules, tables.get("neighbours")),
    )


def candidate_modes(market: Market, shape: SitesToChoose, start: Design) -> IntArray:
    """Return the mode under which each site may open, -1 = no candidate: (S,).

    ``all`` means the sites of the kinds that work in the mode in the starting design. A site
    that is open keeps its mode and a listed one has the mode that lists it; a closed one that
    several modes could take goes to the mode with most volume among its nearest outlets.
    """
    mode_of = np.full(len(market.sites), -1, dtype=np.int64)
    shared = np.zeros((len(shape.candidates), len(market.sites)), dtype=np.bool_)
    modes = _modes(market, shape.candidates)
    for row, sites in enumerate(shape.candidates.values()):
        if isinstance(sites, str):
            shared[row] = _all_of(market, int(modes[row]), start)
        else:
            mode_of[_marked(sites, market.sites.ids)] = modes[row]
    shared[:, mode_of >= 0] = False
    contested = np.flatnonzero(shared.any(axis=0))
    if contested.size:
        volume = _volume_nearby(market, modes, contested, start)
        # Open to a mode, and then the more volume the better: the first listed wins ties.
        mode_of[contested] = modes[np.where(shared[:, contested], volume, -1.0).argmax(axis=0)]
    return mode_of


def _all_of(market: Market, mode: int, start: Design) -> BoolArray:
    working = start.sites.open & (start.sites.mode == mode)
    kinds = np.unique(market.sites.kind[working])
    fits = np.isin(market.sites.kind, np.intersect1d(kinds, _STOCKING))
    return np.asarray(fits & (working | ~start.sites.open), dtype=np.bool_)


def _volume_nearby(market: Market, modes: IntArray, sites: IntArray, start: Design) -> FloatArray:
    """Return cases a day by mode of the outlets that have each site as their nearest: (m, n)."""
    rows = np.flatnonzero(np.isin(start.outlets.mode, modes))
    outlets, points = geography.outlet_points(market).take(rows), geography.site_points(market)
    metres = geography.distance_table(market.geography, outlets, points.take(sites)).astype(float)
    metres[metres < 0] = np.inf
    cases = (market.outlets.rate[rows] / market.products.units_per_case).sum(axis=1)
    volume = np.zeros((len(modes), len(sites)), dtype=np.float64)
    for row, mode in enumerate(modes):
        mine = start.outlets.mode[rows] == mode
        nearest = metres[mine].argmin(axis=1)
        volume[row] = np.bincount(nearest, weights=cases[mine], minlength=len(sites))
    return volume


def _people(market: Market, shape: PeopleToChoose) -> HeadcountChoice:
    locked = np.full((len(market.sites), len(market.modes)), NO_LIMIT, dtype=np.int64)
    for site, people in shape.locked.items():
        for mode, count in people.items():
            locked[market.sites.ids.index(site), market.modes.ids.index(mode)] = count
    least = shape.minimum_frequency
    return HeadcountChoice(
        modes=_modes(market, shape.modes),
        by=shape.by,
        frequencies=tuple(sorted({float(value) for value in shape.frequencies})),
        minimum_frequency=(float(least.A), float(least.B), float(least.C)),
        maximum_people=NO_LIMIT if shape.maximum_people is None else shape.maximum_people,
        locked=locked,
        territories=build_rep_territories(market, shape.territories),
    )


def _terms(market: Market, shape: TermsToChoose) -> TermsChoice:
    pay = np.zeros(len(market.roles), dtype=np.float64)
    for role, amount in shape.reservation_pay.items():
        pay[market.roles.ids.index(role)] = amount
    return TermsChoice(
        modes=_modes(market, shape.modes),
        commission=to_ppm(np.array(shape.commission)),
        bonus=to_ticks(np.array(shape.bonus)),
        margin_change=to_ppm(np.array(shape.margin_change)),
        reservation_pay=to_ticks(pay),
        reservation_roi=int(to_ppm(shape.reservation_roi)),
    )
