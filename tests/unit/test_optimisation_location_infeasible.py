"""Infeasible requests are explained with the two numbers that clash."""

from __future__ import annotations

import re

import numpy as np
import pytest

from channelwright.optimisation.location import (
    LocationProblem,
    LocationProblemError,
    solve_location,
)


def request(**changes):
    base = {
        "cost": [[1.0, 2.0], [2.0, 1.0], [3.0, 3.0]],
        "demand": [4.0, 5.0, 6.0],
        "capacity": [10.0, 9.0],
        "fixed_cost": [1.0, 1.0],
        "customer_names": ("ann", "bob", "cho"),
        "site_names": ("north", "south"),
        "measure_names": ("cases",),
    }
    return LocationProblem(**{**base, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": [7.0, 7.0]}, "total demand in cases is 15 but all .* give 14"),
        ({"maximum_open": 1}, "demand in cases is 15 but the 1 largest .* give 10"),
        ({"demand": [4.0, 5.0, 12.0]}, "cho takes 12 of cases but the largest .* is 10 .*north"),
        ({"cost": [[1, 2], [2, 1], [np.inf, np.inf]]}, "cho is within reach of 0"),
        ({"locks": [0, 0, 0]}, "locked to site north take 15 of cases but its capacity is 10"),
        ({"locks": [0, -1, -1], "forced_closed": [True, False]}, "ann is locked to site north, "),
        (
            {"locks": [-1, -1, 0], "cost": [[1, 2], [2, 1], [np.inf, 3]]},
            "cho is locked to site north, which may not serve it",
        ),
        ({"forced_open": [True, True], "maximum_open": 1}, "2 sites are given as open .* most 1"),
        (
            {"forced_open": [True, False], "forced_closed": [True, False]},
            "north is given as open and as closed",
        ),
        ({"minimum_open": 2, "forced_closed": [True, False]}, "least 2 sites .* only 1"),
        ({"minimum_open": 2, "maximum_open": 1}, "least 2 sites are asked for but at most 1"),
        ({"maximum_open": 0}, "0 sites may be open but 3 customers"),
        ({"locks": [0, 1, -1], "maximum_open": 1}, "2 different sites but at most 1"),
        (
            {"minimum_load": [16.0, 0.0], "forced_open": [True, False]},
            "north must sell at least 16 of cases but its whole reach takes 15",
        ),
        ({"minimum_load": [8.0, 8.0], "minimum_open": 2}, "at least 16 of cases .* is 15"),
        (
            {"maximum_share": [0.4], "capacity": [np.inf, np.inf]},
            "total demand in cases is 15 but all candidates together can give 12",
        ),
        (
            # 6 + 5 > 10 and 6 + 4 > 9: feasible in total, not with whole customers.
            {"capacity": [7.5, 7.5]},
            "shown by branch and bound.*cases: demand 15, capacity at most 15",
        ),
    ],
)
def test_the_clash_is_named(changes, words):
    solution = solve_location(request(**changes))
    assert solution.incumbent is None
    assert solution.certificate.status == "infeasible"
    text = " ".join(solution.certificate.messages)
    assert re.search(words, text), text


def test_the_same_request_without_the_clash_is_solved():
    assert solve_location(request()).certificate.status == "proven"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"demand": [1.0, 2.0]}, "demand has shape"),
        ({"capacity": [np.nan, 1.0]}, "capacity.* nan"),
        ({"demand": [1.0, -2.0, 3.0]}, "-2.0 is not usable"),
        ({"cost": [1.0, 2.0]}, "table of customers by sites"),
        ({"locks": [0, 5, 0]}, "locks must lie in"),
        ({"site_names": ("a",)}, "site_names has 1 entries"),
        ({"fixed_cost": [np.inf, 1.0]}, "fixed_cost"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, words):
    with pytest.raises(LocationProblemError, match=words):
        request(**changes)


def test_arrays_are_frozen_copies():
    cost = np.ones((3, 2))
    problem = request(cost=cost)
    cost[0, 0] = 7.0
    assert problem.cost[0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        problem.cost[0, 0] = 2.0
