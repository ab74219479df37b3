"""From forecast errors to the multipliers that take them away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.calibration import Calibration
from channelwright.studies.forecast_error import OTHERS, expected_heads
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.foundation.units import FloatArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market

#: A multiplier beyond this says that forecast and world do not speak of the same thing.
SMALLEST, LARGEST = 0.1, 10.0


def recalibrated(
    market: Market,
    design: Design,
    calibration: Calibration | None,
    simulated: pd.DataFrame,
    *,
    damping: float = 0.5,
    source: str = "",
) -> Calibration:
    """Return the calibration that brings the forecast of a design nearer to its simulation.

    Calls and orders are fitted first, then cases, then what is posted on every account under the
    new flows; all multipliers go a share of the way in logarithms, so that a design that reacts to
    them cannot make the loop swing.

    Parameters
    ----------
    calibration : Calibration or None
        That of the forecast; None = neutral.
    simulated : DataFrame
        As `channelwright.studies.forecast_error.simulated_heads` returns it.
    damping : float
        Share of the way, 1 = all of it.
    """
    old = calibration or Calibration.neutral(len(market.areas), len(market.modes))
    mean, target = simulated.mean(axis=1), old
    # Cases follow calls in a curve, and money follows both: each is fitted on those before it.
    for fit in (_with_calls, _with_orders, _with_volume, _with_money):
        target = fit(market, target, expected_heads(market, design, target), mean)
    return _between(old, target, damping, source)


def _with_calls(
    market: Market, old: Calibration, expected: pd.Series[float], mean: pd.Series[float]
) -> Calibration:
    sides = (_by_mode(side, "mechanism", "calls", len(market.modes)) for side in (mean, expected))
    return replace(old, calls=_bounded(old.calls * _ratio(*sides)))


def _with_orders(
    market: Market, old: Calibration, expected: pd.Series[float], mean: pd.Series[float]
) -> Calibration:
    sides = (_by_mode(side, "mechanism", "orders", len(market.modes)) for side in (mean, expected))
    return replace(old, orders=_bounded(old.orders * _ratio(*sides)))


def _with_volume(
    market: Market, old: Calibration, expected: pd.Series[float], mean: pd.Series[float]
) -> Calibration:
    cases = [np.zeros((len(market.areas), len(market.modes))) for _ in range(2)]
    for table, side in zip(cases, (mean, expected), strict=True):
        part = side[side.index.get_level_values("kind") == "volume"]
        where = (part.index.get_level_values("area"), part.index.get_level_values("mode"))
        np.add.at(table, where, part.to_numpy())
    # An area that a mode has not reached yet gets what the mode does elsewhere.
    usual = _ratio(cases[0].sum(axis=0), cases[1].sum(axis=0))
    known = (cases[0] > 0) & (cases[1] > 0)
    ratio = np.where(known, _ratio(*cases), usual[None, :])
    return replace(old, volume=_bounded(old.volume * ratio))


def _with_money(
    market: Market, old: Calibration, expected: pd.Series[float], mean: pd.Series[float]
) -> Calibration:
    accounts = np.array(sorted(account for account in Account if account != Account.CONSUMER))
    modes = len(market.modes)
    rows = []
    for number in accounts.tolist():
        head, ratio = Account(number).name.lower(), np.ones(modes)
        # The manufacturer's own side where it has one: its profit is what is planned for.
        for kind in (OTHERS, "money"):
            sides = [_by_mode(side, kind, head, modes) for side in (mean, expected)]
            ratio = np.where(sides[0] * sides[1] > 0, _ratio(*sides), ratio)
        rows.append(_bounded(old.of_account(number) * ratio))
    money = np.stack(rows)
    kept = (money != 1.0).any(axis=1)
    return replace(old, account=accounts[kept], money=money[kept])


def _by_mode(side: pd.Series[float], kind: str, head: str, modes: int) -> FloatArray:
    part = side[
        (side.index.get_level_values("kind") == kind)
        & (side.index.get_level_values("head") == head)
        & (side.index.get_level_values("mode") >= 0)
    ]
    total = np.zeros(modes)
    np.add.at(total, part.index.get_level_values("mode").to_numpy(), part.to_numpy())
    return total


def _ratio(found: FloatArray, expected: FloatArray) -> FloatArray:
    """Return found over expected, 1 where one of them is nothing."""
    known = (found != 0) & (expected != 0)
    return np.divide(found, expected, out=np.ones(found.shape), where=known)


def _bounded(multiplier: FloatArray) -> FloatArray:
    return np.asarray(np.clip(multiplier, SMALLEST, LARGEST))


def _between(old: Calibration, new: Calibration, share: float, source: str) -> Calibration:
    accounts = np.union1d(old.account, new.account)

    def mixed(one: FloatArray, two: FloatArray) -> FloatArray:
        return np.asarray(one ** (1 - share) * two**share)

    money = [mixed(old.of_account(a), new.of_account(a)) for a in accounts.tolist()]
    return Calibration(
        mixed(old.calls, new.calls),
        mixed(old.orders, new.orders),
        mixed(old.volume, new.volume),
        accounts,
        np.stack(money) if money else np.ones((0, len(old.calls))),
        source,
    )
