"""Gates and targets as words of the command line."""

from __future__ import annotations

import argparse
import re

from channelwright.model.study import Expectation

_VALUE = r"[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?"
_GATE = re.compile(
    r"^\s*(?:P\(\s*(?P<event>[A-Za-z_]\w*)\s*(?P<side><=|>=)\s*"
    rf"(?P<edge>{_VALUE})(?P<edge_percent>%?)\s*\)"
    r"|Q(?P<quantile>\d{1,2}(?:\.\d+)?)\(\s*(?P<ranked>[A-Za-z_]\w*)\s*\)"
    r"|(?P<kpi>[A-Za-z_]\w*))"
    r"(?:@(?P<design>[^\s<>]+))?\s*(?P<sign><|>)\s*"
    rf"(?:golden\s*(?P<side_of>[-+])\s*(?P<tolerance>\d+(?:\.\d+)?)\s*%|(?P<value>{_VALUE})(?P<percent>%?))"
    r"(?P<paired>\s+against\s+baseline)?(?:\s+at\s+(?P<confidence>\d+(?:\.\d+)?)\s*%)?\s*$"
)
_TARGET = re.compile(
    r"^\s*(?P<kpi>[A-Za-z_]\w*)=(?P<value>\d[\d_]*(?:\.\d+)?(?:[eE]-?\d+)?)(?P<percent>%?)\s*$"
)


def gate(text: str, confidence: float = 0.95) -> Expectation:
    """Return the gate that fails under a condition such as ``contribution@optimised < 0``.

    Besides the mean of a KPI: ``P(case_fill_rate >= 95%) < 90%``, the probability over random
    worlds; ``Q5(contribution) < 0``, a quantile; ``contribution < golden - 0.25%``, against the
    stored golden study. `` against baseline`` means the paired difference, `` at 99%`` another
    confidence.

    Raises
    ------
    argparse.ArgumentTypeError
        When the sentence is not of that form.
    """
    found = _GATE.match(text)
    if found is None or _clashes(found):
        message = (
            f"{text!r} is no condition; write KPI < VALUE or KPI > VALUE, with @DESIGN after the "
            "KPI for one design and 'against baseline' for the difference, such as "
            "'case_fill_rate < 95%', 'contribution@optimised < 0 against baseline', "
            "'P(case_fill_rate >= 95%) < 90%', 'Q5(contribution) < 0' or "
            "'contribution < golden - 0.25% at 99%'"
        )
        raise argparse.ArgumentTypeError(message)
    level = float(found["confidence"]) / 100.0 if found["confidence"] else confidence
    if not 0.5 < level < 1.0:
        message = f"{text!r}: confidence must lie above 50 % and below 100 %"
        raise argparse.ArgumentTypeError(message)
    quantile = float(found["quantile"]) / 100.0 if found["quantile"] else None
    if quantile == 0.0:
        message = f"{text!r}: a quantile lies above Q0, such as Q5 for the 5 % quantile"
        raise argparse.ArgumentTypeError(message)
    below = found["sign"] == "<"
    edge = _number(found["edge"], found["edge_percent"])
    value = _number(found["value"], found["percent"])
    tolerance = _number(found["tolerance"], "%")
    return Expectation(
        kpi=found["kpi"] or found["event"] or found["ranked"],
        design=found["design"] or "*",
        at_least=value if below else None,
        at_most=None if below else value,
        confidence=level,
        paired=found["paired"] is not None,
        not_below=tolerance if below else None,
        not_above=None if below else tolerance,
        quantile=quantile,
        reaches=edge if found["side"] == ">=" else None,
        stays_below=edge if found["side"] == "<=" else None,
    )


def _clashes(found: re.Match[str]) -> bool:
    """Whether parts of a condition do not go together, such as ``KPI < golden + 1%``."""
    other = bool(found["kpi"] is None or found["tolerance"])
    away = {"<": "-", ">": "+"}[found["sign"]]
    turned = found["tolerance"] is not None and found["side_of"] != away
    ranked = found["kpi"] is None and found["tolerance"] is not None
    return bool(found["paired"] and other) or turned or ranked


def _number(digits: str | None, percent: str | None) -> float | None:
    """Return a number as written, a hundredth of it with a percent sign, None without digits."""
    if digits is None:
        return None
    return float(digits.replace("_", "")) / (100.0 if percent else 1.0)


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
