"""What the forecast says of bad debt, discounts and days outstanding is what the world does."""

from dataclasses import replace

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.approval import ApprovalDesk
from channelwright.model.credit import CreditPolicy
from channelwright.model.market import LAW_FIXED
from channelwright.model.payments import PaymentBehaviour
from channelwright.rules.expected_credit import discount_share, lost_share, outstanding_days
from channelwright.rules.expected_money import expected_rows
from channelwright.rules.flows import expected_flows
from channelwright.simulation import replicate
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.support.worlds import desk_world, real, whole

OUTLETS, MONTHS = 1_500, 12


def world():
    """Every outlet buys a case a day on 7 days' terms; a tenth of the time it does not pay."""
    market, design = desk_world(
        outlets=OUTLETS, daily=1.0, days=28 + 30 * MONTHS + 4, law=LAW_FIXED, cover_days=9.0
    )
    paying = PaymentBehaviour(
        delay_factor=real(1.5),
        spread=real(0.3),
        part_chance=real(0.5),
        part_share=whole(400_000),
        default_rate=real(0.05),
        default_days=whole(60),
        write_off_days=whole(20),
        recovered=whole(200_000),
    )
    desk = ApprovalDesk(
        ask=real(0.5),
        discount=whole(50_000),
        granted=real(0.6),
        clerks=whole(0),
        seconds=whole(0),
        law=whole(0),
        opens=whole(0),
        closes=whole(86_400),
    )
    terms = replace(design.terms, outlet_days=whole(7), payment_delay=real(4.0))
    design = replace(design, terms=terms, credit=CreditPolicy(approval=desk))
    return replace(market, payments=paying), design


def test_bad_debt_and_discounts_are_as_expected() -> None:
    market, design = world()
    sink = MemorySink()
    replicate(market, design, Address(4, 0), sink)
    ledger = sink.table("ledger")
    measured = ledger["period"] >= 5  # what defaulted first is written off by then

    def total(account: Account) -> float:
        return float(ledger["amount"][measured & (ledger["account"] == account)].sum())

    rows = np.arange(3)
    sold = total(Account.GOODS)
    assert abs(total(Account.WRITE_OFF) / sold - lost_share(market, design, rows)[0]) < 0.008
    assert abs(total(Account.DISCOUNT) / sold - discount_share(design, rows)[0]) < 0.0003
    assert outstanding_days(market, design, rows)[0] == 7 + 4.0 * 1.5 * 0.8


def test_the_forecast_posts_them() -> None:
    market, design = world()
    money = expected_rows(market, design, expected_flows(market, design))
    found = dict(zip(money.account.tolist(), money.amount.tolist(), strict=True))
    share = lost_share(market, design, np.arange(1))[0]
    goods = found[int(Account.GOODS)]
    assert (
        found[int(Account.WRITE_OFF)] == goods * share
        or abs(found[int(Account.WRITE_OFF)] / goods - share) < 1e-9
    )
    plain = replace(market, payments=None)
    off = expected_rows(plain, replace(design, credit=None), expected_flows(plain, design))
    assert not set(off.account.tolist()) & {int(Account.WRITE_OFF), int(Account.DISCOUNT)}
