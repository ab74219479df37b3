"""The curve of sales over calls runs, rises, and is refused for frequencies nobody plans."""

import json

import pytest

from benchmarks.__main__ import main


def test_curve_of_a_slice_of_the_flagship(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--outlets", "150", "--days", "70", "--replications", "2", "--calls", "0.25,1,2"]
    assert main(["calls", *arguments, "--full", "--json"]) == 0
    points = json.loads(capsys.readouterr().out)
    assert [point["calls"] for point in points] == [0.25, 1.0, 2.0]
    assert points[1]["difference"] == 0
    cases = [point["cases"] for point in points]
    products = [point["products"] for point in points]
    assert cases == sorted(cases)
    assert products[0] < products[2]


def test_unknown_frequency_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "--calls", "0.7"]) == 2
    assert "use some of" in capsys.readouterr().err
