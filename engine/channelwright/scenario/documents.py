"""YAML documents: plain data only, no repeated keys, bounded in depth and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from channelwright.foundation.errors import Problem
from channelwright.scenario.files import FileProblemError, PackFiles
from channelwright.tables.cells import shown

Data = dict[str, Any]
Place = tuple[str | int, ...]
DEEPEST = 30
LARGEST_DOCUMENT = 200_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Origin:
    """Where a value was written: file, line and the key as it stands there."""

    file: str
    line: int
    key: str


@dataclass(frozen=True)
class Document:
    """A mapping read from YAML, perhaps from several files.

    Attributes
    ----------
    file : str
    data : nested dicts and lists of plain values
    origins : key path -> Origin
    unread : key paths whose values are already reported as unreadable
    """

    file: str
    data: Data
    origins: dict[Place, Origin] = field(default_factory=dict)
    unread: frozenset[Place] = frozenset()

    def problem(self, place: Place, message: str, remedy: str) -> Problem:
        """Return a problem at a key, in the file that wrote it."""
        for length in range(len(place), 0, -1):
            origin = self.origins.get(place[:length])
            if origin is not None:
                key = origin.key + dotted(place[length:], bool(origin.key))
                return Problem(origin.file, f"{key} (line {origin.line})", "", message, remedy)
        return Problem(self.file, dotted(place), "", message, remedy)

    def over(self, below: Document) -> Document:
        """Return this document laid over another one; the keys of this one win."""
        return Document(self.file, merged(below.data, self.data), {**below.origins, **self.origins})


def dotted(place: Place, inner: bool = False) -> str:
    """Return a key path as text: ``study.expect[0].kpi``; ``inner``: it goes on from a key."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text or inner else part
    return text


def read_document(
    files: PackFiles, name: str, place: str, asked_by: str
) -> tuple[Document, list[Problem]]:
    """Read one YAML file.

    Raises
    ------
    FileProblemError
        The file cannot be read as one mapping of plain data.
    """
    text = files.text(name, place, asked_by)
    _bounded(name, text)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise _syntax(name, error) from None
    if not isinstance(node, yaml.MappingNode):
        message = "the file is empty" if node is None else "the file holds no mapping"
        remedy = "write keys and values: 'name: ...'"
        raise FileProblemError(Problem(name, "line 1", "", message, remedy))
    builder = _Builder(name)
    data = builder.mapping(node, ())
    return Document(name, data, builder.origins, frozenset(builder.unread)), builder.problems


def _bounded(name: str, text: str) -> None:
    depth = count = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            count += 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST or count > LARGEST_DOCUMENT:
                raise _too_large(name, event, depth)
    except yaml.YAMLError as error:
        raise _syntax(name, error) from None


def _too_large(name: str, event: yaml.Event, depth: int) -> FileProblemError:
    line = event.start_mark.line + 1 if event.start_mark is not None else 1
    if depth > DEEPEST:
        message, remedy = f"values are nested deeper than {DEEPEST} levels", "flatten the file"
    else:
        message = f"the file has more than {LARGEST_DOCUMENT} values"
        remedy = "move data into tables"
    return FileProblemError(Problem(name, f"line {line}", "", message, remedy))


def _syntax(name: str, error: yaml.YAMLError) -> FileProblemError:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}" if mark is not None else ""
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    message = f"not valid YAML: {what}"
    remedy = "correct the syntax: indentation in spaces, 'key: value', quotes closed"
    return FileProblemError(Problem(name, place, "", message, remedy))


class _Builder:
    """Turns nodes into plain data, counting what aliases unfold to."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.origins: dict[Place, Origin] = {}
        self.unread: list[Place] = []
        self._left = LARGEST_DOCUMENT
        self._scalars = SafeConstructor()

    def mapping(self, node: yaml.MappingNode, place: Place) -> Data:
        result: Data = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, place)
            if key is None:
                continue
            inner = (*place, key)
            if key in result:
                message = f"key {shown(key)} stands twice"
                before = f"first in line {self.origins[inner].line}"
                self._problem(key_node, inner, message, f"keep one of them ({before})")
                continue
            line = key_node.start_mark.line + 1
            self.origins[inner] = Origin(self.file, line, dotted(inner))
            result[key] = self._value(value_node, inner)
        return result

    def _key(self, node: yaml.Node, place: Place) -> str | None:
        self._spend(node, place)
        plain = isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN
        value = self._scalar(node, place) if plain else None
        if isinstance(value, str) and value and value.isprintable():
            return value
        word = node.value if isinstance(node, yaml.ScalarNode) else "a collection"
        if node.tag == _MERGE:
            remedy = "use `extends` or repeat the values; merge keys are not read"
        else:
            remedy = f"put the key in quotes: '{word}'"
        self._problem(node, place, f"key {shown(word)} is not text", remedy)
        return None

    def _value(self, node: yaml.Node, place: Place) -> object:
        self._spend(node, place)
        if node.tag not in _PLAIN:
            message = f"tag {shown(node.tag)} is not allowed"
            self._problem(node, place, message, "packs are data: remove the tag")
            self.unread.append(place)
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*place, row)) for row, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _scalar(self, node: yaml.Node, place: Place) -> object:
        try:
            return self._scalars.construct_object(node)
        except (ConstructorError, ValueError, OverflowError, KeyError):
            message = f"value {shown(node.value)} cannot be read"
            self._problem(node, place, message, "correct it, or put text in quotes")
            self.unread.append(place)
            return None

    def _spend(self, node: yaml.Node, place: Place) -> None:
        self._left -= 1
        if self._left < 0 or len(place) > DEEPEST:
            line = f"line {node.start_mark.line + 1}"
            message = f"aliases unfold to more than {LARGEST_DOCUMENT} values or into themselves"
            remedy = "write the values out, or move data into tables"
            raise FileProblemError(Problem(self.file, line, "", message, remedy))

    def _problem(self, node: yaml.Node, place: Place, message: str, remedy: str) -> None:
        where = f"{dotted(place)} (line {node.start_mark.line + 1})".strip()
        self.problems.append(Problem(self.file, where, "", message, remedy))


_PREFIX = "tag:yaml.org,2002:"
_PLAIN = frozenset(
    _PREFIX + kind for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
_MERGE = _PREFIX + "merge"


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> Data:
    """Return a deep merge: mappings join key by key, everything else of ``above`` wins.

    The source of a table (a mapping with ``file``) is one value: its sheet and column names
    make no sense with another file.
    """
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping) and "file" not in value
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result
