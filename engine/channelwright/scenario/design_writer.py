"""A chosen design written into its pack as a given one, to be changed, locked or compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.errors import PackError, UsageError
from channelwright.foundation.hashing import digest
from channelwright.model.design import SitePlan
from channelwright.model.market import CAPTURES, GRADES
from channelwright.rules.design_rows import design_rows
from channelwright.rules.redraft import visits_of
from channelwright.scenario.files import FileProblemError, PackFiles
from channelwright.scenario.market_tables import TableReader, source_of
from channelwright.scenario.overlay import read_layers
from channelwright.scenario.reading import read_scenario
from channelwright.tables.checks import nearest
from channelwright.tables.design_inputs import DESIGN_SERVICE

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.scenario.documents import Document

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_VISIT = CAPTURES.index("visit")
_LABELS = frozenset({"name", "title"})
#: Keys of the design file whose tables are written.
_WRITTEN = ("sites", "outlets", "headcount", "terms", "prices", "service", "levels")


@dataclass(frozen=True)
class WrittenDesign:
    """What was written for a design.

    Attributes
    ----------
    name : str
    files : tuple of Path, the design file first
    different : tuple of str
        Parts of the design that read otherwise than they were chosen, because a pack cannot say
        them: ``reps`` and ``outlets`` where people have territories of their own.
    """

    name: str
    files: tuple[Path, ...]
    different: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    """Where in a pack the answer to a request goes.

    Attributes
    ----------
    files : PackFiles
    own : Document, the request's file with what it extends
    asked : str, name of that file
    name : str, of the new design
    listed : str, the pack's YAML with a line for it
    """

    files: PackFiles
    own: Document
    asked: str
    name: str
    listed: str

    @property
    def stem(self) -> str:
        """Path of the design's files without their ends."""
        return _stem(self.asked, self.name)


def check_free(path: str | Path, request: str, name: str) -> None:
    """Refuse a name under which `write_given` could not write, before time is spent on an answer.

    Raises
    ------
    UsageError, PackError
        As `write_given`.
    """
    _place(path, request, name)


def write_given(path: str | Path, request: str, design: Design, name: str) -> WrittenDesign:
    """Write the answer to a request into the request's pack, as a design that is given.

    The new file extends the file of the request: what was not chosen stays what it was. The pack
    is read again afterwards; if it had problems, it is left as it was.

    Parameters
    ----------
    path : path of the pack
    request : str, name of the request in the pack
    design : Design, the answer
    name : str, name that the design shall have in the pack

    Raises
    ------
    UsageError
        The name cannot be used or is taken, or ``designs`` of the pack is not written line by line.
    PackError
        The pack cannot be read with the new design.
    """
    place = _place(path, request, name)
    contents = _contents(place, read_scenario(path).market, design)
    folder = place.files.folder
    listing = folder / place.files.root
    with _undone_on_error(folder, contents, listing):
        for file, text in contents.items():
            with (folder / file).open("x", encoding="utf-8") as new:
                new.write(text)
        listing.write_bytes(place.listed.encode("utf-8"))
        read = read_scenario(path).designs[name]
    return WrittenDesign(name, tuple(folder / file for file in contents), _different(design, read))


def _place(path: str | Path, request: str, name: str) -> _Place:
    if not _NAME.fullmatch(name):
        message = f"{name!r} is no name of a design; use letters, digits, _ and -, at most 64"
        raise UsageError(message)
    files = PackFiles(Path(path))
    try:
        root, _, _ = read_layers(files, files.root, files.root, deep=True)
        designs = root.data.get("designs", {})
        if request not in designs:
            message = f"the pack has no request {request!r}; {nearest(request, designs)}"
            raise UsageError(message)
        asked = str(designs[request])
        own, _, _ = read_layers(files, asked, files.root, deep=False)
        text = files.text(files.root, "", files.root)
    except FileProblemError as error:
        raise PackError(list(error.problems)) from None
    if name in designs:
        message = f"the pack has a design {name!r} already; give another name"
        raise UsageError(message)
    stem = _stem(asked, name)
    for file in (f"{stem}.yaml", *(f"{stem}_{part}.csv" for part in _WRITTEN)):
        if (files.folder / file).exists():
            message = f"{files.folder / file} is there already; give another name or remove it"
            raise UsageError(message)
    return _Place(files, own, asked, name, _with_line(text, request, asked, name, f"{stem}.yaml"))


