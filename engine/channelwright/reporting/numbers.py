"""Numbers as readers want them: separators, k and m, signs, percentages, intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from channelwright.reporting.estimates import Estimate

#: A true minus sign is as wide as a plus sign, so that columns of figures line up.
MINUS = "−"
#: Keeps a figure and its unit on one line.
GLUE = "\u00a0"
NOTHING = "·"
_STEPS = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Scale:
    """A factor that makes the figures of one column short.

    Attributes
    ----------
    factor : float
        Figures are divided by it.
    suffix : str
        ``k``, ``m``, ``bn`` or empty.
    decimals : int
        Digits after the point.
    """

    factor: float = 1.0
    suffix: str = ""
    decimals: int = 0


def scale_for(values: list[float], *, small: int = 0) -> Scale:
    """Return one scale for figures that stand in one column.

    Parameters
    ----------
    values : list of float
    small : int
        Digits after the point where all figures are below ten.
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    for factor, suffix in _STEPS:
        # Below ten thousand a figure with a separator reads better than a fraction of k.
        if largest >= 10.0 * factor or (factor > 1e3 and largest >= factor):
            return Scale(factor, suffix, _decimals(largest / factor, 2))
    return Scale(1.0, "", _decimals(largest, small))


def _decimals(largest: float, small: int) -> int:
    if largest >= 100.0:
        return 0 if largest >= 1000.0 or small == 0 else 1
    return max(small, 1) if largest >= 10.0 and small else small


def plain(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a figure with separators; a middle dot where there is none."""
    if not math.isfinite(value):
        return NOTHING
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0.0:
        return text
    sign = MINUS if value < 0.0 else "+" if signed else ""
    return sign + text


def percent(value: float, decimals: int = 1, *, signed: bool = False) -> str:
    """Return a share as a percentage."""
    return (
        NOTHING
        if not math.isfinite(value)
        else f"{plain(100 * value, decimals, signed=signed)}{GLUE}%"
    )


def compact(value: float, *, signed: bool = False) -> str:
    """Return a figure with three significant digits and k, m or bn."""
    if not math.isfinite(value):
        return NOTHING
    for factor, suffix in _STEPS:
        if abs(value) >= 0.9995 * factor:
            return f"{plain(value / factor, _digits(value / factor), signed=signed)}{GLUE}{suffix}"
    return plain(value, _digits(value) if value % 1 else 0, signed=signed)


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 99.95 else 1 if size >= 9.995 else 2


def money(value: float, currency: str, *, signed: bool = False) -> str:
    """Return an amount with its currency in front."""
    return f"{currency}{GLUE}{compact(value, signed=signed)}"


def between(low: float, high: float, *, signed: bool = True) -> str:
    """Return the limits of an interval in one scale, as in ``0.9 to 1.5 m``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    (start, end), suffix = _together((low, high), signed=signed)
    return f"{start} to {end}{suffix}"


def _together(values: Sequence[float], *, signed: bool) -> tuple[list[str], str]:
    """Return figures in the scale of the largest, and its suffix with the space before it."""
    largest = max(abs(value) for value in values)
    for factor, suffix in _STEPS:
        if largest >= 0.9995 * factor:
            digits = _digits(largest / factor)
            return [plain(v / factor, digits, signed=signed) for v in values], f"{GLUE}{suffix}"
    whole = all(value == round(value) for value in values)
    digits = 0 if whole else _digits(largest)
    return [plain(value, digits, signed=signed) for value in values], ""


def money_estimate(value: Estimate, currency: str, *, signed: bool = True) -> str:
    """Return an amount with its interval, as in ``CNY +1.20 m [+0.90 to +1.50 m]``."""
    if not value.bounded:
        return money(value.value, currency, signed=signed)
    texts, suffix = _together((value.value, value.low, value.high), signed=signed)
    amount = f"{currency}{GLUE}{texts[0]}{suffix}"
    # Limits that round to the figure itself say nothing more.
    if texts[0] == texts[1] == texts[2]:
        return amount
    return f"{amount} [{texts[1]} to {texts[2]}{suffix}]"


def more_or_less(value: Estimate, currency: str) -> str:
    """Return a difference in words, as in ``CNY 1.2 m [0.9 to 1.5 m] more``."""
    sign, word = (1.0, "more") if value.value >= 0 else (-1.0, "less")
    ends = sorted((sign * value.low, sign * value.high))
    size = Estimate(abs(value.value), *ends)
    return f"{money_estimate(size, currency, signed=False)} {word}"


def share_estimate(value: Estimate, *, signed: bool = False, decimals: int = 1) -> str:
    """Return a share with its interval, as in ``49.0 % [48.1 to 49.9]``."""
    text = percent(value.value, decimals, signed=signed)
    if not value.bounded:
        return text
    ends = [plain(100 * end, decimals, signed=signed) for end in (value.low, value.high)]
    middle = plain(100 * value.value, decimals, signed=signed)
    return text if ends == [middle, middle] else f"{text} [{' to '.join(ends)}]"


def many(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def verb(count: int, of_one: str) -> str:
    """Return a verb as it stands behind a count: one *loses*, two *lose*."""
    return of_one if count == 1 else of_one.removesuffix("s")


def listed(names: list[str]) -> str:
    """Return names as a list in a sentence."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
