"""Every constraint family that two tiers add to the location model, as text."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.location import LocationProblem
from channelwright.optimisation.location.model import ModelArcs, build
from channelwright.optimisation.location.tier_model import TIER_FAMILIES
from channelwright.optimisation.location.tiers import Tiers
from tests.golden.lp_files import check, families, stored_families


def tier_model():
    """Houses a and b of the first tier, c below either of them."""
    demand = np.array([[10.0], [20.0], [15.0]])
    parent = np.array([-1, -1, 0, 1])
    through = np.zeros((1, 3, 4))
    through[0][:, 2:] = demand
    problem = LocationProblem(
        cost=[[2, 5, 9, 8], [4, 3, np.inf, np.inf], [7, 6, 1, 2]],
        demand=demand,
        capacity=[[40], [30], [25], [25]],
        fixed_cost=[11, 12, 5, 5],
        tiers=Tiers(
            house=np.array([0, 1, 2, 2]),
            parent=parent,
            second=parent >= 0,
            through=through,
            least=np.array([[6.0], [0.0], [0.0], [0.0]]),
            forced=np.array([2]),
            minimum=1,
            maximum=1,
        ),
    )
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(4, dtype=bool)
    part = ModelArcs(customer, site, none, none, np.zeros(0, dtype=np.int64))
    return build(problem, part, ())


ALL = families(tier_model())


@pytest.mark.parametrize("family", ALL)
def test_family_alone(family, tmp_path):
    check(tier_model(), family, "tiers", tmp_path)


def test_no_family_lacks_a_golden_file():
    assert stored_families("tiers") == ALL
    assert len(ALL) == len(TIER_FAMILIES)
