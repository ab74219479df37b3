"""Answers kept with a study: what a further question found out, as plain tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channelwright.store import files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.store.study import StudyFolder

FOLDER = "answers"
FORMAT = 1


def save_answer(folder: StudyFolder, kind: str, design: str, content: Mapping[str, object]) -> None:
    """Write an answer on a design whole; an older one of the same kind is replaced.

    Parameters
    ----------
    kind : str, ``bridge`` or ``explain``
    design : str, label in the study
    content : mapping of plain values
    """
    whole = {"format": FORMAT, "kind": kind, "design": design, **content}
    files.write_json(folder.path / FOLDER / f"{kind}-{design}.json", whole)


def load_answers(folder: StudyFolder) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the answers of a study by kind and design; those of another format are left out."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted((folder.path / FOLDER).glob("*.json")):
        content: dict[str, Any] = files.read_json(path)
        if content.get("format") == FORMAT:
            found[str(content["kind"]), str(content["design"])] = content
    return found
