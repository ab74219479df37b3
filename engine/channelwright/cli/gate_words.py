"""Gates and targets as words of the command line."""

from __future__ import annotations

import argparse
import re

from channelwright.model.study import Expectation

_GATE = re.compile(
    r"^\s*(?P<kpi>[A-Za-z_]\w*)(?:@(?P<design>[^\s<>]+))?\s*(?P<sign><|>)\s*"
    r"(?P<value>[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?P<percent>%?)"
    r"(?P<paired>\s+against\s+baseline)?\s*$"
)
_TARGET = re.compile(
    r"^\s*(?P<kpi>[A-Za-z_]\w*)=(?P<value>\d[\d_]*(?:\.\d+)?(?:[eE]-?\d+)?)(?P<percent>%?)\s*$"
)


def gate(text: str, confidence: float = 0.95) -> Expectation:
    """Return the gate of a sentence such as ``contribution@optimised < 0 against baseline``.

    Raises
    ------
    argparse.ArgumentTypeError
        When the sentence is not of that form.
    """
    found = _GATE.match(text)
    if found is None:
        message = (
            f"{text!r} is no condition; write KPI < VALUE or KPI > VALUE, with @DESIGN after the "
            "KPI for one design and 'against baseline' for the difference, such as "
            "'case_fill_rate < 95%' or 'contribution@optimised < 0 against baseline'"
        )
        raise argparse.ArgumentTypeError(message)
    value = float(found["value"].replace("_", "")) / (100.0 if found["percent"] else 1.0)
    below = found["sign"] == "<"
    return Expectation(
        kpi=found["kpi"],
        design=found["design"] or "*",
        at_least=value if below else None,
        at_most=None if below else value,
        confidence=confidence,
        paired=found["paired"] is not None,
    )


def target(text: str) -> tuple[str, float, bool]:
    """Return KPI, half-width and whether it is relative, of ``contribution=0.5%``.

    Raises
    ------
    argparse.ArgumentTypeError
        When the word is not of that form.
    """
    found = _TARGET.match(text)
    value = 0.0 if found is None else float(found["value"].replace("_", ""))
    if found is None or value <= 0.0:
        message = (
            f"{text!r} is no target; write KPI=HALF_WIDTH, such as contribution=20000, or as a "
            "share of the baseline, contribution=0.5%"
        )
        raise argparse.ArgumentTypeError(message)
    return found["kpi"], value / (100.0 if found["percent"] else 1.0), bool(found["percent"])
