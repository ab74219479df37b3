"""Every constraint family of the district model alone, as text."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.districts import DistrictProblem
from channelwright.optimisation.districts.ground import ground_of
from channelwright.optimisation.districts.model import FAMILIES, ModelPart, Separator, build
from tests.golden.lp_files import check, families, stored_families


def whole_model():
    """Four units in a row, the last two together; the second measure is priced."""
    problem = DistrictProblem(
        cost=[[0, 2, 5, 9], [2, 0, 3, 7], [5, 3, 0, 4], [9, 7, 4, 0]],
        activity=[[10, 1], [12, 2], [5, 1], [6, 3]],
        territories=2,
        tolerance=[0.25, 0.5],
        price=[np.inf, 3.0],
        edges=[[0, 1], [1, 2], [2, 3]],
        centres=[2],
        together=[[2, 3]],
        apart=[[0, 2]],
    )
    ground = ground_of(problem)
    atom = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2])
    centre = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    cut = Separator(0, 2, (1,))
    return build(problem, ground, ModelPart(atom, centre, np.arange(9), (cut,)))


ALL = families(whole_model())


@pytest.mark.parametrize("family", ALL)
def test_family_alone(family, tmp_path):
    check(whole_model(), family, "districts", tmp_path)


def test_no_family_lacks_a_golden_file():
    assert stored_families("districts") == ALL
    assert set(ALL) == set(FAMILIES)
