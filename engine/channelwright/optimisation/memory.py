"""What the answer to a request leaves for the next one, as a value and as a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from channelwright.foundation.errors import UsageError
from channelwright.model.certificate import Certificate
from channelwright.optimisation.districts.tighter import DistrictClaim
from channelwright.optimisation.location import LocationProblem
from channelwright.optimisation.location.shape import Shape
from channelwright.optimisation.moves import Moves
from channelwright.optimisation.territories.memory import TerritoryMemory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from channelwright.foundation.units import IntArray

#: Name of the file in the folder of a chosen design.
FILE = "territories.npz"
_ARRAYS = (
    "cost",
    "demand",
    "capacity",
    "fixed_cost",
    "usage",
    "forced_open",
    "forced_closed",
    "locks",
    "minimum_load",
    "maximum_share",
)
_NUMBERS = ("minimum_open", "maximum_open")
_NAMES = ("customer_names", "site_names", "measure_names")
_SHAPE = ("edges", "anchor", "low", "high", "price", "apart")
_ANSWER = ("opened", "assignment", "customer")
_CLAIM = (
    "activity",
    "tolerance",
    "price",
    "edges",
    "candidates",
    "centres",
    "locks",
    "atom",
    "apart",
)
_CLAIM_WORDS = ("cost", "territories", "bound", "kind", "gap")


class TeamMemory(NamedTuple):
    """What was shown of the territories of one team.

    Attributes
    ----------
    site, mode : str, ids
    rows : (n,) int, outlets of the market in the order of the claim
    claim : DistrictClaim
    """

    site: str
    mode: str
    rows: IntArray
    claim: DistrictClaim


@dataclass(frozen=True, eq=False)
class Memory:
    """What was chosen, and what was shown of it.

    Attributes
    ----------
    outlets : sequence of str, ids of all outlets
    rep : (O,) int64, who calls on each outlet, -1 = nobody
    sites : TerritoryMemory or None, of the territories of sites
    teams : tuple of TeamMemory, of the territories of people
    """

    outlets: Sequence[str]
    rep: IntArray
    sites: TerritoryMemory | None = None
    teams: tuple[TeamMemory, ...] = ()


def save(memory: Memory, folder: Path) -> None:
    """Write a memory into the folder of a chosen design."""
    arrays: dict[str, Any] = {"rep": memory.rep}
    words: dict[str, Any] = {"outlets": list(memory.outlets)}
    if memory.sites is not None:
        words["sites"] = _site_words(memory.sites)
        arrays |= _site_arrays(memory.sites)
    words["teams"] = [_team_words(one) for one in memory.teams]
    for number, one in enumerate(memory.teams):
        arrays |= _team_arrays(one, number)
    text = np.array(json.dumps(words, ensure_ascii=False))
    np.savez_compressed(folder / FILE, words=text, **arrays)


def _site_words(memory: TerritoryMemory) -> dict[str, Any]:
    problem, within = memory.problem, memory.within
    return {
        "names": {name: list(getattr(problem, name)) for name in _NAMES},
        "numbers": {name: int(getattr(problem, name)) for name in _NUMBERS},
        "certificate": memory.certificate.to_dict(),
        "loose": memory.loose,
        "limit": None if within is None else [float(within.limit), within.unit],
        "tiered": memory.tiered,
    }


def _site_arrays(memory: TerritoryMemory) -> dict[str, Any]:
    parts = {f"problem_{name}": getattr(memory.problem, name) for name in _ARRAYS}
    shape = memory.problem.shape
    if shape is not None:
        parts |= {f"shape_{name}": getattr(shape, name) for name in _SHAPE}
    if memory.within is not None:
        parts["moved"] = memory.within.weight
    parts |= {name: getattr(memory, name) for name in _ANSWER}
    return {name: array for name, array in parts.items() if array is not None}


def _team_words(team: TeamMemory) -> dict[str, Any]:
    numbers = {name: getattr(team.claim, name) for name in _CLAIM_WORDS}
    return {"site": team.site, "mode": team.mode, **numbers}


def _team_arrays(team: TeamMemory, number: int) -> dict[str, Any]:
    parts = {name: getattr(team.claim, name) for name in _CLAIM} | {"rows": team.rows}
    return {f"team{number}_{name}": array for name, array in parts.items() if array is not None}


def load(folder: Path) -> Memory:
    """Read a memory from the folder of a chosen design.

    Raises
    ------
    UsageError
        The folder has none, or the file is no memory.
    """
    path = folder / FILE
    if not path.is_file():
        message = (
            f"{path} does not exist; name a folder that 'channelwright optimise ... --out' wrote "
            "for a request that chooses territories"
        )
        raise UsageError(message)
    try:
        with np.load(path, allow_pickle=False) as data:
            return _memory(dict(data))
    except (ValueError, KeyError, OSError, TypeError, EOFError, BadZipFile) as error:
        message = f"{path} cannot be read ({error}); write it again with --out"
        raise UsageError(message) from error


def _memory(data: Mapping[str, Any]) -> Memory:
    words = json.loads(str(data["words"]))
    sites = _sites(data, words["sites"]) if "sites" in words else None
    teams = tuple(_team(data, one, number) for number, one in enumerate(words["teams"]))
    return Memory(tuple(words["outlets"]), data["rep"], sites, teams)


def _team(data: Mapping[str, Any], words: Mapping[str, Any], number: int) -> TeamMemory:
    arrays = {name: data.get(f"team{number}_{name}") for name in _CLAIM}
    claim = DistrictClaim(**arrays, **{name: words[name] for name in _CLAIM_WORDS})  # type: ignore[arg-type]
    return TeamMemory(words["site"], words["mode"], data[f"team{number}_rows"], claim)


def _sites(data: Mapping[str, Any], words: Mapping[str, Any]) -> TerritoryMemory:
    arrays = {name: data[f"problem_{name}"] for name in _ARRAYS if f"problem_{name}" in data}
    names: dict[str, Any] = {name: tuple(values) for name, values in words["names"].items()}
    shape = None
    if "shape_anchor" in data:
        shape = Shape(**{name: data.get(f"shape_{name}") for name in _SHAPE})  # type: ignore[arg-type]
    limit, loose = words["limit"], words["loose"]
    return TerritoryMemory(
        problem=LocationProblem(**arrays, **names, **words["numbers"], shape=shape),
        certificate=Certificate.from_dict(words["certificate"]),
        opened=data["opened"],
        assignment=data["assignment"],
        customer=data["customer"],
        loose=None if loose is None else (float(loose[0]), str(loose[1])),
        within=None if limit is None else Moves(data["moved"], float(limit[0]), str(limit[1])),
        tiered=bool(words["tiered"]),
    )
