"""The journal of a study: one JSON line per event, appended and synced."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from channelwright.foundation.closing import Closing
from channelwright.foundation.errors import StoreError
from channelwright.store import files
from channelwright.store.files import explained, sync

if TYPE_CHECKING:
    from pathlib import Path

Event = dict[str, Any]


class Journal(Closing):
    """Append events to a journal file; the caller holds the study's lock.

    Every event is on the disk before `write` returns. A half-written last line, left by a crash, is
    cut off on opening: nobody was ever told that its event had been recorded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained("write", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = path.open("ab")
            self._cut_half_line()

    def _cut_half_line(self) -> None:
        content = self._path.read_bytes()
        if content and not content.endswith(b"\n"):
            os.truncate(self._path, content.rfind(b"\n") + 1)

    def write(self, event: str, **details: object) -> None:
        """Record an event with the time of day.

        Raises
        ------
        StoreError
            When the line cannot be written; it may be left half-written.
        """
        self.write_all([{"event": event, **details}])

    def write_all(self, events: Iterable[Event]) -> None:
        """Record events that belong together; they reach the disk with one sync.

        Parameters
        ----------
        events : iterable of mapping
            Each with the key ``event`` and its details.

        Raises
        ------
        StoreError
            When a line cannot be written; it may be left half-written.
        """
        now = files.now()
        lines = [{"event": event["event"], "time": now, **event} for event in events]
        if not lines:
            return
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        with explained("write", self._path):
            self._file.write(text.encode())
            sync(self._file)

    def close(self) -> None:
        """Close the file."""
        # Every event was synced when it was written: closing can only fail on a torn last line.
        with explained("close", self._path):
            self._file.close()


def read_journal(path: Path) -> list[Event]:
    """Return the events of a journal, oldest first; a half-written last line is left out.

    Raises
    ------
    StoreError
        When a line before the last one is not an event.
    """
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    # What follows the last line feed is empty, or the torn end of a crash.
    return [_parse(line, number, path) for number, line in enumerate(lines[:-1], 1)]


def _parse(line: bytes, number: int, path: Path) -> Event:
    try:
        event = json.loads(line)
        if isinstance(event, dict) and "event" in event:
            return event
        reason = "it is no event"
    except ValueError as error:
        reason = str(error)
    msg = f"{path}, line {number} is damaged ({reason}); delete the line and run the study again"
    raise StoreError(msg)
