"""Calls carried over take what lists of calls take, however their ways are found."""

import numpy as np
import pytest

from channelwright.rules import field_work
from channelwright.rules.roads import UNSURE
from tests.support import random_market


def world():
    """A market and a design with people who call on outlets."""
    for seed in range(20):
        market, design = random_market(seed)
        if len(np.flatnonzero(design.outlets.rep >= 0)) > 2:
            return market, design
    raise AssertionError("no random market has people with three outlets")


def as_lists(market, design, before, outlet):
    """Seconds of each pair as a list of its own, in which the second call is the one."""
    taken = []
    for last, here in zip(before.tolist(), outlet.tolist(), strict=True):
        calls = np.array([here] if last < 0 else [last, here])
        rep, first = design.outlets.rep[calls], np.arange(len(calls)) == 0
        way = field_work.travel_seconds(market, design, calls, rep, first)
        stay = field_work.stay_seconds(market, design.reps.role[rep], calls)
        taken.append(int((way + stay)[-1]))
    return taken


@pytest.mark.parametrize("sure", [True, False])
def test_pairs_take_what_they_take_in_a_list(monkeypatch, sure):
    market, design = world()
    if not sure:
        unsure = lambda points, a, b, factor: np.full(len(a), UNSURE)  # noqa: E731
        monkeypatch.setattr(field_work, "ways", unsure)
    called = np.flatnonzero(design.outlets.rep >= 0)
    before, outlet = np.append(-1, called[:-1]), called
    times = field_work.CallTimes(market, design)
    expected = as_lists(market, design, before, outlet)
    assert times.taken(before, outlet).tolist() == expected
    assert times.taken(before[::-1], outlet[::-1]).tolist() == expected[::-1]
    assert len(set(expected)) > 1
