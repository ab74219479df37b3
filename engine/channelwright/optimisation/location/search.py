"""The phase between: groups of neighbouring sites are decided anew by HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.neighbourhood import (
    cut_piece,
    improve_piece,
    neighbours_of,
)
from channelwright.optimisation.solver import SolverOptions

if TYPE_CHECKING:
    from channelwright.optimisation.location.state import Search


#: Larger groups are left alone: HiGHS would not finish them.
_PIECE_CUSTOMERS = 400


def search_groups(state: Search) -> None:
    """Decide small groups of neighbouring sites anew while it pays.

    Parameters
    ----------
    state : Search
    """
    problem, options = state.problem, state.options
    if not (problem.single_source and problem.binding) or state.pricing is None:
        return
    rounds, size = 0, 3
    while rounds < options.search_rounds and state.found is not None and not state.done:
        improved = False
        for group in neighbours_of(problem, state.found, size):
            if rounds >= options.search_rounds or state.done:
                break
            if not state.found.open[group].all():
                continue
            if np.isin(state.found.site, group).sum() > _PIECE_CUSTOMERS:
                continue
            rounds += 1
            piece = cut_piece(problem, state.found, group, state.pricing.rho)
            limits = SolverOptions(
                nodes=300,
                relative_gap=1e-5,
                threads=options.threads,
                seed=options.seed,
                seconds=state.seconds_left(),
            )
            better = improve_piece(problem, state.found, piece, limits)
            improved |= state.offer(better)
        if not improved:
            size += 1
            if size > min(6, int(state.found.open.sum())):
                break
    state.count("search_rounds", rounds)
