"""Deposits follow the goods out and the empties back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from channelwright.foundation.random import Address
from channelwright.model.empties import Empties
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.tables.codes import PARTY_STRIDE, Account, Party
from channelwright.tables.sink import MemorySink
from tests.support.worlds import desk_world

DEPOSIT, OUTLETS, DAILY, DAYS = 5_000, 10, 6, 70


def played(returned: float) -> tuple[dict[str, int], MemorySink]:
    """Deposits charged, credited and left by consumers, in ticks."""
    market, design = desk_world(outlets=OUTLETS, daily=float(DAILY), days=DAYS, law=0)
    ppm = np.array([int(returned * 1_000_000)], dtype=np.int64)
    market = replace(market, empties=Empties(np.array([DEPOSIT], dtype=np.int64), ppm))
    sink = MemorySink()
    replicate(market, design, Address(1, 0), sink, keep="orders")
    postings = pd.DataFrame(sink.table("postings"))
    mine = postings[postings["account"] == int(Account.DEPOSIT)]
    payer = mine["payer"] // PARTY_STRIDE
    kinds = {"charged": Party.OUTLET, "credited": Party.MANUFACTURER, "left": Party.OUTSIDE}
    found = {name: int(mine.loc[payer == kind, "amount"].sum()) for name, kind in kinds.items()}
    lines = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    whole = lines[(lines["kpi"] == "deposits") & (lines["mode"] == "all")]["value"]
    measured = mine[mine["day"] >= market.calendar.warmup_days]
    out = measured.loc[measured["payer"] // PARTY_STRIDE == Party.MANUFACTURER, "amount"].sum()
    back = measured.loc[measured["payee"] // PARTY_STRIDE == Party.MANUFACTURER, "amount"].sum()
    assert whole.to_list() == [pytest.approx((out - back) / 10_000)]
    return found, sink


@pytest.mark.parametrize("returned", [0.0, 0.5, 1.0])
def test_every_deposit_is_charged_and_what_comes_back_is_credited(returned: float) -> None:
    found, sink = played(returned)
    assert found["charged"] == DEPOSIT * int(sink.table("deliveries")["cases"].sum())
    sold = OUTLETS * DAILY * DAYS  # the shelves of this world are never empty
    assert int(sink.table("shelf")["sold"].sum()) == sold
    assert found["left"] == DEPOSIT * round(sold * (1 - returned))
    # At the last delivery everything but the empties of that evening had been brought back.
    assert found["credited"] == DEPOSIT * round((sold - OUTLETS * DAILY) * returned)


def test_where_nothing_comes_back_the_seller_keeps_the_deposit() -> None:
    kept = [played(share)[0]["charged"] - played(share)[0]["credited"] for share in (0.0, 1.0)]
    assert kept[0] > kept[1] > 0