def _stem(asked: str, name: str) -> str:
    folder = str(PurePosixPath(asked).parent)
    return name if folder == "." else f"{folder}/{name}"


def _contents(place: _Place, market: Market, design: Design) -> dict[str, str]:
    """Return file -> text: the design file, then its tables, all beside the request's file."""
    tables = design_rows(market, design)
    service = _service(place.files, place.own, market, design)
    if service is not None:
        tables["service"] = service
    named = {part: f"{place.stem}_{part}.csv" for part in tables}
    lines = [
        "# What a request chose, as given tables: change them, lock parts of them, compare.",
        f"title: {json.dumps(design.title, ensure_ascii=False)}",
        f"extends: {PurePosixPath(place.asked).name}",
        *(f"{part}: {file}" for part, file in named.items()),
        *([] if "headcount" in named else ["headcount: {rule: workload}    # nobody is needed"]),
        *_visits(place.own, market, design),
    ]
    if place.own.data.get("calibration") is not None:
        lines.append("calibration: null    # for requests only")
    texts = {named[part]: table.to_csv(index=False) for part, table in tables.items()}
    return {f"{place.stem}.yaml": "\n".join(lines) + "\n"} | texts


def _visits(own: Document, market: Market, design: Design) -> Iterator[str]:
    """Yield calls per week by grade of every mode with calls; the request's own where none is."""
    yield "visits:"
    visits = visits_of(market, design)
    plan = design.outlets
    served = np.zeros(visits.shape, dtype=np.bool_)
    covered = plan.mode >= 0
    served[plan.mode[covered], market.outlets.grade[covered]] = True
    usual = own.data["visits"]
    for mode in np.flatnonzero(market.modes.capture == _VISIT).tolist():
        name = market.modes.ids[mode]
        else_ = usual if set(usual) <= set(GRADES) else usual.get(name, {})
        often = {
            grade: visits[mode, row] if served[mode, row] else float(else_.get(grade, 0.0))
            for row, grade in enumerate(GRADES)
        }
        yield f"  {name}: {{{', '.join(f'{key}: {value:g}' for key, value in often.items())}}}"


def _service(
    files: PackFiles, own: Document, market: Market, design: Design
) -> pd.DataFrame | None:
    """Return the request's table `design_service` with the design's cover, None if it has it."""
    source = source_of(own.data.get("service"))
    assert source is not None, "a pack that was read has it"
    reader = TableReader(files)
    typed, _ = reader.typed(DESIGN_SERVICE, source, "service", own.file)
    assert typed is not None, "a pack that was read has it"
    rows = [market.modes.ids.index(mode) for mode in typed["mode"].tolist()]
    cover = design.service.cover_days[rows]
    if np.array_equal(cover, typed["cover_days"]):
        return None
    raw = reader.raw(source, "service", own.file)
    return pd.DataFrame({**raw.columns, "cover_days": cover})


def _with_line(text: str, request: str, asked: str, name: str, file: str) -> str:
    """Return the pack's YAML with the new design below the request that it answers."""
    line = rf"^(?P<indent>[ \t]+){re.escape(request)}:[ \t]+{re.escape(asked)}[^\n]*\n"
    found = list(re.finditer(line, text, flags=re.MULTILINE))
    if len(found) != 1:
        message = (
            f"`designs` of the pack does not name {request!r} on a line of its own; write it as "
            f"`  {request}: {asked}` below `designs:` in the pack's own file, then ask again"
        )
        raise UsageError(message)
    end = found[0].end()
    return f"{text[:end]}{found[0]['indent']}{name}: {file}\n{text[end:]}"


@contextmanager
def _undone_on_error(folder: Path, contents: dict[str, str], listing: Path) -> Iterator[None]:
    before = listing.read_bytes()
    try:
        yield
    except BaseException:
        listing.write_bytes(before)
        for file in contents:
            (folder / file).unlink(missing_ok=True)
        raise


def _different(one: Design, two: Design) -> tuple[str, ...]:
    one, two = (replace(design, sites=_of_open(design.sites)) for design in (one, two))
    parts = [field.name for field in fields(one) if field.name not in _LABELS]
    return tuple(part for part in parts if digest(getattr(one, part)) != digest(getattr(two, part)))


def _of_open(sites: SitePlan) -> SitePlan:
    """Return the plan of sites without what it says of closed ones, which nothing reads."""
    shut = ~sites.open
    values = {field.name: np.array(getattr(sites, field.name)) for field in fields(sites)}
    for column in values.values():
        column[shut] = 0
    return SitePlan(**values)
