"""Golden studies: the KPIs of earlier runs, small enough to be committed beside the code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from channelwright.foundation.errors import StoreError
from channelwright.foundation.units import FloatArray
from channelwright.rules.drawn_demand import drawn_demand
from channelwright.store import files

if TYPE_CHECKING:
    from channelwright.store.study import Study

FORMAT = 1
#: Name of the copy that a study keeps of what it was compared with.
KEPT = "golden.json"
NONE_STORED = "there is no golden study; store one with `channelwright golden` or name its folder"


@dataclass(frozen=True)
class GoldenDesign:
    """One design of a golden study.

    Attributes
    ----------
    content : str, hash of the design
    kpis : mapping of KPI to (n,) values over all areas; ``<kpi>_<mode>`` for one mode
    """

    content: str
    kpis: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class GoldenScenario:
    """One scenario of a golden study.

    Attributes
    ----------
    market : str, hash of the market
    drawn : (n,) by how much the shocks of each world raised demand
    designs : mapping of str to GoldenDesign
    """

    market: str
    drawn: tuple[float, ...]
    designs: Mapping[str, GoldenDesign]


@dataclass(frozen=True)
class Golden:
    """Runs to compare later ones with.

    Attributes
    ----------
    pack : str
    seed, replications : int
    engine : str, hash of the sources that made the runs
    versions : mapping of package to version
    scenarios : mapping of str to GoldenScenario
    """

    pack: str
    seed: int
    replications: int
    engine: str
    versions: Mapping[str, str]
    scenarios: Mapping[str, GoldenScenario]

    def missing(self, scenario: str, design: str, kpi: str, seed: int) -> str:
        """Return why a KPI cannot be compared with these runs, or nothing."""
        if seed == self.seed:
            return f"the golden study has the same seed {seed}; give another one with --seed"
        part = self.scenarios.get(scenario)
        if part is None:
            return f"the golden study has no scenario {scenario}"
        if design not in part.designs:
            return f"the golden study has no design {design}"
        if kpi not in part.designs[design].kpis:
            return f"the golden study has no KPI {kpi}; store it again with --kpis {kpi}"
        return ""


def golden_file(folder: Path, pack: str) -> Path:
    """Return where the golden study of a pack lies in a folder of them."""
    return folder / f"{pack}.json"


def save_golden(path: Path, golden: Golden) -> None:
    """Write a golden study as a whole file of a line per KPI."""
    files.write_json(path, {"format": FORMAT, **_plain(asdict(golden))})


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return numbers of a sample as one line of text, so that a file of many stays readable."""
    if isinstance(value, tuple):
        return " ".join(map(repr, value))
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def load_golden(path: Path) -> Golden:
    """Read a golden study.

    Raises
    ------
    StoreError
        When the file is missing, damaged, or of another format.
    """
    if not path.exists():
        msg = f"{path} is missing; store a golden study with `channelwright golden`"
        raise StoreError(msg)
    plain = files.read_json(path)
    if plain.get("format") != FORMAT:
        msg = f"{path} has format {plain.get('format')}, this version reads {FORMAT}"
        raise StoreError(msg)
    try:
        return _golden(plain)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{path} is damaged ({error}); restore it or store the golden study again"
        raise StoreError(msg) from error


def _golden(plain: Mapping[str, Any]) -> Golden:
    count = int(plain["replications"])
    scenarios = {
        name: GoldenScenario(
            str(part["market"]),
            _numbers(part["drawn"], count),
            {
                design: GoldenDesign(
                    str(kept["content"]),
                    {kpi: _numbers(values, count) for kpi, values in kept["kpis"].items()},
                )
                for design, kept in part["designs"].items()
            },
        )
        for name, part in plain["scenarios"].items()
    }
    return Golden(
        str(plain["pack"]),
        int(plain["seed"]),
        count,
        str(plain["engine"]),
        dict(plain["versions"]),
        scenarios,
    )


def _numbers(text: str, count: int) -> tuple[float, ...]:
    numbers = tuple(map(float, text.split()))
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        msg = f"{len(numbers)} values, {count} finite ones are needed"
        raise ValueError(msg)
    return numbers


class GoldenReference:
    """The golden study that a study is compared with, and what the worlds of both held.

    Parameters
    ----------
    study : Study
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._golden: Golden | None = None
        self._drawn: dict[tuple[str, tuple[int, ...]], FloatArray] = {}

    @property
    def golden(self) -> Golden | None:
        """The golden study, or None where the study was compared with none."""
        path = self._study.folder.path / KEPT
        if self._golden is None and path.exists():
            self._golden = load_golden(path)
        return self._golden

    def missing(self, scenario: str, design: str, kpi: str) -> str:
        """Return why a KPI cannot be compared, or nothing."""
        if self.golden is None:
            return NONE_STORED
        return self.golden.missing(scenario, design, kpi, self._study.plan.seed)

    def values(self, scenario: str, design: str, kpi: str) -> tuple[FloatArray, FloatArray]:
        """Return the golden values of a KPI and what their worlds held, each (m,).

        Raises
        ------
        StoreError
            When there are none (`missing`).
        """
        reason = self.missing(scenario, design, kpi)
        if self.golden is None or reason:
            raise StoreError(reason)
        part = self.golden.scenarios[scenario]
        return np.array(part.designs[design].kpis[kpi]), np.array(part.drawn)

    def drawn(self, scenario: str, replications: tuple[int, ...]) -> FloatArray:
        """Return what the worlds of the study's own replications held: (n,)."""
        key = (scenario, replications)
        if key not in self._drawn:
            market, seed = self._study.market(scenario), self._study.plan.seed
            self._drawn[key] = drawn_demand(market, seed, replications)
        return self._drawn[key]

    def moved(self, scenario: str, design: str) -> str:
        """Return which inputs differ from those of the golden runs, in words."""
        part = None if self.golden is None else self.golden.scenarios.get(scenario)
        if part is None or design not in part.designs:
            return ""
        plan = self._study.plan
        market = "market" if plan.markets[scenario] != part.market else ""
        own = plan.designs.get(design, "")
        changed = [market, "design" if own != part.designs[design].content else ""]
        return " and ".join(word for word in changed if word)
