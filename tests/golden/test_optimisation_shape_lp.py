"""Every constraint family that connection and balance add to the location model, as text."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.location import LocationProblem
from channelwright.optimisation.location.model import ModelArcs, build
from channelwright.optimisation.location.shape import Cut, Shape
from channelwright.optimisation.location.shape_model import SHAPE_FAMILIES
from tests.golden.lp_files import check, families, stored_families


def shape_model():
    """Three customers in a line, two sites at its ends; cases at a price, outlets hard."""
    problem = LocationProblem(
        cost=[[2, 5], [4, 3], [7, 1]],
        demand=[[10, 1], [20, 1], [15, 1]],
        capacity=[[40, 3], [30, 3]],
        fixed_cost=[11, 12],
        minimum_open=2,
        shape=Shape(
            edges=np.array([[0, 1], [1, 2]]),
            anchor=np.array([[True, False], [False, False], [False, True]]),
            low=np.array([20.0, 1.0]),
            high=np.array([25.0, 2.0]),
            price=np.array([3.0, np.inf]),
            apart=np.array([[0, 2]]),
            cuts=(Cut(2, 0, (1,)), Cut(0, 1, (1,))),
        ),
    )
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(2, dtype=bool)
    part = ModelArcs(customer, site, none, none, np.zeros(0, dtype=np.int64))
    return build(problem, part, ())


ALL = families(shape_model())


@pytest.mark.parametrize("family", ALL)
def test_family_alone(family, tmp_path):
    check(shape_model(), family, "shape", tmp_path)


def test_no_family_lacks_a_golden_file():
    assert stored_families("shape") == ALL
    assert len(ALL) == len(SHAPE_FAMILIES)
