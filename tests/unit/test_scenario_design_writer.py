"""A chosen design written into its pack reads as it was chosen; a refusal leaves nothing behind."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import channelwright.scenario
from channelwright.cli.main import main
from channelwright.foundation.errors import PackError, UsageError
from channelwright.foundation.hashing import digest
from channelwright.rules.design_rows import design_rows
from channelwright.scenario import read_scenario, write_given

EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "pack"
    shutil.copytree(EXAMPLE, folder)
    return folder


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def chosen_like(path):
    """An answer to the example's request that moves every part that can be written."""
    read = read_scenario(path)
    design = read.designs["assisted"]
    service, sites, terms = design.service, design.sites, design.terms
    return replace(
        design,
        name="chosen",
        title="Moved: by “hand”",
        service=replace(service, cover_days=service.cover_days + 0.25),
        sites=replace(
            sites,
            safety_days=np.where(sites.open, sites.safety_days + 1.5, 0.0),
            level=np.where(sites.open & (sites.parent >= 0), 4_321, -1)[:, None] * [1, 1, 1],
        ),
        terms=replace(
            terms,
            commission=terms.commission + 4_321,
            bonus=terms.bonus + 12_345,
            quota=terms.quota + 77_777,
            price_outlet=terms.price_outlet + np.array([[1, 2, 3]]),
        ),
    )


def test_the_answer_reads_as_it_was_chosen(pack):
    answer = chosen_like(pack)
    written = write_given(pack, "chosen", answer, "plan_a")
    assert written.different == ()
    assert {path.name for path in written.files} == {
        "plan_a.yaml",
        *(
            f"plan_a_{part}.csv"
            for part in (
                "sites",
                "outlets",
                "headcount",
                "terms",
                "prices",
                "service",
                "levels",
            )
        ),
    }
    read = read_scenario(pack)
    given = read.designs["plan_a"]
    for part in ("outlets", "reps", "terms", "service"):
        assert digest(getattr(given, part)) == digest(getattr(answer, part)), part
    assert given.title == answer.title
    assert "chosen" in read.requests
    # Beside the request that it answers, and nowhere else.
    lines = (pack / "scenario.yaml").read_text().splitlines()
    place = lines.index("  plan_a: designs/plan_a.yaml")
    assert lines[place - 1] == "  chosen: designs/chosen.yaml"
    del lines[place]
    assert lines == (EXAMPLE / "scenario.yaml").read_text().splitlines()


def test_a_manual_change_is_a_change_of_a_table(pack):
    write_given(pack, "chosen", chosen_like(pack), "plan_a")
    table = pack / "designs" / "plan_a_outlets.csv"
    rows = table.read_text()
    changed = rows.replace("o001,WAT,house_north", "o001,WAT,house_east")
    assert changed != rows
    table.write_text(changed)
    read = read_scenario(pack)
    given, market = read.designs["plan_a"], read.market
    row = market.outlets.ids.index("o001")
    assert market.sites.ids[given.outlets.site[row]] == "house_east"


def test_what_people_alone_decide_is_named(pack):
    answer = chosen_like(pack)
    days = np.array(answer.outlets.order_days)
    called = np.flatnonzero(answer.outlets.rep >= 0)[0]
    days[called] = 1 << 2
    answer = replace(answer, outlets=replace(answer.outlets, order_days=days))
    assert write_given(pack, "chosen", answer, "plan_a").different == ("outlets",)


def test_nobody_to_employ_is_the_rule(pack):
    read = read_scenario(pack)
    design = read.designs["direct"]
    nobody = replace(
        design,
        reps=replace(
            design.reps,
            ids=(),
            **{
                name: getattr(design.reps, name)[:0]
                for name in ("role", "mode", "site", "area", "lat", "lon")
            },
        ),
    )
    assert "headcount" not in design_rows(read.market, nobody)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("today", "the pack has a design 'today' already"),
        ("plan a", "'plan a' is no name of a design"),
        ("../out", "'../out' is no name of a design"),
        ("today_sites", None),
    ],
)
def test_names_that_cannot_be_used(pack, name, message):
    (pack / "designs" / "today_sites.yaml").write_text("somebody's notes\n")
    before = snapshot(pack)
    with pytest.raises(UsageError, match=message or "today_sites.yaml is there already"):
        write_given(pack, "chosen", chosen_like(pack), name)
    assert snapshot(pack) == before


def test_a_request_that_is_none_is_refused(pack):
    with pytest.raises(UsageError, match="the pack has no request 'chose'; did you mean 'chosen'"):
        write_given(pack, "chose", chosen_like(pack), "plan_a")


def test_a_pack_that_lists_designs_otherwise_is_left_alone(pack):
    listing = pack / "scenario.yaml"
    text = listing.read_text()
    block = text[text.index("designs:\n") : text.index("\noverrides:")]
    names = ", ".join(line.strip() for line in block.splitlines()[1:])
    listing.write_text(text.replace(block, f"designs: {{{names}}}\n"))
    before = snapshot(pack)
    with pytest.raises(UsageError, match="does not name 'chosen' on a line of its own"):
        write_given(pack, "chosen", chosen_like(pack), "plan_a")
    assert snapshot(pack) == before


def test_an_answer_that_the_pack_refuses_leaves_it_as_it_was(pack):
    answer = chosen_like(pack)
    dear = replace(answer.terms, commission=answer.terms.commission + 2_000_000)
    before = snapshot(pack)
    with pytest.raises(PackError, match=r"plan_a_terms\.csv"):
        write_given(pack, "chosen", replace(answer, terms=dear), "plan_a")
    assert snapshot(pack) == before


def test_the_verb_saves_and_says_what_next(pack, capsys):
    assert main(["optimise", str(pack), "chosen", "--save-as", "plan_a"]) == 0
    shown = capsys.readouterr().out
    assert "saved as design 'plan_a'" in shown
    assert f"channelwright compare {pack} --designs today,plan_a" in shown
    assert "differs" not in shown
    assert main(["check", str(pack)]) == 0
    assert main(["optimise", str(pack), "chosen", "--save-as", "plan_a"]) == 2
    assert "the pack has a design 'plan_a' already" in capsys.readouterr().err
