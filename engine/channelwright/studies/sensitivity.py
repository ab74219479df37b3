"""How the answer of a pack depends on its assumptions, and where the ranking of designs flips."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.errors import PackError, Problem, UsageError
from channelwright.rules.kpi_registry import KPIS, declared
from channelwright.stats.arrays import settled_difference
from channelwright.stats.flips import Flip, find_flip
from channelwright.stats.sensitivity import indices, points, tornado
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray
    from channelwright.model.study import Pack
    from channelwright.stats.sensitivity import Method
    from channelwright.studies.samples import Samples

USUAL = Setting()
REPLICATIONS = 10


@dataclass(frozen=True)
class Vary:
    """One assumption and its range.

    Attributes
    ----------
    path : str
        Field or cell as an override names it: ``market.behaviour.ceiling``,
        ``market.tables.modes[DSD].strike``, ``market.tables.vehicles[*].km_cost``.
    low, high : float
    factor : bool
        True: the ends multiply what the pack says, 1 is as it stands.
    """

    path: str
    low: float
    high: float
    factor: bool = False

    def setting(self, value: float) -> object:
        """Return what an override writes for a value."""
        plain = float(f"{value:.9g}")
        if self.factor:
            return f"x{plain!r}"
        return int(plain) if plain.is_integer() else plain

    def __str__(self) -> str:
        """Return path and range as they are written on the command line."""
        mark = "x" if self.factor else ""
        return f"{self.path}={mark}{self.low:g}:{mark}{self.high:g}"


class AssumptionError(UsageError):
    """The pack refuses what an assumption asks for; a line per assumption and reason.

    Parameters
    ----------
    lines : iterable of str
        Assumption as it was given, value, what is wrong and the remedy.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


class Worlds:
    """Simulates designs of a pack under any values of its assumptions, each found again later.

    Parameters
    ----------
    source : path of the pack
    designs : names, the baseline first
    scenario : scenario below all values
    replications : int
    setting : Setting
    """

    def __init__(
        self,
        source: str | Path,
        designs: Sequence[str],
        scenario: str,
        replications: int,
        setting: Setting,
    ) -> None:
        self._source, self._scenario = source, scenario
        self._designs, self._replications, self._setting = tuple(designs), replications, setting

    def at(self, settings: Sequence[Mapping[str, object]]) -> list[Samples]:
        """Return the KPIs under each set of values; an empty set is the pack as it stands."""
        from channelwright.scenario import read_scenario

        names = [f"{_POINT}{number}" for number in range(len(settings))]
        fields = dict(zip(names, settings, strict=True))
        pack = read_scenario(self._source, names, settings=fields, on=self._scenario)
        there = replace(self._setting, scenarios=tuple(names), baseline=self._designs[0])
        runs = there.simulate(pack, self._designs, self._replications)
        return [collect(runs, name) for name in names]


#: Scenarios of this name set the values of one point; a problem of the pack names one of them.
_POINT = "point"
_NAMED = re.compile(rf"\b{_POINT}(?P<number>\d+)\b(?:\.(?P<path>.*?))?(?: \(line|\)|$)")


def _played(
    worlds: Worlds, settings: Sequence[Mapping[str, object]], assumptions: Sequence[Vary]
) -> list[Samples]:
    """Return the KPIs under each set of values, or say which assumption the pack refuses."""
    try:
        return worlds.at(settings)
    except PackError as error:
        lines = dict.fromkeys(_refusals(error.problems, settings, assumptions))
        if not lines:
            raise
        raise AssumptionError(tuple(lines)) from None


def _refusals(
    problems: Sequence[Problem],
    settings: Sequence[Mapping[str, object]],
    assumptions: Sequence[Vary],
) -> Iterator[str]:
    """Yield what is wrong with an assumption; the same reason at further values is left out."""
    known: set[tuple[str, str]] = set()
    for problem in problems:
        found = _NAMED.search(f"{problem.place} {problem.file}")
        if found is None:
            continue
        point = settings[int(found["number"])]
        for one in assumptions:
            named = found["path"] == one.path or not found["path"]
            if named and one.path in point and (one.path, problem.message) not in known:
                known.add((one.path, problem.message))
                yield f"{one}, at {point[one.path]}: {problem.message}; {problem.remedy}"


@dataclass(frozen=True)
class Sensitivity:
    """What a sensitivity study found.

    Attributes
    ----------
    method, kpi, baseline : str
    table : DataFrame
        Row per design and assumption. ``result``: the KPI of the design, or its paired difference
        to the baseline. Columns of `channelwright.stats.sensitivity`.
    points, replications : int
    unit : str, of the KPI, with the pack's currency
    """

    method: str
    kpi: str
    baseline: str
    table: pd.DataFrame
    points: int
    replications: int
    unit: str


