"""A calibration as rows: for the pack that uses it, and for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.tables.calibration_inputs import CALLS, ORDERS, VOLUME
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    from channelwright.model.calibration import Calibration
    from channelwright.model.market import Market


def calibration_rows(market: Market, calibration: Calibration) -> pd.DataFrame:
    """Return table `design_calibration` of a calibration, rows that change nothing left out.

    Returns
    -------
    DataFrame
        Columns head, area (empty = none), mode, multiplier.
    """
    modes, rows = market.modes.ids, []
    for head, values in ((CALLS, calibration.calls), (ORDERS, calibration.orders)):
        rows += [(head, "", modes[m], float(values[m])) for m in np.flatnonzero(values != 1.0)]
    for area, mode in np.argwhere(calibration.volume != 1.0).tolist():
        value = float(calibration.volume[area, mode])
        rows.append((VOLUME, market.areas.ids[area], modes[mode], value))
    for number, values in zip(calibration.account.tolist(), calibration.money, strict=True):
        head = Account(number).name.lower()
        rows += [(head, "", modes[m], float(values[m])) for m in np.flatnonzero(values != 1.0)]
    return pd.DataFrame(rows, columns=["head", "area", "mode", "multiplier"])
