"""People, houses and sites of a transition by hand: who is paid when, what ends when."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.market import SOLICITORS
from channelwright.model.transition import TransitionPlan
from channelwright.studies.transition import flows
from channelwright.studies.transition.changes import Changes
from channelwright.studies.transition.people import staffing

REP, SALESMAN = SOLICITORS.index("rep"), SOLICITORS.index("salesman")
MARKET = SimpleNamespace(
    roles=SimpleNamespace(
        wage=np.array([100, 60, 80]) * TICKS_PER_UNIT,
        __len__=lambda: 3,
        ids=("van", "town", "house"),
    ),
    modes=SimpleNamespace(role=np.array([0, 1, 2]), solicitor=np.array([REP, REP, SALESMAN])),
    sites=SimpleNamespace(
        independent=np.array([False, True, False]),
        fixed_cost=np.array([10, 99, 20]) * TICKS_PER_UNIT,
        area=np.array([0, 1, 1]),
    ),
)
#: Start: 3 of role 0 in area 0, 2 of role 1 in area 1; target: 1 and 4 the other way round.
PEOPLE = np.array([[[3, 0], [0, 2], [0, 1]], [[1, 0], [3, 1], [0, 0]]])
CHANGE = np.array([2, 5])
PLAN = TransitionPlan(
    months=8, training_months=2, hire_cost=7.0, notice_months=1.0, severance_months=2.0
)


class _Roles(SimpleNamespace):
    def __len__(self):
        return len(self.ids)


MARKET.roles = _Roles(wage=MARKET.roles.wage, ids=MARKET.roles.ids)


def changes(**fields):
    site = np.array([False, True, False])
    served = np.zeros((2, 3, 2), dtype=bool)
    served[0, 1] = [True, True]
    served[1, 2] = [True, False]
    given = {
        "outlets": np.array([True]),
        "changed_share": np.array([1.0, 1.0]),
        "outlets_by_area": np.array([1, 1]),
        "people": PEOPLE,
        "served": served,
        "closing": site,
        "opening": np.array([False, False, True]),
    }
    return Changes(**{**given, **fields})


def test_people_are_trained_before_and_paid_off_after():
    found = staffing(MARKET, PLAN, changes(), CHANGE)
    assert found.working[0].tolist() == [3, 3, 1, 1, 1, 1, 1, 1]
    assert found.working[1].tolist() == [2, 2, 5, 5, 5, 4, 4, 4]
    assert found.working[2].tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    assert found.training[1].tolist() == [3, 3, 0, 0, 0, 0, 0, 0]
    assert found.hired[1].tolist() == [3, 0, 0, 0, 0, 0, 0, 0]
    assert found.leaving[0].tolist() == [0, 0, 2, 0, 0, 0, 0, 0]
    assert found.leaving[1].tolist() == [0, 0, 0, 0, 0, 1, 0, 0]
    # 3 x 60 in training; then 3 x 60 at work less 2 x 100; then 2 x 60 less 2 x 100.
    assert found.wages.tolist() == [-180, -180, 20, 20, 20, 80, 80, 80]
    # 3 hired at 7; 2 leave with 3 wages of 100; 1 with 3 of 60; the house pays its own salesman.
    assert found.moving.tolist() == [-21, 0, -600, 0, 0, -180, 0, 0]


def test_those_who_take_a_new_place_are_neither_hired_nor_let_go():
    found = staffing(MARKET, replace(PLAN, redeploy=1.0), changes(), CHANGE)
    assert found.hired[1].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert found.leaving[0].sum() == 0
    assert found.moving.tolist() == [-7, 0, 0, 0, 0, -180, 0, 0]
    assert found.working.tolist() == staffing(MARKET, PLAN, changes(), CHANGE).working.tolist()


def test_a_house_ends_with_the_last_of_its_areas():
    books = SimpleNamespace(
        replications=np.arange(2),
        site_profit=np.array([[[0, 12, 0]] * 2, [[0, -5, 0]] * 2]) * 12.0 / 365.0,
        site_stock=np.array([[[0, 200, 0]] * 2, [[0, 100, 0]] * 2], dtype=float),
    )
    plan = replace(PLAN, compensation_months=3.0, buy_back=0.5, resale=0.25)
    paid, goods = flows.houses(plan, books, MARKET, changes(), CHANGE, 8)
    assert paid[0] == pytest.approx([0, 0, 0, 0, 0, -36, 0, 0])
    assert paid[1] == pytest.approx(np.zeros(8))
    assert goods[0] == pytest.approx([0, 0, 0, 0, 0, -100, 50, 0])


def test_a_site_opens_for_the_first_of_its_areas_and_closes_after_the_last():
    days = np.full(8, 30.0)
    plan = replace(PLAN, opening_cost=1000.0)
    cost = flows.sites(plan, MARKET, changes(), CHANGE, days)
    assert cost.tolist() == [0, 0, -1600, -600, -600, -600, -600, -600]
    closing = changes(closing=np.array([True, False, False]), opening=np.zeros(3, dtype=bool))
    closing.served[0, 0] = [True, True]
    assert flows.sites(plan, MARKET, closing, CHANGE, days).tolist() == [0] * 5 + [300] * 3
