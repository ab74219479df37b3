"""The pack that `channelwright new` copies is sound and shows every part of the format."""

from importlib.resources import as_file, files

import numpy as np

from channelwright.scenario import check, read_scenario
from channelwright.scenario.worlds import BASE


def test_example_is_sound_in_every_scenario() -> None:
    with as_file(files("channelwright.scenario") / "example") as folder:
        assert check(folder) == []
        pack = read_scenario(folder, "hard_year")
    assert list(pack.markets) == [BASE, "hard_year"]
    assert [change.by for change in pack.changes] == ["cool_summer", "dear_fuel", "dear_fuel"]
    assert (pack.market.vehicles.km_cost > pack.markets[BASE].vehicles.km_cost).all()


def test_example_covers_all_its_outlets_and_asks_for_every_decision() -> None:
    with as_file(files("channelwright.scenario") / "example") as folder:
        pack = read_scenario(folder)
    assert len(pack.market.areas) >= 6
    for design in pack.designs.values():
        assert (design.outlets.mode >= 0).all()
        called = design.outlets.rep >= 0
        assert np.unique(design.outlets.rep[called]).size == len(design.reps)
    request = pack.requests["chosen"]
    assert None not in (request.sites, request.headcount, request.terms)
