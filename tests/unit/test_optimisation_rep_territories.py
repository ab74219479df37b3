"""Territories of people inside a site's territory: balance, company, days, packs, refusals."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace

import numpy as np
import pytest

from channelwright.foundation.errors import InfeasibleError
from channelwright.model.rep_territories import RepTerritories
from channelwright.model.request import HeadcountChoice, Request
from channelwright.optimisation.interrupting import attended
from channelwright.optimisation.memory import Memory, load, save
from channelwright.optimisation.rep_territories import (
    USUAL,
    choose_rep_territories,
)
from channelwright.optimisation.request import optimise_request
from channelwright.optimisation.search_settings import SearchSettings
from channelwright.rules.flows import bits_per_week, expected_flows
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of
from channelwright.scenario import read_scenario
from tests.conftest import ROOT

EXAMPLE = ROOT / "engine" / "channelwright" / "scenario" / "example"
PACK = ROOT / "tests" / "data" / "packs" / "tiny"


@pytest.fixture(scope="module")
def world():
    """The shipped example, its outlets served directly by teams of three."""
    pack = read_scenario(EXAMPLE)
    market, design = pack.market, pack.designs["direct"]
    draft = draft_of(market, design)
    people = np.where(draft.headcount > 0, 3, 0)
    return market, complete(market, replace(draft, headcount=people))


def cut(*words, **more):
    """Return the design and the certificate of a choice."""
    chosen = choose_rep_territories(*words, **more)
    return chosen.design, chosen.certificate


def asked(market, design, **changes):
    outlets = len(market.outlets)
    none = np.zeros((0, 2), dtype=np.int64)
    rules = RepTerritories(
        tolerance=np.array([np.inf, 0.25, np.inf]),
        price=np.full(3, np.inf),
        graph="delaunay",
        cap_metres=0,
        moment=False,
        locked=np.zeros(outlets, dtype=np.bool_),
        together=none,
        apart=none,
    )
    return HeadcountChoice(
        modes=np.unique(design.reps.mode),
        by="workload",
        frequencies=(0.5, 1.0, 2.0),
        minimum_frequency=(0.0, 0.0, 0.0),
        maximum_people=-1,
        locked=np.full((len(market.sites), len(market.modes)), -1, dtype=np.int64),
        territories=replace(rules, **changes),
    )


def loads(market, design, weight):
    """Load of every person over the mean of its team, for teams of two or more."""
    rep = design.outlets.rep
    total = np.bincount(rep[rep >= 0], weights=weight[rep >= 0], minlength=len(design.reps))
    shares = []
    for team in {(s, m) for s, m in zip(design.reps.site, design.reps.mode, strict=True)}:
        mine = (design.reps.site == team[0]) & (design.reps.mode == team[1])
        if mine.sum() >= 2:
            shares.append(total[mine] / total[mine].mean())
    return shares


def test_people_get_even_territories_and_everything_else_stays(world):
    market, design = world
    count = np.ones(len(market.outlets))
    choice = asked(market, design, tolerance=np.array([np.inf, np.inf, 0.2]))
    chosen, certificate = cut(market, choice, design, design)
    assert certificate.decision == "rep territories"
    assert certificate.lower_bound > 0
    assert certificate.work["teams"] == len(certificate.messages) > 0
    shares = loads(market, chosen, count)
    assert shares
    assert all((abs(share - 1) <= 0.2 + 1e-9).all() for share in shares)
    for field in fields(design.outlets):
        if field.name not in ("rep", "call_rank", "order_days"):
            before, after = getattr(design.outlets, field.name), getattr(chosen.outlets, field.name)
            assert np.array_equal(before, after), field.name
    called = design.outlets.rep >= 0
    assert np.array_equal(called, chosen.outlets.rep >= 0)
    for name in ("site", "mode"):
        team = getattr(design.reps, name)
        assert np.array_equal(team[design.outlets.rep[called]], team[chosen.outlets.rep[called]])
    assert np.allclose(
        bits_per_week(design.outlets.order_days), bits_per_week(chosen.outlets.order_days)
    )
    pairs = np.stack([chosen.outlets.rep[called], chosen.outlets.call_rank[called]], axis=1)
    assert len(np.unique(pairs, axis=0)) == called.sum()


def test_cases_can_be_balanced_at_a_price(world):
    market, design = world
    cases = expected_flows(market, design).cases.sum(axis=1)
    measure = np.array([0.0, np.inf, np.inf])
    free = asked(market, design, tolerance=np.full(3, np.inf))
    paid = asked(market, design, tolerance=measure, price=np.array([1e3, np.inf, np.inf]))
    spread = []
    for choice in (free, paid):
        quick = replace(USUAL, exact_units=0)
        chosen, certificate = cut(market, choice, design, design, quick)
        assert certificate.objective >= certificate.lower_bound
        spread.append(max(np.ptp(share) for share in loads(market, chosen, cases)))
    assert spread[1] < 0.5 * spread[0]


def test_after_a_change_teams_begin_with_what_was_and_their_bounds_are_carried_over(world):
    market, design = world
    wide = np.array([np.inf, np.inf, 0.3])
    choice = asked(market, design, tolerance=wide)
    before = choose_rep_territories(market, choice, design, design)
    rep = before.design.outlets.rep
    warm = Memory(market.outlets.ids, rep, None, before.teams)
    # One pair in one team is parted; the rules of the others stay.
    pair = np.flatnonzero(rep == rep[rep >= 0][0])[:2]
    stricter = asked(market, design, tolerance=wide, apart=pair[None])
    again = choose_rep_territories(
        market, stricter, design, design, settings=SearchSettings(warm=warm)
    )
    assert again.design.outlets.rep[pair[0]] != again.design.outlets.rep[pair[1]]
    assert "carried over" in again.certificate.bound_kind
    assert again.certificate.lower_bound >= before.certificate.lower_bound - 1e-6
    _, claim = cut(market, stricter, design, design)
    assert again.certificate.lower_bound <= claim.objective + 1e-6
    assert again.certificate.objective <= 1.03 * claim.objective
    calm = [k for k, team in enumerate(again.teams) if pair[0] not in team.rows]
    assert calm
    for k in calm:
        claim = again.teams[k].claim
        assert claim.bound == before.teams[k].claim.bound
        assert claim.kind.endswith("carried over from the choice before")


def test_a_memory_of_teams_is_read_as_it_was_written(world, tmp_path):
    market, design = world
    choice = asked(market, design, tolerance=np.array([np.inf, np.inf, 0.3]))
    found = choose_rep_territories(market, choice, design, design)
    save(Memory(market.outlets.ids, found.design.outlets.rep, None, found.teams), tmp_path)
    again = load(tmp_path)
    assert again.sites is None
    assert len(again.teams) == len(found.teams) > 1
    for one, other in zip(again.teams, found.teams, strict=True):
        assert (one.site, one.mode) == (other.site, other.mode)
        assert np.array_equal(one.rows, other.rows)
        for field in fields(one.claim):
            values = getattr(one.claim, field.name), getattr(other.claim, field.name)
            assert np.array_equal(*values), field.name


def test_one_wish_to_end_ends_all_teams_with_a_division_of_each(world):
    market, design = world
    choice = asked(market, design, tolerance=np.array([np.inf, np.inf, 0.3]))
    teams = len(choose_rep_territories(market, choice, design, design).teams)
    states = []
    with attended() as present:
        present.asked = True
        settings = SearchSettings(show=states.append, told=lambda: None)
        found = choose_rep_territories(market, choice, design, design, settings=settings)
    assert "was asked to end" in found.certificate.messages[0]
    assert found.certificate.timed or found.certificate.proven
    assert 0 < found.certificate.lower_bound <= found.certificate.objective
    assert f"(team 1 of {teams})" in states[0].decision
    shares = loads(market, found.design, np.ones(len(market.outlets)))
    assert all((abs(share - 1) <= 0.3 + 1e-9).all() for share in shares)


def test_company_of_locked_outlets_and_pairs_are_kept(world):
    market, design = world
    rep = design.outlets.rep
    team = np.flatnonzero(
        (rep >= 0) & (design.reps.site[np.maximum(rep, 0)] == design.reps.site[0])
    )
    people = np.unique(rep[team])
    one = team[rep[team] == people[0]][:2]
    other = team[rep[team] == people[1]][:2]
    locked = np.zeros(len(market.outlets), dtype=np.bool_)
    locked[one] = locked[other] = True
    wide = np.array([np.inf, 0.9, np.inf])
    chosen, _ = cut(
        market, asked(market, design, locked=locked, tolerance=wide, graph="none"), design, design
    )
    new = chosen.outlets.rep
    assert new[one[0]] == new[one[1]]
    assert new[other[0]] == new[other[1]]
    assert new[one[0]] != new[other[0]]
    choice = asked(market, design, apart=one[None], tolerance=wide, graph="none")
    chosen, _ = cut(market, choice, design, design)
    assert chosen.outlets.rep[one[0]] != chosen.outlets.rep[one[1]]
    choice = asked(
        market, design, together=np.array([[one[0], other[0]]]), tolerance=wide, graph="none"
    )
    chosen, _ = cut(market, choice, design, design)
    assert chosen.outlets.rep[one[0]] == chosen.outlets.rep[other[0]]


def test_teams_that_cannot_be_cut_are_named_with_the_numbers(world):
    market, design = world
    rep = design.outlets.rep
    one = np.flatnonzero(rep == 0)[:2]
    wide = np.array([np.inf, 0.9, np.inf])
    choice = asked(market, design, together=one[None], apart=one[None], tolerance=wide)
    with pytest.raises(InfeasibleError, match=r"territories of people, .*must be apart"):
        choose_rep_territories(market, choice, design, design)
    choice = asked(market, design, cap_metres=1, tolerance=wide)
    with pytest.raises(InfeasibleError, match="separate parts"):
        choose_rep_territories(market, choice, design, design)


def test_a_request_chooses_people_and_their_territories(world):
    market, design = world
    choice = asked(market, design, tolerance=np.array([np.inf, 0.6, np.inf]))
    request = Request("asked", "Asked", design, None, choice, None)
    answer = optimise_request(market, request)
    decisions = [certificate.decision for certificate in answer.certificates]
    assert decisions[-1] == "rep territories"
    again = optimise_request(market, request)
    assert np.array_equal(answer.design.outlets.rep, again.design.outlets.rep)


def test_pack_names_what_is_asked(tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(PACK, folder)
    file = folder / "designs" / "chosen.yaml"
    text = file.read_text(encoding="utf-8")
    assert "    by: profit\n" in text
    block = (
        "    by: profit\n"
        "    territories:\n"
        "      balance: {workload: 0.1, cases: 0.2}\n"
        "      price: {cases: 4}\n"
        "      contiguous: delaunay\n"
        "      cap_km: 30\n"
        "      compactness: moment\n"
        "      locked: [i1]\n"
        "      apart: [[i1, i2]]\n"
    )
    file.write_text(text.replace("    by: profit\n", block), encoding="utf-8")
    pack = read_scenario(folder)
    rules = pack.requests["chosen"].headcount.territories
    assert rules.tolerance.tolist() == [0.2, 0.1, np.inf]
    assert rules.price.tolist() == [4.0, np.inf, np.inf]
    assert (rules.graph, rules.cap_metres, rules.moment) == ("delaunay", 30_000, True)
    assert rules.locked.sum() == 1
    assert rules.apart.shape == (1, 2)
