"""Golden LP of every constraint family of the incentive model."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.incentives.model import build
from channelwright.optimisation.incentives.problem import (
    IncentiveProblem,
    LadderRow,
    ModeContract,
    Party,
    Term,
)
from tests.golden.lp_files import check, families, stored_families


def incentive_model():
    """One mode, two states, a seller who is averse to risk and a distributor without a choice."""
    seller = Party("seller", ("low", "high"), (0.0, 0.5), 2.0, risk_aversion=0.5, liability=1.0)
    owner = Party("owner", ("as is",), (0.0,), outside=1.0, required_return=0.1, count=2.0)
    few, many = [0.75, 0.25], [0.25, 0.75]
    mode = ModeContract(
        name="assisted",
        parties=(seller, owner),
        terms=(
            Term("salary", 0.0, 4.0),
            Term("commission", 0.0, 0.5, grid=(0.0, 0.25, 0.5)),
            Term("margin", 0.5, 1.5),
        ),
        basis=np.array(
            [[[1.0, 1.0], [0.0, 0.0]], [[4.0, 8.0], [0.0, 0.0]], [[0.0, 0.0], [4.0, 8.0]]]
        ),
        own_income=np.array([[0.0, 0.0], [-1.0, -2.0]]),
        value=np.array([20.0, 40.0]),
        probability=np.array([[few, many], [[1.0, 0.0], few]]),
        state_share=np.array([0.5, 0.5]),
        capital=np.full((2, 2, 2), 10.0),
        allowed=np.array([[True, True], [True, False]]),
    )
    ladder = (
        LadderRow("margin and commission stay in step", ((0, 2, 1.0), (0, 1, 2.0)), 0.6, 2.0),
    )
    return build(IncentiveProblem((mode,), ladder, tie=0.125))[0]


@pytest.mark.parametrize("family", families(incentive_model()))
def test_family_is_written_as_agreed(family, tmp_path):
    check(incentive_model(), family, "incentives", tmp_path)


def test_no_family_lacks_a_golden_file():
    assert stored_families("incentives") == families(incentive_model())
