"""`channelwright new` gives a pack that is clean, small, and runs."""

import pytest

from channelwright.cli.main import main
from channelwright.scenario import read_scenario


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("new") / "mine"
    assert main(["new", str(target)]) == 0
    return target


def test_pack_is_clean_and_whole(folder, capsys):
    assert main(["check", str(folder)]) == 0
    assert "no problems" in capsys.readouterr().out
    assert (folder / "README.md").read_text(encoding="utf-8")
    assert not list(folder.rglob("*.py*"))
    pack = read_scenario(folder)
    assert len(pack.market.areas) >= 6
    assert len(pack.market.outlets) < 200
    assert pack.designs
    assert pack.requests


def test_readme_names_every_file_of_the_pack(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    tables = [path.name for path in folder.glob("tables/*")]
    designs = [path.name for path in folder.glob("designs/*.yaml")]
    assert [name for name in [*tables, *designs] if f"`{name}`" not in text] == []


def test_pack_compares_all_its_designs(folder, tmp_path, capsys):
    few = ["--replications", "2", "--workers", "1", "--no-report", "--out", str(tmp_path)]
    code = main(["compare", str(folder), *few])
    shown = capsys.readouterr()
    assert code == 0, shown.out + shown.err
    pack = read_scenario(folder)
    for design in pack.study.designs:
        assert f"\n{design} " in shown.out


def test_pack_is_called_as_its_folder(folder, tmp_path, capsys):
    assert read_scenario(folder).name == "mine"
    assert main(["new", str(tmp_path / "2025")]) == 0
    assert read_scenario(tmp_path / "2025").name == "2025"
    assert main(["new", str(tmp_path / "my own")]) == 0
    assert read_scenario(tmp_path / "my own").name == "example"
    shown = capsys.readouterr().out
    assert f"channelwright check '{tmp_path}/my own'" in shown
    assert "first run after an installation compiles" in shown


def test_folder_that_exists_is_left_alone(folder, capsys):
    before = sorted(folder.rglob("*"))
    assert main(["new", str(folder)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before
