"""The market and the design as plain Python: every column a list, every table a list of lists."""

import copy
import dataclasses
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")


def plain(thing: Thing) -> Thing:
    """Return a copy of a part of the model whose arrays, at any depth, are lists.

    An element of an array costs ten times as much as one of a list, and is no plain number.
    """
    if isinstance(thing, np.ndarray):
        return thing.tolist()
    if not dataclasses.is_dataclass(thing):
        return thing
    copied = copy.copy(thing)
    for field in dataclasses.fields(thing):
        object.__setattr__(copied, field.name, plain(getattr(thing, field.name)))
    return copied
