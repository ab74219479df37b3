"""Golden LP of every constraint family of the head-count models."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.headcount import profit as headcount_profit
from channelwright.optimisation.headcount import response as headcount_response
from channelwright.optimisation.headcount.problem import Cells, TeamLimits, Teams, VisitProblem
from channelwright.optimisation.headcount.response import SizingProblem
from channelwright.optimisation.response import AdbudgResponse, PowerResponse, bracket
from tests.golden.lp_files import check, families, stored_families


def visit_model():
    teams = Teams(
        names=("north reps", "south reps"),
        cost=np.array([7.0, 8.0]),
        fewest=np.array([0, 1]),
        most=np.array([9, 1]),
        minutes=np.array([2_000.0, 2_400.0]),
        calls=np.array([100.0, np.inf]),
        accounts=np.array([120.0, 110.0]),
    )
    cells = Cells(
        names=("north A", "north C", "south B", "south C"),
        team=np.array([0, 0, 1, 1]),
        outlets=np.array([30.0, 150.0, 40.0, 60.0]),
        minutes=np.array([25.0, 15.0, 20.0, 15.0]),
    )
    problem = VisitProblem(
        teams,
        cells,
        visits=np.array([0.0, 0.5, 1.0]),
        contribution=np.array(
            [[0.0, 20.0, 30.0], [0.0, 11.0, 12.0], [0.0, 9.0, 14.0], [0.0, 3.0, 4.0]]
        ),
        allowed=np.array(
            [[False, False, True], [True, True, True], [True, True, False], [True, True, True]]
        ),
        most_reps=8,
        budget=60.0,
        policy=np.array([0, 2, 1, 2]),
    )
    return headcount_profit.build(problem)


def response_model():
    curves = (
        PowerResponse(10.0),
        PowerResponse(10.0),
        AdbudgResponse(0.0, 20.0, 2.0, 1.0, today=4.0),
    )
    problem = SizingProblem(
        limits=TeamLimits(
            ("north", "south"), np.array([1.0, 2.0]), np.array([0, 0]), np.array([4, 4])
        ),
        effort_per_rep=np.array([2.0, 1.0]),
        names=("north A", "north B", "south"),
        team=np.array([0, 0, 1]),
        curves=curves,
        most_reps=4,
        budget=6.0,
    )
    points = np.array([0.0, 1.0, 4.0])
    return headcount_response.build(problem, [bracket(curve, points)[0] for curve in curves])


MODELS = {"headcount_visits": visit_model, "headcount_response": response_model}
CASES = [(prefix, family) for prefix, make in MODELS.items() for family in families(make())]


@pytest.mark.parametrize(("prefix", "family"), CASES)
def test_family_is_written_as_agreed(prefix, family, tmp_path):
    check(MODELS[prefix](), family, prefix, tmp_path)


@pytest.mark.parametrize("prefix", list(MODELS))
def test_no_family_lacks_a_golden_file(prefix):
    assert stored_families(prefix) == families(MODELS[prefix]())
