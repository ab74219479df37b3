"""Checks of what a request asks the optimiser to choose."""

from __future__ import annotations

from collections.abc import Iterator

from channelwright.foundation.errors import Problem
from channelwright.rules.planning import FREQUENCIES
from channelwright.scenario.design_case import CHOSEN, Case, starts
from channelwright.scenario.design_shapes import (
    ChosenHeadcount,
    ChosenOutlets,
    ChosenTerms,
    PeopleToChoose,
    SitesToChoose,
    TermsToChoose,
)
from channelwright.scenario.rep_territories import rep_territory_problems
from channelwright.scenario.second_tier import second_tier_problems
from channelwright.scenario.site_shape import site_shape_problems
from channelwright.scenario.territory_rules import rule_problems
from channelwright.tables.checks import nearest

Place = tuple[str | int, ...]


def choice_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the parts of a design that are to be chosen."""
    shape = case.design.shape
    if shape is None:
        return
    yield from _starts(case)
    if isinstance(shape.outlets, ChosenOutlets):
        yield from _sites(case, shape.outlets.optimise, ("outlets", "optimise"))
    if isinstance(shape.headcount, ChosenHeadcount):
        yield from _people(case, shape.headcount.optimise, ("headcount", "optimise"))
    if isinstance(shape.terms, ChosenTerms):
        yield from _terms(case, shape.terms.optimise, ("terms", "optimise"))


def _starts(case: Case) -> Iterator[Problem]:
    document, shape = case.design.document, case.design.shape
    for part, name in starts(shape).items() if shape is not None else ():
        place = (part, "start")
        if name not in case.others:
            message = f"there is no design {name!r} to start from"
            yield document.problem(place, message, nearest(name, case.others))
            continue
        other = case.others[name].shape
        if other is not None and isinstance(getattr(other, part), CHOSEN):
            message = f"design {name!r} leaves its {part} to be chosen, too"
            yield document.problem(place, message, "start from a design that gives them")
        elif other is not None and starts(other):
            message = f"design {name!r} is itself a request"
            yield document.problem(place, message, "start from a design that is given whole")


def _sites(case: Case, shape: SitesToChoose, place: Place) -> Iterator[Problem]:
    document = case.design.document
    for row, mode in enumerate(shape.modes):
        yield from case.unknown((*place, "modes", row), mode, "modes")
    yield from _candidates(case, shape, place)
    listed = {site for sites in shape.candidates.values() for site in _listed(sites)}
    everything = any(isinstance(sites, str) for sites in shape.candidates.values())
    for row, site in enumerate(shape.forced):
        if site not in listed and not everything:
            message = f"forced site {site!r} is no candidate"
            yield document.problem((*place, "forced", row), message, nearest(site, listed))
        else:
            yield from case.unknown((*place, "forced", row), site, "sites")
    for row, outlet in enumerate(shape.locked):
        yield from case.unknown((*place, "locked", row), outlet, "outlets")
    if shape.minimum is not None and shape.maximum is not None and shape.minimum > shape.maximum:
        message = f"minimum {shape.minimum} is above maximum {shape.maximum}"
        yield document.problem((*place, "minimum"), message, "lower it, or raise the maximum")
    if shape.minimum is not None and not everything and shape.minimum > len(listed):
        message = f"minimum {shape.minimum} is above the number of candidates, {len(listed)}"
        yield document.problem((*place, "minimum"), message, "lower it, or add candidates")
    if shape.rules is not None:
        yield from rule_problems(case, shape.rules, (*place, "rules"))
        yield from site_shape_problems(case, shape, (*place, "rules"))
    if shape.second_tier is not None:
        named = None if everything else listed
        yield from second_tier_problems(case, shape.second_tier, named, (*place, "second_tier"))


def _listed(sites: tuple[str, ...] | str) -> tuple[str, ...]:
    return () if isinstance(sites, str) else sites


def _candidates(case: Case, shape: SitesToChoose, place: Place) -> Iterator[Problem]:
    document, kind = case.design.document, case.attribute("sites", "kind")
    lanes = case.market.get("lanes")
    supplied = set() if lanes is None else set(lanes["child"])
    taken: dict[str, str] = {}
    for mode, sites in shape.candidates.items():
        at = (*place, "candidates", mode)
        if mode not in shape.modes:
            message = f"mode {mode!r} is not among the modes to choose"
            yield document.problem(at, message, nearest(mode, shape.modes))
        for row, site in enumerate(_listed(sites)):
            yield from case.unknown((*at, row), site, "sites")
            reason, remedy = "", "remove it from the candidates"
            if kind.get(site) == "plant":
                reason = f"{site!r} is a plant"
            elif site in taken:
                reason = f"{site!r} is a candidate of {taken[site]!r}, too"
            elif site in kind and "sites" in case.market and site not in supplied:
                reason, remedy = f"no lane leads to {site!r}", "add one to table 'lanes'"
            if reason:
                yield document.problem((*at, row), reason, remedy)
            taken.setdefault(site, mode)


def _people(case: Case, shape: PeopleToChoose, place: Place) -> Iterator[Problem]:
    document = case.design.document
    yield from _called_modes(case, shape.modes, (*place, "modes"))
    for row, value in enumerate(shape.frequencies):
        if float(value) not in FREQUENCIES:
            message = f"{value:g} calls a week is no frequency of the 28-day cycle"
            remedy = f"use one of {', '.join(f'{one:g}' for one in FREQUENCIES)}"
            yield document.problem((*place, "frequencies", row), message, remedy)
    most, least = max(shape.frequencies), shape.minimum_frequency
    for grade, value in (("A", least.A), ("B", least.B), ("C", least.C)):
        if value > most:
            message = f"{value:g} calls a week is above every frequency that may be chosen"
            at = (*place, "minimum_frequency", grade)
            yield document.problem(at, message, f"use at most {most:g}")
    for site, people in shape.locked.items():
        yield from case.unknown((*place, "locked", site), site, "sites")
        for mode in people:
            yield from case.unknown((*place, "locked", site, mode), mode, "modes")
    if shape.territories is not None:
        yield from rep_territory_problems(case, shape.territories, (*place, "territories"))


def _called_modes(case: Case, modes: tuple[str, ...], place: Place) -> Iterator[Problem]:
    capture = case.attribute("modes", "capture")
    for row, mode in enumerate(modes):
        yield from case.unknown((*place, row), mode, "modes")
        if capture.get(mode, "visit") != "visit":
            message = f"nobody calls on outlets of mode {mode!r}"
            yield case.design.document.problem((*place, row), message, "remove it from the modes")


def _terms(case: Case, shape: TermsToChoose, place: Place) -> Iterator[Problem]:
    document, role = case.design.document, case.attribute("modes", "role")
    for row, mode in enumerate(shape.modes):
        yield from case.unknown((*place, "modes", row), mode, "modes")
        needed = role.get(mode, "")
        if needed and needed not in shape.reservation_pay:
            message = f"role {needed!r} of mode {mode!r} has no reservation pay"
            remedy = f"add {needed}: what such a person can earn elsewhere in a month"
            yield document.problem((*place, "reservation_pay"), message, remedy)
    for name in shape.reservation_pay:
        yield from case.unknown((*place, "reservation_pay", name), name, "roles")
