"""The logger of the package: names only, no handlers."""

from __future__ import annotations

import logging


def logger(name: str) -> logging.Logger:
    """Return the logger of a module; what becomes of its records is the caller's choice."""
    log = logging.getLogger(name)
    log.addHandler(logging.NullHandler())
    return log