def sensitivity(
    source: str | Path,
    assumptions: Sequence[Vary],
    method: Method = "tornado",
    *,
    kpi: str = "contribution",
    designs: Sequence[str] | None = None,
    scenario: str | None = None,
    replications: int = REPLICATIONS,
    size: int = 8,
    setting: Setting = USUAL,
) -> Sensitivity:
    """Vary assumptions of a pack and say which of them move a KPI.

    Every point is simulated in the same random worlds and kept like any other run.

    Parameters
    ----------
    source : path of the pack
    assumptions : sequence of Vary
    method : ``tornado``, ``morris`` or ``sobol``
    kpi : str
    designs : default: those of the pack's study; the first is the baseline
    scenario : default: the study's first
    replications : int, per point and design
    size : int, trajectories of Morris, or base sample of Sobol
    setting : Setting

    Raises
    ------
    UsageError
        An assumption is named twice (`AssumptionError`: a field does not exist or refuses a value).
    PackError
        The pack itself has problems.
    """
    _distinct(assumptions)
    worlds, names, currency = _worlds(source, designs, scenario, replications, setting)
    low, high = [one.low for one in assumptions], [one.high for one in assumptions]
    inputs = points(method, low, high, size)
    settings = [
        {
            one.path: one.setting(value)
            for one, value in zip(assumptions, row, strict=True)
            if np.isfinite(value)
        }
        for row in inputs
    ]
    samples = _played(worlds, [{}, *settings], assumptions)
    cube = np.stack([sample.of(kpi) for sample in samples])
    frames = []
    for row, name in enumerate(names):
        values = cube[:, row] if not row else settled_difference(cube[:, row], cube[:, 0])
        result = name if not row else f"{name} - {names[0]}"
        frames.append(_frame(method, inputs, values, low, high))
        frames[-1].insert(0, "assumption", [str(one) for one in assumptions])
        frames[-1].insert(0, "result", result)
    table = pd.concat(frames, ignore_index=True)
    known = declared(kpi)
    unit = "" if known is None else known.unit.replace("currency", currency)
    return Sensitivity(method, kpi, names[0], table, len(samples), replications, unit)


def _frame(
    method: Method,
    inputs: FloatArray,
    values: FloatArray,
    low: Sequence[float],
    high: Sequence[float],
) -> pd.DataFrame:
    if method == "tornado":
        return tornado(values[1:], values[0])
    return indices(method, inputs, values[1:].mean(axis=1), low, high)


def flips(
    source: str | Path,
    assumptions: Sequence[Vary],
    *,
    kpi: str = "contribution",
    designs: Sequence[str] | None = None,
    scenario: str | None = None,
    replications: int = REPLICATIONS,
    steps: int = 5,
    confidence: float = 0.95,
    setting: Setting = USUAL,
) -> pd.DataFrame:
    """Find at what value of each assumption the best design loses its lead, to each rival.

    Returns
    -------
    pandas.DataFrame
        Row per assumption and rival of the design that is best as the assumptions stand:
        assumption, best, rival, flip (in words), value, low, high, evaluations.
    """
    _distinct(assumptions)
    worlds, names, _ = _worlds(source, designs, scenario, replications, setting)
    if len(names) < 2:
        message = f"{len(names)} design has no ranking; give at least 2"
        raise UsageError(message)
    as_is = worlds.at([{}])[0].of(kpi)
    larger = kpi not in KPIS or KPIS[kpi].more_is_better is not False
    best = int(np.argmax(as_is.mean(axis=1) * (1.0 if larger else -1.0)))
    rows = []
    for one in assumptions:
        curve = _Curve(worlds, one, kpi)
        for rival in range(len(names)):
            if rival != best:
                found = find_flip(
                    curve.difference(best, rival),
                    one.low,
                    one.high,
                    confidence=confidence,
                    steps=steps,
                )
                rows.append(_row(one, names[best], names[rival], found))
    return pd.DataFrame(rows)


def _row(one: Vary, best: str, rival: str, found: Flip) -> dict[str, object]:
    return {
        "assumption": str(one),
        "best": best,
        "rival": rival,
        "flip": str(found),
        "value": np.nan if found.value is None else found.value,
        "low": found.low,
        "high": found.high,
        "evaluations": found.evaluations,
    }


class _Curve:
    """A KPI of all designs along one assumption; every value is simulated once."""

    def __init__(self, worlds: Worlds, one: Vary, kpi: str) -> None:
        self._worlds, self._one, self._kpi = worlds, one, kpi
        self._seen: dict[float, FloatArray] = {}

    def difference(self, best: int, rival: int) -> _Difference:
        return _Difference(self, best, rival)

    def at(self, value: float) -> FloatArray:
        if value not in self._seen:
            setting = {self._one.path: self._one.setting(value)}
            self._seen[value] = _played(self._worlds, [setting], [self._one])[0].of(self._kpi)
        return self._seen[value]


@dataclass(frozen=True)
class _Difference:
    """Best less rival along a curve."""

    curve: _Curve
    best: int
    rival: int

    def __call__(self, value: float) -> FloatArray:
        matrix = self.curve.at(value)
        return np.asarray(matrix[self.best] - matrix[self.rival])


def _worlds(
    source: str | Path,
    designs: Sequence[str] | None,
    scenario: str | None,
    replications: int,
    setting: Setting,
) -> tuple[Worlds, tuple[str, ...], str]:
    """Return the worlds of a pack, its designs with the baseline first, and its currency."""
    from channelwright.scenario import read_scenario

    if replications < 2:
        message = f"replications is {replications}; intervals need 2 or more"
        raise UsageError(message)
    pack = read_scenario(source)
    names = tuple(designs) if designs else _baseline_first(pack)
    where = scenario or pack.study.scenarios[0]
    worlds = Worlds(source, names, where, replications, setting)
    return worlds, names, pack.market.finance.currency


def _baseline_first(pack: Pack) -> tuple[str, ...]:
    study = pack.study
    return tuple(dict.fromkeys([study.baseline, *study.designs]))


def _distinct(assumptions: Sequence[Vary]) -> None:
    paths = [one.path for one in assumptions]
    if not paths or len(set(paths)) < len(paths):
        message = f"assumptions {', '.join(paths) or '(none)'}; name each of them once"
        raise UsageError(message)
