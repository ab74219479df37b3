"""Golden LP of every row that the piecewise-linear writers add."""

from __future__ import annotations

import pyomo.environ as pyo
import pytest

from channelwright.optimisation.piecewise import PiecewiseCurve, Representation, write_piecewise
from tests.golden.lp_files import check, families, stored_families

CURVE = PiecewiseCurve([0.0, 1.0, 3.0, 4.0, 6.0], [0.0, 0.5, 4.0, 5.0, 5.5])


def make(representation):
    model = pyo.ConcreteModel(f"piecewise_{representation}")
    model.x = pyo.Var(bounds=(0, 6))
    model.y = pyo.Var()
    model.curve = pyo.Block()
    write_piecewise(model.curve, model.x, model.y, CURVE, representation)
    model.goal = pyo.Objective(expr=model.y - model.x, sense=pyo.maximize)
    return model


CASES = [(kind, family) for kind in Representation for family in families(make(kind))]


@pytest.mark.parametrize(("representation", "family"), CASES)
def test_family_is_written_as_agreed(representation, family, tmp_path):
    check(make(representation), family, f"piecewise_{representation}", tmp_path)


@pytest.mark.parametrize("representation", list(Representation))
def test_no_family_lacks_a_golden_file(representation):
    assert stored_families(f"piecewise_{representation}") == families(make(representation))
