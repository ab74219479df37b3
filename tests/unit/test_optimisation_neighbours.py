"""Neighbours of a design: one lever each, everything else kept, locks and limits heard."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import channelwright.scenario
from channelwright.optimisation.neighbours import Move, moved, moves_from
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of, headcount_of
from channelwright.scenario import read_scenario
from channelwright.store.identity import content_digest

EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"


@pytest.fixture(scope="module")
def world():
    pack = read_scenario(EXAMPLE)
    return pack.market, pack.requests["chosen"], pack.designs["assisted"]


def test_every_move_changes_its_lever_and_nothing_else(world):
    market, request, design = world
    moves = moves_from(market, request, design)
    assert {move.kind for move in moves} >= {"people", "safety", "cover", "commission"}
    part = {"people": {"outlets", "reps"}, "safety": {"sites"}, "cover": {"service"}}
    seen = {content_digest(design)}
    for move in moves:
        other = moved(market, design, (move,))
        differs = {
            field.name
            for field in fields(design)
            if field.name not in ("name", "title")
            and content_digest(replace(design, **{field.name: getattr(other, field.name)}))
            != content_digest(design)
        }
        assert differs == part.get(move.kind, {"terms"}), move
        assert content_digest(other) not in seen
        seen.add(content_digest(other))
        # Back again is the same design.
        back = moved(market, other, (replace(move, step=-move.step),))
        if move.kind != "people":
            assert content_digest(back) == content_digest(design)


def test_people_are_cut_anew_in_their_team_only(world):
    market, _, design = world
    people = headcount_of(market, design)
    site, mode = np.argwhere(people > 0)[0].tolist()
    more = moved(market, design, (Move("people", mode, site, 1.0),))
    draft = draft_of(market, design)
    wanted = np.array(people)
    wanted[site, mode] += 1
    ruled = complete(market, replace(draft, headcount=wanted))
    assert sorted(more.reps.ids) == sorted(ruled.reps.ids)
    served = more.outlets.rep >= 0
    names = [np.array(d.reps.ids, dtype=object)[d.outlets.rep[served]] for d in (more, ruled)]
    np.testing.assert_array_equal(*names)
    np.testing.assert_array_equal(more.outlets.order_days, ruled.outlets.order_days)
    np.testing.assert_array_equal(more.outlets.call_rank, ruled.outlets.call_rank)


def test_teams_that_are_not_by_rule_keep_their_territories(world):
    market, _, design = world
    pairs = np.argwhere(headcount_of(market, design) > 0).tolist()
    assert len(pairs) > 1
    (site, mode), (other_site, other_mode) = pairs[:2]
    theirs = np.flatnonzero(
        (design.outlets.site == other_site) & (design.outlets.mode == other_mode)
    )
    rank = np.array(design.outlets.call_rank)
    rank[theirs] = rank[theirs][::-1]
    special = replace(design, outlets=replace(design.outlets, call_rank=rank))
    more = moved(market, special, (Move("people", mode, site, 1.0),))
    np.testing.assert_array_equal(more.outlets.call_rank[theirs], rank[theirs])


def test_locks_limits_and_fixed_levels_are_kept(world):
    market, request, design = world
    people = headcount_of(market, design)
    site, mode = np.argwhere(people > 0)[0].tolist()
    locked = np.array(request.headcount.locked)
    locked[site, mode] = people[site, mode]
    held = replace(
        request,
        headcount=replace(request.headcount, locked=locked, maximum_people=int(people.sum())),
    )
    moves = [move for move in moves_from(market, held, design) if move.kind == "people"]
    assert all((move.site, move.mode) != (site, mode) for move in moves)
    assert all(move.step < 0 for move in moves)
    fixed = np.full_like(design.sites.level, 1_000)
    still = replace(design, sites=replace(design.sites, level=fixed))
    assert not any(move.kind == "safety" for move in moves_from(market, request, still))


def test_moves_say_what_they_do(world):
    market, request, design = world
    words = [move.words(market) for move in moves_from(market, request, design)]
    assert len(set(words)) == len(words)
    assert any("commission in DSD: +" in text for text in words)
    assert any("days of cover" in text for text in words)
