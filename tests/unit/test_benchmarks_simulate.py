"""Every subject of the simulation benchmark runs once, and its proof can fail."""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import SUBJECTS, main
from benchmarks.simulate import arguments, command, floor, overheads, page, scale
from benchmarks.simulate.floor import Floor
from benchmarks.simulate.mechanisms import full_world, left_off, switched_on
from benchmarks.simulate.proof import detail_tables, differences
from benchmarks.simulate.recorded import drawn
from benchmarks.simulate.timing import bare_loop, counted_events
from benchmarks.simulate.work import flagship
from channelwright.foundation.random import Purpose
from channelwright.simulation import replicate
from channelwright.simulation.cash.chains import Penalties
from channelwright.simulation.delivery.tours import Delivering
from channelwright.tables.sink import MemorySink

TINY = ["simulate", "--quick", "--outlets", "20", "--days", "3", "--peer-days", "0"]


@pytest.fixture(scope="module")
def work():
    return flagship(20, 3)


@pytest.fixture(scope="module")
def sink(work):
    written = MemorySink()
    replicate(work.market, work.design, work.address, written, keep="orders")
    return written


def test_every_subject_gives_a_row(capsys):
    assert main([*TINY, "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    pairs = {(row["subject"], row["against"]): row for row in rows}
    assert set(pairs) == {
        ("engine", "reference"),
        ("engine-kpis", "reference"),
        ("reference", "engine"),
        ("engine", "floor"),
        ("floor", "engine"),
        ("engine-kpis", "floor-kpis"),
        ("floor-kpis", "engine-kpis"),
    }
    assert all(row["seconds"] > 0 and row["orders"] == rows[0]["orders"] for row in rows)
    assert all({"subject", "against", "orders", "seconds", "ratio"} <= set(row) for row in rows)
    there, back = pairs["engine", "reference"], pairs["reference", "engine"]
    assert there["ratio"] == pytest.approx(back["seconds"] / there["seconds"])
    assert there["ratio"] * back["ratio"] == pytest.approx(1)


def test_table_names_the_proof_and_the_bare_loop(capsys):
    assert main(TINY) == 0
    text = capsys.readouterr().out
    assert text.startswith("subject")
    for part in ("Equal: ", "SimPy events", "Bare SimPy timeout loop", "consumer_demand", "shelf"):
        assert part in text


def test_section_of_the_page_is_written_anew(tmp_path, capsys):
    target = tmp_path / "page.md"
    target.write_text(f"above\n{page.BEGIN}old{page.END}\nbelow\n", encoding="utf-8")
    assert main([*TINY, "--page", str(target)]) == 0
    text = target.read_text(encoding="utf-8")
    assert text.startswith(f"above\n{page.BEGIN}")
    assert text.endswith(f"{page.END}\nbelow\n")
    assert "old" not in text
    assert "| engine | reference | 20 × 3 |" in text
    assert "consumer_demand" not in text  # single columns are printed, not kept
    assert str(target) in capsys.readouterr().err


def test_a_page_without_place_is_refused_before_anything_is_measured(tmp_path, capsys):
    target = tmp_path / "page.md"
    target.write_text("nothing here\n", encoding="utf-8")
    assert main([*TINY, "--page", str(target)]) == 1
    assert "to write between" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "nothing here\n"
    assert main([*TINY, "--page", str(tmp_path / "none.md")]) == 1
    assert "name a page that exists" in capsys.readouterr().err


def test_docs_have_a_place_for_the_section():
    before, after = page.parts(page.PAGE)
    assert before.startswith("# Benchmarks")
    assert "### Scale" in after


def test_no_ratio_when_one_number_differs(monkeypatch, capsys):
    honest = command.simulate

    def off_by_one(market, design, address):
        tables = honest(market, design, address)
        tables["shelf"]["closing"][7] += 1
        return tables

    monkeypatch.setattr(command, "simulate", off_by_one)
    assert main(TINY) == 1
    captured = capsys.readouterr()
    assert not captured.out
    assert "no ratios" in captured.err
    assert "shelf: closing is" in captured.err


def test_a_missing_row_and_a_float_are_seen(sink):
    ours, theirs = detail_tables(sink), detail_tables(sink)
    assert differences(ours, theirs) == []
    theirs["calls"] = {name: column[1:] for name, column in theirs["calls"].items()}
    theirs["effort"]["actual"] = theirs["effort"]["actual"] + 1e-6
    first, second = differences(ours, theirs)
    assert first.startswith("calls: ")
    assert first.endswith(f"against {len(theirs['calls']['day'])}")
    assert second.startswith("effort: actual")


def test_floor_writes_the_columns_of_the_engine(work, sink):
    copy = Floor(work, "orders").run()
    for name in sink.names():
        ours, theirs = sink.table(name), copy.table(name)
        assert all(np.array_equal(ours[column], theirs[column]) for column in ours), name


def test_fewer_outlets_leave_the_others_out(work, sink):
    covered = np.flatnonzero(work.design.outlets.mode >= 0)
    assert len(covered) == work.outlets == 20
    assert np.array_equal(np.unique(sink.table("shelf")["outlet"]), covered)
    assert set(sink.table("shelf")["day"].tolist()) == {0, 1, 2}


def test_events_are_counted():
    with counted_events() as counter:
        bare_loop(50)
    # The start and the end of the process are events as well.
    assert counter.events == 52
    bare_loop(50)
    assert counter.events == 52


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--days", "0"], "0 is less than 1"),
        (["--outlets", "many"], "'many' is no whole number"),
        (["--peer-days", "-1"], "-1 is less than 0"),
        (["--mechanism-days", "-1"], "-1 is less than 0"),
        (["--scale", "1500", "--overheads", "4"], "not allowed with argument"),
    ],
)
def test_wrong_numbers_are_refused(wrong, said, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["simulate", *wrong])
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


