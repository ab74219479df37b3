"""Piecewise-linear curves inside a Pyomo model, without special ordered sets.

HiGHS knows neither special ordered sets nor indicator constraints, so a curve that is not concave
needs binaries of our own. Three exact representations are written here; all three are locally
ideal or sharp, and the tests hold each of them against enumeration.

Sources
-------
J. P. Vielma, S. Ahmed and G. Nemhauser (2010), "Mixed-integer models for nonseparable
piecewise-linear optimization", Operations Research 58(2), doi:10.1287/opre.1090.0721.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from channelwright.model.columns import ModelError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CONCAVITY_TOLERANCE = 1e-12


class Representation(StrEnum):
    """How a curve that is not concave is written with binaries."""

    INCREMENTAL = "incremental"
    MULTIPLE_CHOICE = "multiple_choice"
    LOGARITHMIC = "logarithmic"


@dataclass(frozen=True, eq=False)
class PiecewiseCurve:
    """A continuous piecewise-linear curve through given points.

    Parameters
    ----------
    breakpoints : (n_segments + 1,) any unit, strictly increasing
    values : (n_segments + 1,) any unit, the curve at the breakpoints

    Raises
    ------
    ModelError
        Fewer than two points, lengths that differ, values that are not finite, or breakpoints
        that do not increase.
    """

    breakpoints: NDArray[np.float64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Copy, check and freeze both arrays."""
        for field in ("breakpoints", "values"):
            array = np.array(getattr(self, field), dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, field, array)
        _check_points(self.breakpoints, self.values)

    @property
    def n_segments(self) -> int:
        """Number of straight pieces."""
        return len(self.breakpoints) - 1

    @property
    def slopes(self) -> NDArray[np.float64]:
        """Slope of each piece: (n_segments,)."""
        return np.asarray(np.diff(self.values) / np.diff(self.breakpoints), dtype=np.float64)

    @property
    def is_concave(self) -> bool:
        """Whether no slope exceeds the one before it (up to rounding)."""
        slopes = self.slopes
        scale = max(1.0, float(np.abs(slopes).max()))
        return bool(np.all(np.diff(slopes) <= CONCAVITY_TOLERANCE * scale))

    def at(self, argument: ArrayLike) -> NDArray[np.float64]:
        """Evaluate the curve.

        Parameters
        ----------
        argument : (n,) within the breakpoints

        Raises
        ------
        ModelError
            A point lies outside the breakpoints: the curve says nothing there.
        """
        points = np.asarray(argument, dtype=np.float64)
        low, high = self.breakpoints[0], self.breakpoints[-1]
        slack = 1e-9 * max(1.0, abs(low), abs(high))
        if np.any(points < low - slack) or np.any(points > high + slack):
            message = (
                f"piecewise curve: argument {points.min():g}..{points.max():g} leaves the "
                f"breakpoints {low:g}..{high:g}; widen the breakpoints"
            )
            raise ModelError(message)
        return np.interp(points, self.breakpoints, self.values)


