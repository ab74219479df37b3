"""Why a district request has no answer: the two numbers that clash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.districts.start import components_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channelwright.optimisation.districts.problem import DistrictProblem


def clashes(problem: DistrictProblem) -> tuple[str, ...]:
    """Return every clash that can be seen without a search; none does not promise feasibility.

    Parameters
    ----------
    problem : DistrictProblem
    """
    return (
        *_count_clashes(problem),
        *_pair_clashes(problem),
        *_part_clashes(problem),
        *_load_clashes(problem),
    )


def _count_clashes(problem: DistrictProblem) -> Iterator[str]:
    p = problem.territories
    usable = int(problem.candidates.sum())
    if usable < p:
        yield f"{p} territories are asked for but only {usable} units may be centres."
    if problem.centres.size > p:
        yield f"{problem.centres.size} centres are given but {p} territories are asked for."
    atoms = int(problem.atom.max()) + 1
    if atoms < p:
        yield f"{p} territories are asked for but pairs and locks leave only {atoms} groups."


def _pair_clashes(problem: DistrictProblem) -> Iterator[str]:
    names, atom = problem.unit_names, problem.atom
    for a, b in problem.apart.tolist():
        if atom[a] == atom[b]:
            yield f"{names[a]} and {names[b]} must be apart, but pairs or locks hold them together."
    for i, j in enumerate(problem.centres.tolist()):
        for k in problem.centres[i + 1 :].tolist():
            if atom[j] == atom[k]:
                yield f"{names[j]} and {names[k]} are both centres but must be together."


def _part_clashes(problem: DistrictProblem) -> Iterator[str]:
    """Compare what every separate part of the map holds with what its territories must hold."""
    part = components_of(problem)
    parts = int(part.max()) + 1
    if parts == 1:
        return
    # Pairs may join parts, but then no territory that holds both can be connected.
    for a, b in problem.together.tolist():
        if part[a] != part[b]:
            yield (
                f"{problem.unit_names[a]} and {problem.unit_names[b]} must be together but lie in "
                "parts of the map that no edge joins."
            )
    if parts > problem.territories:
        yield (
            f"the map has {parts} separate parts but {problem.territories} territories are asked "
            "for, and each must be connected; add edges or territories."
        )
        return
    for k in _hard(problem):
        load = np.bincount(part, weights=problem.activity[:, k], minlength=parts)
        low, high = float(problem.low[k]), float(problem.high[k])
        for number in range(parts):
            most = np.floor(load[number] / low * (1 + 1e-9)) if low > 0 else problem.territories
            least = max(1.0, np.ceil(load[number] / high * (1 - 1e-9)) if high > 0 else 1.0)
            if least > most:
                unit = problem.unit_names[int(np.flatnonzero(part == number)[0])]
                yield (
                    f"the part of the map around {unit} holds {load[number]:g} of "
                    f"{problem.measure_names[k]}, which no whole number of territories of {low:g} "
                    f"to {high:g} makes up; add edges or widen the tolerance."
                )


def _hard(problem: DistrictProblem) -> list[int]:
    hard = ~np.isfinite(problem.price) & np.isfinite(problem.tolerance)
    return [int(k) for k in np.flatnonzero(hard)]


def _load_clashes(problem: DistrictProblem) -> Iterator[str]:
    atom, names = problem.atom, problem.unit_names
    for k in _hard(problem):
        load = np.bincount(atom, weights=problem.activity[:, k])
        high, measure = float(problem.high[k]), problem.measure_names[k]
        for a in np.flatnonzero(load > high * (1 + 1e-9)).tolist():
            members = np.flatnonzero(atom == a)
            unit = names[int(members[0])]
            whose = unit if members.size == 1 else f"{unit} and what is held with it"
            yield (
                f"{whose} has {load[a]:g} of {measure} but a territory may have at most {high:g} "
                f"({problem.tolerance[k]:.3g} above the mean {problem.mean[k]:g}); widen the "
                "tolerance, price it, or ask for fewer territories."
            )


def tightness(problem: DistrictProblem) -> str:
    """Explain an infeasibility that only the search could show.

    Parameters
    ----------
    problem : DistrictProblem
    """
    parts = [
        f"{problem.measure_names[k]}: each of {problem.territories} territories between "
        f"{problem.low[k]:g} and {problem.high[k]:g}, largest unit "
        f"{problem.activity[:, k].max():g}"
        for k in _hard(problem)
    ]
    rules = [
        text
        for text, size in (
            ("connection", 0 if problem.edges is None else 1),
            ("locks", int((problem.locks >= 0).sum())),
            ("pairs together", len(problem.together)),
            ("pairs apart", len(problem.apart)),
        )
        if size
    ]
    return (
        "no choice of territories meets all rules together (shown by branch and bound); "
        + "; ".join(parts)
        + (f"; also asked for: {', '.join(rules)}" if rules else "")
        + ". Widen a tolerance, price it, or release locks and pairs."
    )
