"""Frozen columns: arrays that nobody can change and whose lengths agree."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from channelwright.foundation.errors import ChannelwrightError


class ModelError(ChannelwrightError):
    """A model object was built with columns that do not fit together."""


class Columns:
    """Base of the frozen columnar dataclasses: read-only arrays, equal lengths.

    Subclasses are ``@dataclass(frozen=True)``; every array whose first axis is the
    table's key has the length of the first field.
    """

    _other_axes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make every array read-only and check the lengths."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        length = len(getattr(self, fields[0].name))
        for field in fields:
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value = np.ascontiguousarray(value)
                value.flags.writeable = False
                object.__setattr__(self, field.name, value)
            sized = isinstance(value, np.ndarray | tuple)
            if sized and field.name not in self._other_axes and len(value) != length:
                message = (
                    f"{type(self).__name__}.{field.name} has {len(value)} rows, "
                    f"{fields[0].name} has {length}; give every column one value per row"
                )
                raise ModelError(message)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(vars(self).values())))  # the first field is set first


def index_of(ids: tuple[str, ...]) -> Mapping[str, int]:
    """Return the row number of every id."""
    return {name: row for row, name in enumerate(ids)}
