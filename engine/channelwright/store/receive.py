"""Storing runs that were made where the results folder cannot be seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from channelwright.store.aside import AsideFolder
from channelwright.store.files import write_whole


def receive(root: Path, aside: Path, files: Mapping[str, bytes]) -> None:
    """Put the folders of finished runs or bundles in their place, each whole and synced.

    Parameters
    ----------
    root, aside : Path
        As for `channelwright.store.runs.RunWriter`.
    files : mapping of str to bytes
        Content by path below a results folder.

    Raises
    ------
    StoreError
        When the folder cannot be written or the disk is full.
    """
    folders: dict[Path, dict[str, bytes]] = {}
    for name, content in files.items():
        place = Path(name)
        folders.setdefault(place.parent, {})[place.name] = content
    for place, contents in folders.items():
        with AsideFolder(aside, place.name) as folder:
            for name, content in contents.items():
                write_whole(folder.path / name, content)
            folder.settle(root / place)
