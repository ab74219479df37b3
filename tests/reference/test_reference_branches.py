"""The random markets reach every branch of the day, so that equal tables mean something."""

from collections import Counter

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.market import CAPTURES
from channelwright.tables.codes import Account, CallState, LineState
from tests.reference import simulate
from tests.support import random_market

SEEDS = range(100)


def seen_in(market, design, tables):
    """Names of the branches that a run has reached."""
    lines, deliveries, postings = tables["order_lines"], tables["deliveries"], tables["postings"]
    shelf, payments, shipments = tables["shelf"], tables["payments"], tables["shipments"]
    yield from (f"state {LineState(s).name}" for s in set(lines["state"].tolist()))
    yield from (f"call {CallState(s).name}" for s in set(tables["calls"]["state"].tolist()))
    yield from (f"account {Account(a).name}" for a in set(postings["account"].tolist()))
    yield from (f"orders of {market.modes.ids[m]}" for m in set(lines["mode"].tolist()))
    yield from (f"capture {CAPTURES[market.modes.capture[m]]}" for m in set(lines["mode"].tolist()))
    yield from (f"law {law}" for law in set(market.products.law.tolist()))
    late = lines["first"] < lines["delivered"]
    places = deliveries["tour"] >= 0
    ready = deliveries["order_day"] * DAY_SECONDS + deliveries["ready_second"]
    left = places & (ready <= (deliveries["day"] - 1) * DAY_SECONDS + 21_600)
    hops = shipments["parent"][market.sites.kind[shipments["parent"]] != 0]
    chosen = lines["site"] != design.outlets.site[lines["outlet"]]
    facts = {
        "backorder delivered": late.any(),
        "tariff": (~places).any(),
        "second tour": (deliveries["tour"] > 0).any(),
        "left behind": left.any(),
        "picked overnight": (deliveries["ready_second"] > DAY_SECONDS).any(),
        "order of the next day": (deliveries["day"] > deliveries["order_day"] + 1).any(),
        "lost sale": (shelf["sold"] < shelf["demanded"]).any(),
        "lost online sale": (shelf["online_sold"] < shelf["online_demanded"]).any(),
        "mean above 30": (shelf["demanded"] > 45).any(),
        "cash": (payments["paid_day"] == payments["invoice_day"]).any(),
        "paid late": (payments["paid_day"] > payments["due_day"]).any(),
        "paid after the horizon": (payments["paid_day"] == -1).any(),
        "invoice between sites": (payments["outlet"] < 0).any(),
        "short shipment": (shipments["shipped"] < shipments["ordered"]).any(),
        "two tiers": hops.size > 0,
        "another source": chosen.any(),
        "two zones": len(market.geography.zone_ids) > 1,
        "chain": (payments["payer"] >= 500_000_000).any(),
        "not covered": (design.outlets.mode < 0).any(),
        "vacant": ((design.outlets.rep < 0) & np.isin(design.outlets.mode, design.reps.mode)).any(),
        "two months": len(set(tables["effort"]["month"].tolist())) > 1,
        "effort below the best": (tables["effort"]["actual"] < 1).any(),
        "closed site": (~design.sites.open).any(),
        "desk without a queue": (design.sites.pickers == 0).any(),
        **dict(parcels_seen(tables["parcels"])),
    }
    yield from (name for name, seen in facts.items() if seen)


def parcels_seen(orders):
    """Names of the branches of parcels, and whether a run has reached them."""
    sent = orders["sent_day"] - orders["day"]
    yield "parcel delivered", (orders["state"] == LineState.DELIVERED).any()
    yield "parcel given up", (orders["state"] == LineState.CUT).any()
    yield "parcel waited for", (sent > 1).any()
    yield "parcel on its way", ((sent >= 0) & (orders["delivered_day"] < 0)).any()
    yield "parcel sent back", (orders["returned"] == 1).any()
    yield "parcel without a fee", (orders["fee"] == 0).any()
    yield "order in two parcels", (orders["parcels"] > 1).any()
    yield "order of two products", (orders["lines"] > 1).any()


@pytest.fixture(scope="module")
def seen():
    found = Counter()
    for seed in SEEDS:
        market, design = random_market(seed)
        found.update(set(seen_in(market, design, simulate(market, design, Address(seed, 0)))))
    return found


EXPECTED = (
    *(f"state {state.name}" for state in LineState),
    *(f"call {state.name}" for state in CallState),
    *(f"account {account.name}" for account in Account),
    *(f"orders of {mode}" for mode in ("DSD", "MT", "WS", "WAT", "PDS", "EB2B")),
    *(f"capture {capture}" for capture in CAPTURES),
    *(f"law {law}" for law in range(3)),
    "backorder delivered",
    "tariff",
    "second tour",
    "left behind",
    "picked overnight",
    "order of the next day",
    "lost sale",
    "lost online sale",
    "mean above 30",
    "cash",
    "paid late",
    "paid after the horizon",
    "invoice between sites",
    "short shipment",
    "two tiers",
    "another source",
    "two zones",
    "chain",
    "not covered",
    "vacant",
    "two months",
    "effort below the best",
    "closed site",
    "desk without a queue",
    "parcel delivered",
    "parcel given up",
    "parcel waited for",
    "parcel on its way",
    "parcel sent back",
    "parcel without a fee",
    "order in two parcels",
    "order of two products",
)


@pytest.mark.parametrize("branch", EXPECTED)
def test_branch_occurs_in_several_markets(seen, branch):
    assert seen[branch] >= 3