def _check_points(breakpoints: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    if breakpoints.ndim != 1 or breakpoints.shape != values.shape or len(breakpoints) < 2:
        message = (
            f"piecewise curve: breakpoints {breakpoints.shape} and values {values.shape} must be "
            "two vectors of one length, at least 2"
        )
        raise ModelError(message)
    if not (np.isfinite(breakpoints).all() and np.isfinite(values).all()):
        message = "piecewise curve: breakpoints and values must be finite; remove NaN and inf"
        raise ModelError(message)
    if np.any(np.diff(breakpoints) <= 0):
        at = int(np.argmax(np.diff(breakpoints) <= 0))
        message = (
            f"piecewise curve: breakpoint {at + 1} ({breakpoints[at + 1]:g}) is not above "
            f"breakpoint {at} ({breakpoints[at]:g}); sort them and drop duplicates"
        )
        raise ModelError(message)


def write_concave(
    block: pyo.Block, argument: pyo.Expression, value: pyo.Expression, curve: PiecewiseCurve
) -> None:
    """Bound a value by a concave curve from above, with one row per piece and no binary.

    value <= values[k] + slope[k] * (argument - breakpoints[k])  for every piece k.
    A maximisation drives the value onto the curve; a minimisation must not use this.

    Parameters
    ----------
    block : pyomo Block that receives the rows
    argument, value : pyomo variables or linear expressions
    curve : concave curve

    Raises
    ------
    ModelError
        The curve is not concave, so the rows would cut off part of it.
    """
    if not curve.is_concave:
        message = "piecewise curve: not concave; use write_piecewise, which takes any curve"
        raise ModelError(message)
    points, values, slopes = curve.breakpoints, curve.values, curve.slopes

    def below_piece(_block: pyo.Block, piece: int) -> pyo.Expression:
        return value <= values[piece] + slopes[piece] * (argument - points[piece])

    block.piece = pyo.RangeSet(0, curve.n_segments - 1)
    block.below_piece = pyo.Constraint(block.piece, rule=below_piece)
    block.from_first = pyo.Constraint(expr=argument >= points[0])
    block.to_last = pyo.Constraint(expr=argument <= points[-1])


def write_piecewise(
    block: pyo.Block,
    argument: pyo.Expression,
    value: pyo.Expression,
    curve: PiecewiseCurve,
    representation: Representation = Representation.INCREMENTAL,
) -> None:
    """State value = curve(argument) exactly, for any curve and either sense.

    Parameters
    ----------
    block : pyomo Block that receives variables and rows
    argument, value : pyomo variables or linear expressions
    curve : any continuous piecewise-linear curve
    representation : which of the three exact representations to write
    """
    writers = {
        Representation.INCREMENTAL: _write_incremental,
        Representation.MULTIPLE_CHOICE: _write_multiple_choice,
        Representation.LOGARITHMIC: _write_logarithmic,
    }
    writers[representation](block, argument, value, curve)


def _write_incremental(
    block: pyo.Block, argument: pyo.Expression, value: pyo.Expression, curve: PiecewiseCurve
) -> None:
    """Fill the pieces in order.

    argument = b[0] + sum_k width[k] * filled[k],  value = f[0] + sum_k rise[k] * filled[k],
    filled[k+1] <= begun[k] <= filled[k],  0 <= filled <= 1, begun binary (Vielma et al., eq. 21).
    """
    widths, rises = np.diff(curve.breakpoints), np.diff(curve.values)
    last = curve.n_segments - 1
    block.piece = pyo.RangeSet(0, last)
    block.border = pyo.RangeSet(0, last - 1)
    block.filled = pyo.Var(block.piece, bounds=(0, 1))
    block.begun = pyo.Var(block.border, within=pyo.Binary)
    block.argument_link = pyo.Constraint(
        expr=argument
        == float(curve.breakpoints[0]) + sum(widths[k] * block.filled[k] for k in block.piece)
    )
    block.value_link = pyo.Constraint(
        expr=value == float(curve.values[0]) + sum(rises[k] * block.filled[k] for k in block.piece)
    )
    block.full_before_next = pyo.Constraint(
        block.border, rule=lambda b, k: b.begun[k] <= b.filled[k]
    )
    block.next_needs_begun = pyo.Constraint(
        block.border, rule=lambda b, k: b.filled[k + 1] <= b.begun[k]
    )


def _write_multiple_choice(
    block: pyo.Block, argument: pyo.Expression, value: pyo.Expression, curve: PiecewiseCurve
) -> None:
    """Choose one piece; its own copy of the argument lies on it.

    b[k] * chosen[k] <= part[k] <= b[k+1] * chosen[k],  sum_k chosen[k] = 1,
    argument = sum_k part[k],  value = sum_k (intercept[k] * chosen[k] + slope[k] * part[k])
    (Vielma et al., eq. 18).
    """
    points, slopes = curve.breakpoints, curve.slopes
    intercepts = curve.values[:-1] - slopes * points[:-1]
    block.piece = pyo.RangeSet(0, curve.n_segments - 1)
    block.chosen = pyo.Var(block.piece, within=pyo.Binary)
    block.part = pyo.Var(block.piece)
    block.one_piece = pyo.Constraint(expr=sum(block.chosen[k] for k in block.piece) == 1)
    block.part_from = pyo.Constraint(
        block.piece, rule=lambda b, k: points[k] * b.chosen[k] <= b.part[k]
    )
    block.part_to = pyo.Constraint(
        block.piece, rule=lambda b, k: b.part[k] <= points[k + 1] * b.chosen[k]
    )
    block.argument_link = pyo.Constraint(expr=argument == sum(block.part[k] for k in block.piece))
    block.value_link = pyo.Constraint(
        expr=value
        == sum(intercepts[k] * block.chosen[k] + slopes[k] * block.part[k] for k in block.piece)
    )


def _write_logarithmic(
    block: pyo.Block, argument: pyo.Expression, value: pyo.Expression, curve: PiecewiseCurve
) -> None:
    """Name each piece by a Gray code, so that K pieces need ceil(log2 K) binaries.

    argument = sum_v b[v] * weight[v],  value = sum_v f[v] * weight[v],  sum_v weight[v] = 1,
    sum of weights of the points whose pieces all have bit i set <= bit[i], and all clear
    <= 1 - bit[i] (Vielma et al., eq. 15). Neighbouring pieces differ in one bit, hence at most
    two neighbouring points carry weight.
    """
    n_points = curve.n_segments + 1
    block.point = pyo.RangeSet(0, n_points - 1)
    block.weight = pyo.Var(block.point, bounds=(0, 1))
    block.convex = pyo.Constraint(expr=sum(block.weight[v] for v in block.point) == 1)
    block.argument_link = pyo.Constraint(
        expr=argument == sum(curve.breakpoints[v] * block.weight[v] for v in block.point)
    )
    block.value_link = pyo.Constraint(
        expr=value == sum(curve.values[v] * block.weight[v] for v in block.point)
    )
    n_bits = (curve.n_segments - 1).bit_length()
    all_set, all_clear = _points_by_bit(curve.n_segments, n_bits)
    block.digit = pyo.RangeSet(0, n_bits - 1)
    block.bit = pyo.Var(block.digit, within=pyo.Binary)
    block.points_if_set = pyo.Constraint(
        block.digit, rule=lambda b, i: sum(b.weight[v] for v in all_set[i]) <= b.bit[i]
    )
    block.points_if_clear = pyo.Constraint(
        block.digit, rule=lambda b, i: sum(b.weight[v] for v in all_clear[i]) <= 1 - b.bit[i]
    )


def _points_by_bit(n_segments: int, n_bits: int) -> tuple[list[list[int]], list[list[int]]]:
    """Points all of whose pieces have a Gray-code bit set, and all of whose have it clear."""
    codes = [piece ^ (piece >> 1) for piece in range(n_segments)]
    neighbours = [[codes[0]], *[list(pair) for pair in pairwise(codes)], [codes[-1]]]
    bits = range(n_bits)
    return (
        [[v for v, c in enumerate(neighbours) if all(code >> i & 1 for code in c)] for i in bits],
        [
            [v for v, c in enumerate(neighbours) if not any(code >> i & 1 for code in c)]
            for i in bits
        ],
    )
