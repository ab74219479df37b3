"""The only door to the files of a pack: nothing outside is read, sizes are bounded."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from channelwright.foundation.errors import Problem, UsageError
from channelwright.tables.cells import shown

ROOT_NAME = "scenario.yaml"
MEGABYTE = 1_000_000
LARGEST = {
    ".yaml": 4 * MEGABYTE,
    ".yml": 4 * MEGABYTE,
    ".csv": 512 * MEGABYTE,
    ".xlsx": 64 * MEGABYTE,
    ".parquet": 512 * MEGABYTE,
}
LONGEST_LINE = 65_536


class FileProblemError(Exception):
    """A file of the pack cannot be used; carries the reasons (internal to this part)."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.line() for problem in problems))
        self.problems = problems


class PackFiles:
    """Files of one pack.

    Parameters
    ----------
    path : Path
        Folder of the pack, or its ``scenario.yaml``.

    Raises
    ------
    UsageError
        The path does not exist or is no pack.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            self.folder, self.root = path, ROOT_NAME
        else:
            self.folder, self.root = path.parent, path.name
        if not path.exists():
            message = f"no pack at {str(path)!r}; give the folder of a pack or its {ROOT_NAME}"
            raise UsageError(message)
        if not (self.folder / self.root).is_file():
            message = f"folder {str(path)!r} holds no {ROOT_NAME}; give the folder of a pack"
            raise UsageError(message)
        self._inside = self.folder.resolve()
        self._hashes: dict[str, str] = {}

    def path(self, name: str, place: str, asked_by: str) -> Path:
        """Return the path of a file of the pack.

        Parameters
        ----------
        name : str
            As written in the pack, relative to its folder, with ``/``.
        place, asked_by : str
            Key and file that name it, for the message.

        Raises
        ------
        FileProblemError
            The name leads out of the pack, the file is missing, too large or of an unknown kind.
        """
        path = self._contained(name, place, asked_by)
        if not path.is_file():
            message = f"file {shown(name)} does not exist"
            raise _refusal(asked_by, place, message, "correct the name, relative to the pack")
        kind = path.suffix.lower()
        if kind not in LARGEST:
            message = f"{shown(name)} is of unknown kind {shown(kind)}"
            raise _refusal(asked_by, place, message, f"use one of: {', '.join(LARGEST)}")
        size = path.stat().st_size
        if size > LARGEST[kind]:
            message = f"the file has {size / MEGABYTE:,.0f} MB"
            remedy = f"the limit for {kind} is {LARGEST[kind] // MEGABYTE} MB: cut or split it"
            raise _refusal(name, "", message, remedy)
        return path

    def _contained(self, name: str, place: str, asked_by: str) -> Path:
        pure = PurePosixPath(name)
        remedy = "name a file inside the pack, relative to its folder"
        odd = not name.isprintable() or "\\" in name or len(name) > 500
        if odd or pure.is_absolute() or ".." in pure.parts or ":" in name:
            raise _refusal(asked_by, place, f"path {shown(name)} leads out of the pack", remedy)
        path = self.folder / pure
        # A symbolic link inside may point outside, so the place on disk counts.
        try:
            inside = path.resolve().is_relative_to(self._inside)
        except (OSError, RuntimeError):
            message = f"path {shown(name)} is a link that leads in a circle"
            raise _refusal(asked_by, place, message, "put the file there itself") from None
        if not inside:
            message = f"path {shown(name)} leads out of the pack by a link"
            raise _refusal(asked_by, place, message, remedy)
        return path

    def content(self, name: str, place: str, asked_by: str) -> bytes:
        """Return the bytes of a file and remember their hash."""
        data = self.path(name, place, asked_by).read_bytes()
        plain = data.replace(b"\r\n", b"\n")
        self._hashes[PurePosixPath(name).as_posix()] = hashlib.sha256(plain).hexdigest()
        return data

    def text(self, name: str, place: str, asked_by: str) -> str:
        """Return a text file: UTF-8, no line over `LONGEST_LINE` bytes."""
        data = self.content(name, place, asked_by)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            message = "the file is UTF-16, not UTF-8"
            raise _refusal(name, "line 1", message, "save it as UTF-8")
        self._short_lines(name, data)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"byte 0x{data[error.start]:02x} is not UTF-8"
            raise _refusal(name, f"line {line}", message, "save the file as UTF-8") from None
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            message = "the file holds a zero byte '\\x00'"
            raise _refusal(name, f"line {line}", message, "save it as plain UTF-8 text")
        return text

    def _short_lines(self, name: str, data: bytes) -> None:
        start, line = 0, 1
        while len(data) - start > LONGEST_LINE:
            # The last line end within reach: one look passes many lines.
            end = data.rfind(b"\n", start, start + LONGEST_LINE + 1)
            if end < 0:
                line += data.count(b"\n", 0, start)
                message = f"the line is longer than {LONGEST_LINE} bytes"
                remedy = "break it up; a line end or a closing quote may be missing"
                raise _refusal(name, f"line {line}", message, remedy)
            start = end + 1

    def digest(self) -> str:
        """Return one SHA-256 over the names and contents of all files read so far."""
        state = hashlib.sha256()
        for name in sorted(self._hashes):
            state.update(f"{name}\0{self._hashes[name]}\n".encode())
        return state.hexdigest()


def _refusal(file: str, place: str, message: str, remedy: str) -> FileProblemError:
    return FileProblemError(Problem(file, place, "", message, remedy))
