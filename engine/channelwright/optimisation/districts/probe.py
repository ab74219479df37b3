"""Probing of centres: what the relaxation costs when a unit must be a centre.

A centre whose relaxation costs more than the best answer can be closed with all its arcs, and so
can single arcs by their reduced cost in that relaxation (Savelsbergh 1994).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.solver import Session, SolverOptions, SolveStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from channelwright.optimisation.districts.exact import ExactModel

    Floats = NDArray[np.float64]


def probe(model: ExactModel, upper: float, options: SolverOptions, stop: Callable[[], bool]) -> int:
    """Close centres and arcs of a model that no better answer can use.

    Parameters
    ----------
    model : ExactModel
        Its arrays are replaced.
    upper : float
        Objective of the best answer known.
    options : SolverOptions
    stop : callable
        Asked before every centre.

    Returns
    -------
    int
        Number of centres closed.
    """
    session = Session(model.arrays.relaxed(), replace(options, nodes=None))
    session.solve()
    closed = 0
    room = upper + 1e-6 * max(1.0, abs(upper))
    for centre in model.open_centres().tolist():
        if stop():
            break
        own, columns = model.columns_of(centre)
        if model.arrays.lower[own] > 0.5:
            continue
        session.set_column_bounds([own], np.ones(1), np.ones(1))
        report = session.solve()
        value = report.bound
        none = np.zeros(columns.size)
        if report.status is SolveStatus.INFEASIBLE or (value is not None and value > room):
            model.close(columns)
            session.set_column_bounds(columns.tolist(), none, none)
            closed += 1
            continue
        session.set_column_bounds([own], np.zeros(1), np.ones(1))
        if value is None or report.row_duals is None:
            continue
        reduced = model.arrays.cost - model.arrays.matrix.T @ report.row_duals
        dear = columns[(reduced[columns] > room - value) & (columns != own)]
        dear = dear[(model.arrays.upper[dear] > 0.5) & (model.arrays.lower[dear] < 0.5)]
        model.close(dear)
        session.set_column_bounds(dear.tolist(), np.zeros(dear.size), np.zeros(dear.size))
    return closed
