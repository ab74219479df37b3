"""Every constraint family of the location model alone, as text."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.location import LocationProblem
from channelwright.optimisation.location.model import FAMILIES, ModelArcs, build
from tests.golden.lp_files import check, families, stored_families


def whole_model():
    problem = LocationProblem(
        cost=[[2, 5, 9], [4, 3, np.inf], [7, 6, 1]],
        demand=[[10, 1], [20, 1], [15, 1]],
        capacity=[[40, 2], [30, 3], [25, 3]],
        fixed_cost=[11, 12, 13],
        minimum_load=[[5, 0], [6, 0], [0, 0]],
        minimum_open=1,
        maximum_open=2,
        forced_open=[False, True, False],
        locks=[-1, 1, -1],
        own_customer=[0, -1, 2],
    )
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(3, dtype=bool)
    return build(problem, ModelArcs(customer, site, none, none, np.arange(customer.size)))


ALL = families(whole_model())


@pytest.mark.parametrize("family", ALL)
def test_family_alone(family, tmp_path):
    check(whole_model(), family, "location", tmp_path)


def test_no_family_lacks_a_golden_file():
    assert stored_families("location") == ALL
    assert len(ALL) == len(FAMILIES)
