"""How selling effort turns into money: smooth response curves and their certified brackets.

Sources
-------
J. D. C. Little (1970), "Models and managers: the concept of a decision calculus", Management
Science 16(8), for the ADBUDG curve; L. M. Lodish et al. (1988), "Sales force sizing and
deployment using a decision calculus model at Syntex Laboratories", Interfaces 18(1), for its
calibration from five judgements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.optimize import minimize_scalar

from channelwright.model.columns import ModelError
from channelwright.optimisation.piecewise import PiecewiseCurve

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class ResponseCurve(Protocol):
    """An increasing curve that is convex up to its inflection and concave beyond."""

    @property
    def inflection(self) -> float:
        """Effort up to which the curve is convex; 0 for a concave curve."""
        ...

    def value(self, effort: ArrayLike) -> NDArray[np.float64]:
        """Money per period at the effort: (n,)."""
        ...

    def slope(self, effort: ArrayLike) -> NDArray[np.float64]:
        """Money per period for one more unit of effort: (n,); may be infinite at 0."""
        ...


@dataclass(frozen=True)
class PowerResponse:
    """Concave power curve: value = scale * effort ** exponent.

    Parameters
    ----------
    scale : money per period at one unit of effort
    exponent : elasticity of the response, in (0, 1]
    """

    scale: float
    exponent: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what is not increasing and concave."""
        if not (self.scale >= 0 and 0 < self.exponent <= 1):
            message = (
                f"power response: scale {self.scale} must be >= 0 and exponent {self.exponent} in "
                "(0, 1]; an S-shaped response is an AdbudgResponse"
            )
            raise ModelError(message)

    @property
    def inflection(self) -> float:
        """Effort up to which the curve is convex: none of it."""
        return 0.0

    def value(self, effort: ArrayLike) -> NDArray[np.float64]:
        """Money per period at the effort: (n,)."""
        points = np.asarray(effort, dtype=np.float64)
        return np.asarray(self.scale * points**self.exponent, dtype=np.float64)

    def slope(self, effort: ArrayLike) -> NDArray[np.float64]:
        """Money per period for one more unit of effort: (n,)."""
        points = np.asarray(effort, dtype=np.float64)
        with np.errstate(divide="ignore"):
            return np.asarray(
                self.scale * self.exponent * points ** (self.exponent - 1.0), dtype=np.float64
            )


