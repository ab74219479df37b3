"""Channelwright: simulate and optimise the design of sales and distribution networks.

The names below are loaded when they are first used, so that importing the package is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from channelwright.reporting.report import report
    from channelwright.scenario import read_scenario
    from channelwright.studies.choose import optimise
    from channelwright.studies.cluster import Cluster
    from channelwright.studies.compare import compare
    from channelwright.studies.simulate import simulate

__version__ = "0.1.0"

__all__ = [
    "Cluster",
    "__version__",
    "compare",
    "optimise",
    "read_scenario",
    "report",
    "simulate",
]

_HOMES = {
    "Cluster": "channelwright.studies.cluster",
    "compare": "channelwright.studies",
    "optimise": "channelwright.studies",
    "read_scenario": "channelwright.scenario",
    "report": "channelwright.reporting",
    "simulate": "channelwright.studies",
}


def __getattr__(name: str) -> object:
    """Load a public name from the part that owns it.

    Parameters
    ----------
    name : str
        One of ``__all__``.

    Raises
    ------
    AttributeError
        The package has no such name.
    """
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'channelwright' has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the lazy names with the loaded ones."""
    return sorted({*globals(), *__all__})
