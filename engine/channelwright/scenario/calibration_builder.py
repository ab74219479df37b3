"""The calibration that a request names: its table, checked and built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.calibration import Calibration
from channelwright.scenario.design_case import Case, starts
from channelwright.scenario.market_builder import codes
from channelwright.tables.calibration_inputs import CALLS, ORDERS, VOLUME
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    from channelwright.model.market import Market
    from channelwright.scenario.design_tables import DesignTables

PART = "calibration"


def calibration_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the calibration of a request."""
    table = case.design.tables.get(PART)
    if table is None:
        return
    if case.design.shape is not None and not starts(case.design.shape):
        message = "nothing is to be chosen in this design, so a calibration would change nothing"
        yield case.design.document.problem((PART,), message, "name it in a request, or remove it")
    placed = table.good("head", "area") & (table["area"] != "") & (table["head"] != VOLUME)
    yield from table.problems(
        "area",
        placed,
        lambda row: (
            f"{table['head'][row]!r} has one multiplier per mode, not per area",
            "clear the cell; only volume goes by area",
        ),
    )


def build_calibration(market: Market, tables: DesignTables, source: str) -> Calibration | None:
    """Return the calibration of a request, None if it names none.

    A row of volume without an area holds for all areas that have no row of their own.
    """
    table = tables.get(PART)
    if table is None:
        return None
    areas, modes = len(market.areas), len(market.modes)
    mode = codes(table["mode"], market.modes.ids)
    area = codes(table["area"], market.areas.ids)
    head, value = table["head"], table["multiplier"].astype(np.float64)
    flows = {name: np.ones(modes) for name in (CALLS, ORDERS)}
    for name, column in flows.items():
        mine = head == name
        column[mode[mine]] = value[mine]
    volume = np.ones((areas, modes))
    everywhere = (head == VOLUME) & (area < 0)
    volume[:, mode[everywhere]] = value[everywhere]
    placed = (head == VOLUME) & (area >= 0)
    volume[area[placed], mode[placed]] = value[placed]
    posted = [account for account in Account if (head == account.name.lower()).any()]
    money = np.ones((len(posted), modes))
    for row, account in enumerate(posted):
        mine = head == account.name.lower()
        money[row, mode[mine]] = value[mine]
    return Calibration(
        flows[CALLS],
        flows[ORDERS],
        volume,
        np.array([int(account) for account in posted], dtype=np.int64),
        money,
        source,
    )