@dataclass(frozen=True)
class AdbudgResponse:
    """Little's ADBUDG curve, S-shaped when ``shape`` exceeds 1.

    value = scale * (floor + (ceiling - floor) * x**shape / (half + x**shape)), x = effort / today.

    Parameters
    ----------
    floor : index of sales without effort (today = 1)
    ceiling : index of sales with unlimited effort
    shape : exponent c, > 0
    half : constant d, > 0; the curve is half-way where x**shape = half
    scale : money per period at index 1
    today : effort at which the index was set to 1, > 0
    """

    floor: float
    ceiling: float
    shape: float
    half: float
    scale: float = 1.0
    today: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is not increasing."""
        if not (self.ceiling >= self.floor and min(self.shape, self.half, self.today) > 0):
            message = (
                f"ADBUDG response: need ceiling >= floor and shape, half, today > 0, got {self}"
            )
            raise ModelError(message)

    @property
    def inflection(self) -> float:
        """Effort up to which the curve is convex: today * ((c-1) d / (c+1)) ** (1/c)."""
        if self.shape <= 1:
            return 0.0
        ratio = (self.shape - 1) * self.half / (self.shape + 1)
        return float(self.today * ratio ** (1 / self.shape))

    def value(self, effort: ArrayLike) -> NDArray[np.float64]:
        """Money per period at the effort: (n,)."""
        power = (np.asarray(effort, dtype=np.float64) / self.today) ** self.shape
        index = self.floor + (self.ceiling - self.floor) * power / (self.half + power)
        return np.asarray(self.scale * index, dtype=np.float64)

    def slope(self, effort: ArrayLike) -> NDArray[np.float64]:
        """Money per period for one more unit of effort: (n,)."""
        x = np.asarray(effort, dtype=np.float64) / self.today
        with np.errstate(divide="ignore"):
            rate = self.shape * self.half * x ** (self.shape - 1) / (self.half + x**self.shape) ** 2
        return np.asarray(
            self.scale * (self.ceiling - self.floor) * rate / self.today, dtype=np.float64
        )


@dataclass(frozen=True)
class AdbudgCalibration:
    """Outcome of a five-point calibration.

    Parameters
    ----------
    curve : the fitted curve, index 1 at today's effort
    residual : sum of squared differences of the judgements at half and at one and a half effort
    """

    curve: AdbudgResponse
    residual: float


def calibrate_adbudg(
    none: float, half_effort: float, half_more: float, unlimited: float
) -> AdbudgCalibration:
    """Fit ADBUDG to four judged sales indices; the fifth point is today = 1.

    The ends fix floor, ceiling and half = (ceiling - 1) / (1 - floor). The two inner judgements
    rarely agree on one shape, so it is fitted by least squares and the residual reported.

    Parameters
    ----------
    none, half_effort, half_more, unlimited : sales index (today = 1) with no effort, half of
        today's, one and a half times today's, and unlimited effort

    Raises
    ------
    ModelError
        The judgements do not increase around 1.
    """
    if not none < half_effort < 1 < half_more < unlimited:
        message = (
            f"response calibration: indices must increase as none < half < 1 < half more < "
            f"unlimited, got {none}, {half_effort}, 1, {half_more}, {unlimited}"
        )
        raise ModelError(message)
    half = (unlimited - 1) / (1 - none)
    judged = np.array([half_effort, half_more])

    def curve(shape: float) -> AdbudgResponse:
        return AdbudgResponse(floor=none, ceiling=unlimited, shape=shape, half=half)

    def squared_error(log_shape: float) -> float:
        gap = curve(float(np.exp(log_shape))).value([0.5, 1.5]) - judged
        return float(gap @ gap)

    best = minimize_scalar(squared_error, bounds=(-3.0, 3.0), method="bounded")
    return AdbudgCalibration(curve(float(np.exp(best.x))), float(best.fun))


def bracket(curve: ResponseCurve, breakpoints: ArrayLike) -> tuple[PiecewiseCurve, PiecewiseCurve]:
    """Piecewise-linear curves below and above a response, equal to it at the breakpoints.

    On a concave stretch the chord lies below and the two end tangents, cut where they meet,
    lie above; on a convex stretch the other way round. The inflection becomes a breakpoint. Where
    the slope at 0 is infinite no tangent touches there and the upper curve starts above the
    response; a small first step keeps that harmless.

    Parameters
    ----------
    curve : response, convex up to its inflection and concave beyond
    breakpoints : (n,) efforts, increasing

    Returns
    -------
    tuple of PiecewiseCurve
        Lower and upper curve over the range of the breakpoints.
    """
    points = np.unique(np.asarray(breakpoints, dtype=np.float64))
    if points[0] < curve.inflection < points[-1]:
        points = np.unique(np.append(points, curve.inflection))
    values = np.array(curve.value(points))
    chords = PiecewiseCurve(points, values)
    convex = (points[:-1] + points[1:]) / 2 < curve.inflection
    lower = _with_tangents(curve, points, values, convex)
    upper = _with_tangents(curve, points, values, ~convex)
    return (lower if convex.any() else chords), (chords if convex.all() else upper)


def _with_tangents(
    curve: ResponseCurve,
    points: NDArray[np.float64],
    values: NDArray[np.float64],
    by_tangent: NDArray[np.bool_],
) -> PiecewiseCurve:
    """Replace the chord of the marked pieces by the two end tangents up to where they meet."""
    slopes = np.array(curve.slope(points))
    corner_at, corner_value, ends = [], [], values.copy()
    for k in np.flatnonzero(by_tangent):
        left, right = points[k], points[k + 1]
        if not np.isfinite(slopes[k]):
            ends[k] = values[k + 1] - slopes[k + 1] * (right - left)
            continue
        bend = slopes[k] - slopes[k + 1]
        if abs(bend) <= 1e-12 * max(1.0, abs(slopes[k])):
            continue
        meet = (values[k + 1] - values[k] + slopes[k] * left - slopes[k + 1] * right) / bend
        if left < meet < right:
            corner_at.append(meet)
            corner_value.append(values[k] + slopes[k] * (meet - left))
    order = np.argsort(np.concatenate([points, corner_at]), kind="stable")
    return PiecewiseCurve(
        np.concatenate([points, corner_at])[order], np.concatenate([ends, corner_value])[order]
    )
