"""Checks of what a study asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from channelwright.foundation.errors import Problem

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document


def study_problems(document: Document) -> Iterator[Problem]:
    """Yield what is wrong between the keys of a pack."""
    yield from ()
