"""What is used in a ``with`` statement and ends with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Gives itself to a ``with`` statement and is closed where that is left, error or not."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files, folders or processes."""

    def __enter__(self) -> Self:
        """Return this object."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; an error goes on."""
        self.close()
