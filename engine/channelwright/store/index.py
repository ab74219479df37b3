"""Finding finished runs again, by what they answer: in folders of their own and in bundles."""

from __future__ import annotations

from pathlib import Path

from channelwright.store.bundles import BundledRun, bundles_folder, read_bundle
from channelwright.store.runs import FinishedRun, read_run


class RunIndex:
    """The finished runs of a results folder at one moment, for many look-ups.

    Parameters
    ----------
    root : Path
        Results folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bundled: dict[str, BundledRun] | None = None

    def find(self, run_id: str) -> FinishedRun | None:
        """Return a finished run, or None if there is none yet.

        Raises
        ------
        StoreError
            When its folder, or any bundle, is damaged.
        """
        return read_run(self._root, run_id) or self._bundles().get(run_id)

    def _bundles(self) -> dict[str, BundledRun]:
        if self._bundled is None:
            self._bundled = {}
            folder = bundles_folder(self._root)
            # Should two bundles hold the same run, both are equal; always the same one answers.
            for bundle in sorted(folder.iterdir(), reverse=True) if folder.is_dir() else ():
                self._bundled.update(read_bundle(bundle))
        return self._bundled


def find_run(root: Path, run_id: str) -> FinishedRun | None:
    """Return a finished run, or None if there is none yet.

    Raises
    ------
    StoreError
        When its folder is there and its manifest or a table is missing or damaged in size.
    """
    return RunIndex(root).find(run_id)
