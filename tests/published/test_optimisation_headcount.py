"""Published and closed-form head-counts that the shipped planners have to reproduce."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.headcount.problem import (
    Cells,
    TeamLimits,
    Teams,
    VisitProblem,
    WorkloadProblem,
)
from channelwright.optimisation.headcount.profit import plan_visits
from channelwright.optimisation.headcount.response import SizingProblem, size_by_response
from channelwright.optimisation.headcount.workload import plan_workload
from channelwright.optimisation.response import AdbudgResponse, PowerResponse

NO_LIMIT = 10_000


def one_team(minutes=np.inf, calls=np.inf):
    return Teams(
        names=("sales force",),
        cost=np.array([0.0]),
        fewest=np.array([0]),
        most=np.array([NO_LIMIT]),
        minutes=np.array([minutes]),
        calls=np.array([calls]),
        accounts=np.array([np.inf]),
    )


def workload(teams, outlets, minutes, visits):
    cells = Cells(
        names=tuple(f"class {k}" for k in range(len(outlets))),
        team=np.zeros(len(outlets), dtype=np.int64),
        outlets=np.array(outlets, dtype=np.float64),
        minutes=np.array(minutes, dtype=np.float64),
    )
    return WorkloadProblem(teams, cells, np.array(visits, dtype=np.float64))


def test_talley_build_up_needs_fourteen_reps():
    """Talley: 150 A, 220 B, 510 C accounts; 11,970 hours over 864 selling hours = 13.854 reps."""
    teams = one_team(minutes=1920 * 60 * 0.45)
    plan, certificate = plan_workload(workload(teams, [150, 220, 510], [60, 30, 15], [52, 24, 12]))
    assert plan.reps.tolist() == [14]
    assert plan.load[0, 0] == pytest.approx(11_970 / 864)
    assert plan.binding == ("minutes",)
    assert certificate.proven


def test_calls_per_rep_need_sixty_reps():
    """1,000 accounts at 36 and 2,000 at 12 calls a year, 1,000 calls per rep: 60 reps."""
    plan, _ = plan_workload(workload(one_team(calls=1_000), [1_000, 2_000], [0, 0], [36, 12]))
    assert plan.reps.tolist() == [60]
    assert plan.binding == ("calls",)


def test_hours_per_rep_need_twenty_seven_reps():
    """32,400 hours of work over 1,200 hours per rep: exactly 27, not 28 by rounding."""
    plan, _ = plan_workload(workload(one_team(minutes=1_200 * 60), [540], [60], [60]))
    assert plan.reps.tolist() == [27]


def square_root_territories(**limits):
    """Two territories, 100 sqrt(n1) + 60 sqrt(n2), 12 per rep."""
    return SizingProblem(
        limits=TeamLimits(
            names=("north", "south"),
            cost=np.array([12.0, 12.0]),
            fewest=np.array([0, 0]),
            most=np.array([40, 40]),
        ),
        effort_per_rep=np.array([1.0, 1.0]),
        names=("north", "south"),
        team=np.array([0, 1]),
        curves=(PowerResponse(100.0), PowerResponse(60.0)),
        **limits,
    )


def test_two_territories_by_profit_get_17_and_6_reps():
    """Integer optimum of 100 sqrt(n1) + 60 sqrt(n2) - 12 (n1 + n2): (17, 6), 283.28."""
    plan, certificate = size_by_response(square_root_territories())
    assert plan.reps.tolist() == [17, 6]
    assert plan.profit == pytest.approx(283.28, abs=5e-3)
    assert certificate.proven
    assert certificate.upper_bound >= plan.profit


def test_twenty_reps_are_split_15_and_5():
    """With twenty reps in all: (15, 5), gross 521.46 (runner-up (14, 6) has 521.14)."""
    plan, certificate = size_by_response(square_root_territories(most_reps=20))
    assert plan.reps.tolist() == [15, 5]
    assert plan.response.sum() == pytest.approx(521.46, abs=5e-3)
    assert certificate.proven
    assert certificate.upper_bound < 521.46 - 12 * 20 + 0.1


def test_adbudg_head_count_is_ten_reps_for_a_profit_of_200():
    """ADBUDG a=.2, b=1.6, c=1.5, d=.75 on sales 1,000, margin .4, base 10 reps at 20 each."""
    curve = AdbudgResponse(0.2, 1.6, 1.5, 0.75, scale=400.0, today=10.0)
    problem = SizingProblem(
        limits=TeamLimits(("force",), np.array([20.0]), np.array([0]), np.array([60])),
        effort_per_rep=np.array([1.0]),
        names=("force",),
        team=np.array([0]),
        curves=(curve,),
    )
    plan, certificate = size_by_response(problem)
    assert plan.reps.tolist() == [10]
    assert plan.profit == pytest.approx(200.0, abs=1e-9)
    assert certificate.proven


@pytest.mark.parametrize(("n_cells", "effort", "best"), [(2, 1.0, 0.5), (10, 5.5, 2.73962)])
def test_s_shaped_response_is_concentrated(n_cells, effort, best):
    """x^2 / (1 + x^2): one of two segments, six of ten; spreading gives 0.4 of 0.5."""
    problem = SizingProblem(
        limits=TeamLimits(("force",), np.array([0.0]), np.array([1]), np.array([1])),
        effort_per_rep=np.array([effort]),
        names=tuple(f"segment {k}" for k in range(n_cells)),
        team=np.zeros(n_cells, dtype=np.int64),
        curves=(AdbudgResponse(0.0, 1.0, 2.0, 1.0),) * n_cells,
    )
    plan, certificate = size_by_response(problem, gap=2e-4)
    assert plan.profit == pytest.approx(best, rel=2e-4)
    assert certificate.upper_bound <= best * (1 + 4e-4)
    assert (plan.effort > 1e-6).sum() == {2: 1, 10: 6}[n_cells]


def test_the_same_two_territories_as_discrete_levels():
    """The closed form again, with the response as data: level n costs n reps' time."""
    counts = np.arange(41.0)
    teams = Teams(
        names=("north", "south"),
        cost=np.array([12.0, 12.0]),
        fewest=np.array([0, 0]),
        most=np.array([40, 40]),
        minutes=np.array([1.0, 1.0]),
        calls=np.array([np.inf, np.inf]),
        accounts=np.array([np.inf, np.inf]),
    )
    cells = Cells(("north", "south"), np.array([0, 1]), np.ones(2), np.ones(2))
    gain = np.array([100.0, 60.0])[:, None] * np.sqrt(counts)
    problem = VisitProblem(teams, cells, counts, gain, np.ones((2, 41), dtype=np.bool_))
    plan, certificate = plan_visits(problem)
    assert plan.reps.tolist() == [17, 6]
    assert plan.profit == pytest.approx(283.28, abs=5e-3)
    assert certificate.proven
    twenty, _ = plan_visits(problem.replace(most_reps=20))
    assert twenty.reps.tolist() == [15, 5]
