"""Certificates claim no more than was shown."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from channelwright.model.certificate import Certificate, CertificateError


def certificate(**changes):
    base = Certificate(
        decision="territories",
        sense="minimise",
        lower_bound=99.0,
        upper_bound=100.0,
        bound_kind="lagrangian",
        unit="ticks a week",
        work={"nodes": 3},
    )
    return replace(base, **changes)


def proven(**changes):
    return certificate(lower_bound=100.0, status="proven", **changes)


def test_gap_is_a_share_of_the_answer():
    assert certificate().gap == pytest.approx(0.01)
    assert certificate().objective == 100.0
    assert certificate().bound == 99.0
    other = certificate(sense="maximise")
    assert (other.objective, other.bound) == (99.0, 100.0)


def test_only_a_proven_unrestricted_answer_is_called_optimal():
    assert "optimal" in proven().statement()
    assert "optimal" not in certificate().statement()
    restricted = proven(restrictions=("arcs to the 8 nearest sites",))
    assert "optimal" not in restricted.statement()
    assert "guard not run" in restricted.statement()
    assert not restricted.proven
    failed = replace(restricted, guard_passed=False)
    assert "guard failed" in failed.statement()
    assert "optimal" not in failed.statement()
    passed = replace(restricted, guard_passed=True)
    assert passed.proven
    assert "guard passed" in passed.statement()


def test_statement_of_the_other_ends():
    clash = certificate(
        lower_bound=None, upper_bound=None, status="infeasible", messages=("900 against 800.",)
    )
    assert "900 against 800" in clash.statement()
    assert "no limit" in certificate(status="unbounded").statement()
    assert "none was ruled out" in certificate(upper_bound=None, status="no_solution").statement()
    assert "time limit" in certificate(timed=True).statement()
    assert "no bound known" in certificate(lower_bound=None).statement()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lower_bound": math.inf}, "not finite"),
        ({"lower_bound": 101.0}, "above upper bound"),
        ({"guard_passed": True}, "no restriction to guard"),
        ({"status": "proven"}, "needs a gap"),
        ({"upper_bound": None}, "needs the objective"),
        ({"status": "infeasible"}, "cannot carry"),
        ({"status": "infeasible", "upper_bound": None}, "must be explained"),
        ({"sense": "upwards"}, "sense 'upwards' is unknown"),
        ({"status": "great"}, "status 'great' is unknown"),
        ({"bound_kind": ""}, "kind of bound is empty"),
    ],
)
def test_contradictions_are_refused(changes, words):
    with pytest.raises(CertificateError, match=words):
        certificate(**changes)


def test_dictionary_and_back():
    original = proven(messages=("one",), restrictions=("r",), guard_passed=True, timed=True)
    data = json.loads(json.dumps(original.to_dict()))
    assert Certificate.from_dict(data) == original
    with pytest.raises(CertificateError, match="unknown keys \\['colour'\\]"):
        Certificate.from_dict({**data, "colour": 1})


def test_frozen():
    with pytest.raises(AttributeError):
        certificate().unit = "yuan"
