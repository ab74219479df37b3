"""A calibration: neutral changes no bit, every multiplier acts, and fitting finds the truth."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import channelwright.scenario
from channelwright.foundation.errors import ChannelwrightError
from channelwright.model.calibration import Calibration
from channelwright.model.columns import ModelError
from channelwright.optimisation.headcount.value import network_value
from channelwright.optimisation.incentives.levels import levels_of, owners_of
from channelwright.optimisation.request import optimise_request
from channelwright.reporting.calibrations import calibration_rows
from channelwright.rules.expectation import expect, service_cost
from channelwright.scenario import read_scenario
from channelwright.studies.forecast_error import error_table, expected_heads, forecast_errors
from channelwright.studies.recalibrate import recalibrated
from channelwright.tables.codes import Account

EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"


@pytest.fixture(scope="module")
def pack():
    return read_scenario(EXAMPLE)


def invented(market, seed=1):
    """A calibration with every multiplier off 1."""
    rng = np.random.default_rng(seed)
    modes, areas = len(market.modes), len(market.areas)
    accounts = np.array([int(Account.REBATE), int(Account.DELIVERY), int(Account.HANDLING)])

    def some(*shape):
        return rng.uniform(0.7, 1.3, shape)

    return Calibration(
        some(modes),
        some(modes),
        some(areas, modes),
        accounts,
        some(len(accounts), modes),
        "invented",
    )


def coefficients(market, design, calibration):
    """Everything that optimisers and forecasts take from the expectation."""
    rows = np.flatnonzero(design.outlets.mode >= 0)
    sites = np.flatnonzero(design.sites.open & (design.sites.parent >= 0))
    dsd = market.modes.ids.index("DSD")
    groups = [np.flatnonzero(design.outlets.mode == dsd)]
    people = int((design.reps.mode == dsd).sum())
    levels = levels_of(market, design, dsd, owners_of(market, design, dsd), people, calibration)
    forecast = expect(market, design, calibration)
    return [
        forecast.money.amount,
        np.array(list(forecast.kpis.values())),
        service_cost(market, design, rows, sites, calibration=calibration),
        network_value(market, design, groups, np.array([0.5, 1.0]), calibration),
        np.array([level.profit for level in levels]),
        np.concatenate([level.sales for level in levels]),
    ]


def test_neutral_changes_no_bit(pack):
    market, design = pack.market, pack.designs["direct"]
    neutral = Calibration.neutral(len(market.areas), len(market.modes))
    full = replace(
        neutral,
        account=np.array([int(account) for account in Account]),
        money=np.ones((len(Account), len(market.modes))),
    )
    plain = coefficients(market, design, None)
    for calibration in (neutral, full):
        for one, two in zip(plain, coefficients(market, design, calibration), strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("field", ["calls", "orders", "volume", "money"])
def test_every_multiplier_reaches_forecast_and_optimisers(pack, field):
    market, design = pack.market, pack.designs["direct"]
    neutral = Calibration.neutral(len(market.areas), len(market.modes))
    one = invented(market)
    parts = {"money": one.money, "account": one.account} if field == "money" else {}
    changed = replace(neutral, **(parts or {field: getattr(one, field)}))
    plain, moved = (coefficients(market, design, c) for c in (None, changed))
    acts = [not np.array_equal(a, b) for a, b in zip(plain, moved, strict=True)]
    # Sales of people follow flows only; all else follows every multiplier.
    assert acts == [True] * 5 + [field != "money" and field != "orders"]


def test_the_answer_of_a_request_follows_its_calibration(pack):
    market = pack.market
    request = replace(pack.requests["chosen"], sites=None, terms=None)
    dear = np.array([int(Account.PRODUCTION)])
    calibration = replace(
        Calibration.neutral(len(market.areas), len(market.modes)),
        account=dear,
        money=np.full((1, len(market.modes)), 3.0),
    )
    plain = optimise_request(market, request)
    careful = optimise_request(market, replace(request, calibration=calibration))
    assert plain.forecast.calibration is None
    assert careful.forecast.calibration is calibration
    # Goods that cost three times as much are not worth as many calls.
    assert careful.forecast.kpis["drops"] < plain.forecast.kpis["drops"]


def test_fitting_finds_the_multipliers_that_made_the_figures(pack):
    market, design = pack.market, pack.designs["direct"]
    truth = invented(market)
    figures = expected_heads(market, design, truth)
    simulated = pd.DataFrame({0: figures, 1: figures})
    found = recalibrated(market, design, None, simulated, damping=1.0)
    again = expected_heads(market, design, found)
    np.testing.assert_allclose(again.reindex(figures.index), figures, rtol=1e-9)
    before = forecast_errors(expected_heads(market, design), simulated)
    after = forecast_errors(again, simulated)
    assert all(before[kind].min() > 0.01 for kind in ("volume", "mechanism", "money", "all"))
    assert all(np.abs(values).max() < 1e-9 for values in after.values())
    half = recalibrated(market, design, None, simulated, damping=0.5)
    np.testing.assert_allclose(half.volume**2, found.volume, rtol=1e-12)
    np.testing.assert_allclose(half.calls**2, found.calls, rtol=1e-12)


def test_errors_are_shares_of_what_was_simulated():
    index = pd.MultiIndex.from_tuples(
        [
            ("volume", "cases", 0, 0),
            ("volume", "cases", 1, 0),
            ("mechanism", "calls", -1, 0),
            ("mechanism", "orders", -1, 0),
            ("money", "goods", -1, 0),
            ("money", "delivery", -1, 0),
        ],
        names=["kind", "head", "area", "mode"],
    )
    expected = pd.Series([110.0, 80.0, 11.0, 6.0, 220.0, -30.0], index=index)
    simulated = pd.DataFrame({0: [100.0, 100.0, 10.0, 5.0, 200.0, -40.0]}, index=index)
    simulated[1] = simulated[0]
    errors = forecast_errors(expected, simulated)
    assert errors["volume"][0] == pytest.approx(30 / 200)
    assert errors["mechanism"][0] == pytest.approx((0.1 + 0.2) / 2)
    assert errors["money"][0] == pytest.approx(30 / 240)
    assert errors["all"][0] == pytest.approx(np.mean([0.15, 0.15, 0.125]))
    assert errors["contribution"][0] == pytest.approx(30 / 160)
    table = error_table(expected, simulated).set_index("head")
    assert table.loc["delivery", "error"] == pytest.approx(10 / 40)


def test_what_is_no_multiplier_is_refused(pack):
    neutral = Calibration.neutral(2, 3)
    with pytest.raises(ModelError, match=r"calls has values that are not above 0"):
        replace(neutral, calls=np.array([1.0, 0.0, 1.0]))
    with pytest.raises(ModelError, match=r"volume has shape \(2, 2\), expected \(2, 3\)"):
        replace(neutral, volume=np.ones((2, 2)))


def named(tmp_path, table, design="chosen"):
    """A copy of the example whose design names a calibration."""
    folder = shutil.copytree(EXAMPLE, tmp_path / "pack")
    (folder / "designs" / "calibration.csv").write_text(table)
    with (folder / "designs" / f"{design}.yaml").open("a") as file:
        file.write("\ncalibration: designs/calibration.csv\n")
    return folder


def test_a_written_calibration_is_read_back(pack, tmp_path):
    market = pack.market
    wanted = invented(market)
    table = calibration_rows(market, wanted).to_csv(index=False)
    found = read_scenario(named(tmp_path, table)).requests["chosen"].calibration
    for field in ("calls", "orders", "volume", "account", "money"):
        np.testing.assert_array_equal(getattr(found, field), getattr(wanted, field))
    assert found.source == "chosen"


def test_volume_without_an_area_holds_for_all_without_a_row(tmp_path):
    table = "head,area,mode,multiplier\nvolume,,DSD,0.9\nvolume,north,DSD,0.8\n"
    pack = read_scenario(named(tmp_path, table))
    market, found = pack.market, pack.requests["chosen"].calibration
    column = found.volume[:, market.modes.ids.index("DSD")]
    north = market.areas.ids.index("north")
    assert column[north] == 0.8
    assert (np.delete(column, north) == 0.9).all()


@pytest.mark.parametrize(
    ("table", "design", "words"),
    [
        (
            "delivery,north,DSD,1.1",
            "chosen",
            "'delivery' has one multiplier per mode, not per area",
        ),
        ("cost,,DSD,1.1", "chosen", "cost"),
        ("delivery,,DSD,0", "chosen", "multiplier"),
        ("delivery,,XXX,1", "chosen", "XXX"),
        ("delivery,,DSD,1.1", "today", "nothing is to be chosen in this design"),
    ],
)
def test_a_wrong_calibration_is_refused_with_its_place(tmp_path, table, design, words):
    folder = named(tmp_path, f"head,area,mode,multiplier\n{table}\n", design)
    with pytest.raises(ChannelwrightError, match="calibration") as error:
        read_scenario(folder)
    assert words in str(error.value)