def test_help_names_the_subjects_and_nothing_or_nonsense_is_wrong_usage(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {subject} " in text for subject in SUBJECTS)
    for wrong in ([], ["simulated"]):
        assert main(wrong) == 2
        assert "usage:" in capsys.readouterr().err


def test_every_subject_has_a_command():
    for subject in SUBJECTS:
        assert callable(import_module(f"benchmarks.{subject}.command").main)


PARTS = ("--quick", "--json", "--days 9", "--outlets 9", "--reference-days 9")
PARTS += ("--peer-days 0", "--mechanism-days 0")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_work_leaves_the_page_alone(part):
    assert arguments.page_of(arguments.parser().parse_args([])) == page.PAGE
    assert arguments.page_of(arguments.parser().parse_args(part.split())) is None


def test_the_page_is_left_alone_where_peers_are_missing(monkeypatch, capsys, tmp_path):
    target = tmp_path / "page.md"
    target.write_text(f"{page.BEGIN}old\n{page.END}\n", encoding="utf-8")
    report = command.Report([], ["ciw is not installed (extra `peers`): skipped."])
    monkeypatch.setattr(command, "run", lambda *_: report)
    monkeypatch.setattr(arguments, "PAGE", target)
    assert main(["simulate"]) == 0
    assert "peers are missing" in capsys.readouterr().err
    assert "old" in target.read_text(encoding="utf-8")
    assert main(["simulate", "--page", str(target)]) == 0
    assert "old" not in target.read_text(encoding="utf-8")


def test_floor_draws_what_the_tables_tell_of(work, sink):
    products = len(work.market.products)
    draws = drawn(sink, products)
    numbers = {purpose: 0 for purpose, *_ in draws}
    for purpose, _, outlets, subs in draws:
        assert np.array_equal(outlets, np.unique(outlets))
        numbers[purpose] += len(outlets) * subs
    assert numbers[Purpose.CONSUMER_DEMAND] == work.outlets * products * work.days
    assert numbers[Purpose.STRIKE] == len(sink.table("calls")["day"])
    assert numbers[Purpose.ORDER_TIME] == numbers[Purpose.SOURCE_CHOICE] > 0
    assert numbers[Purpose.PAYMENT_DELAY] <= len(sink.table("payments")["outlet"])
    asked = {column for table, column in Floor(work, "kpis").costs() if table == "draws"}
    assert {"consumer_demand", "strike", "market_shock"} <= asked


def test_the_floor_decides_nothing_and_is_short():
    assert len(Path(floor.__file__).read_text(encoding="utf-8").splitlines()) < 100


def test_the_full_world_is_the_same_in_both_and_says_what_is_on():
    world = full_world().first_days(2)
    names = switched_on(world.market, world.design)
    assert {"credit", "delivery", "execution", "selling", "stock", "offers", "approval"} <= set(
        names
    )
    assert not set(names) & set(left_off(world.market, world.design))
    sink = MemorySink()
    replicate(world.market, world.design, world.address, sink, keep="orders")
    theirs = command.simulate(world.market, world.design, world.address)
    assert differences(detail_tables(sink), theirs) == []


def test_overheads_are_pairs_of_runs_with_an_interval(work, capsys):
    parts = overheads.measure(work, 3)
    assert [part.part for part in parts] == list(overheads.PARTS)
    for part in parts:
        assert 0 < part.low <= part.ratio <= part.high
    assert len(overheads.report(parts)) == 1 + len(parts)
    with pytest.raises(SystemExit):
        main(["simulate", "--overheads", "2"])
    assert "2 is less than 3; fewer pairs give no interval" in capsys.readouterr().err


def test_what_is_left_out_may_not_matter(work):
    kept = Penalties.charge
    with overheads.emptied(((Penalties, "charge"),)):
        assert Penalties.charge is not kept
    assert Penalties.charge is kept


def test_a_part_that_does_something_cannot_be_left_out(work, monkeypatch):
    monkeypatch.setattr(overheads, "PARTS", {"trucks": ((Delivering, "deliver"),)})
    with pytest.raises(ValueError, match="without trucks something else happened"):
        overheads.measure(work, 3)


def test_every_size_stands_beside_the_floor():
    small, large = (
        scale.Size(outlets, 392, 40 * outlets, 0.3, outlets / 1_000, 300.0, 17.5, 10.4)
        for outlets in (1_500, 12_000)
    )
    head, first, _, slope = scale.report([small, large])
    assert "x floor" in head
    assert first.split()[-2:] == ["17.5", "10.4"]
    assert "outlets^1.00 to simulate" in slope
    assert scale.times_floor(flagship(20, 3), "kpis") > 0
