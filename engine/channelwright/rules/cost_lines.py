"""The manufacturer's cost lines: which there are, and their accounts."""

from __future__ import annotations

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.bills import follows_bills
from channelwright.tables.codes import Account
from channelwright.tables.sink import Chunk

COSTS: tuple[tuple[str, Account], ...] = (
    ("production", Account.PRODUCTION),
    ("freight", Account.FREIGHT),
    ("delivery", Account.DELIVERY),
    ("handling", Account.HANDLING),
    ("site_cost", Account.SITE),
    ("wages", Account.WAGES),
    ("commission", Account.COMMISSION),
    ("bonus", Account.BONUS),
    ("platform", Account.PLATFORM),
    ("interest", Account.INTEREST),
    ("promotion", Account.PROMOTION),
)
CHAIN_COSTS: tuple[tuple[str, Account], ...] = (
    ("trade_fees", Account.TRADE_FEE),
    ("logistics_allowance", Account.LOGISTICS),
    ("service_penalty", Account.PENALTY),
)
#: Lines that only packs with the mechanism have.
EXTRA_COSTS: tuple[tuple[str, Account], ...] = (
    *CHAIN_COSTS,
    ("credit_losses", Account.WRITE_OFF),
    ("dunning", Account.DUNNING),
    ("deposit_interest", Account.DEPOSIT_INTEREST),
    ("returns", Account.RETURN),
    ("good_returns", Account.RETURN_GOOD),
    ("nearby_fees", Account.NEARBY_FEE),
    ("deposits", Account.DEPOSIT),
)


def cost_lines(market: Market, design: Design, ledger: Chunk) -> tuple[tuple[str, Account], ...]:
    """Return the cost lines of a run: COSTS, and those of mechanisms that are named or posted.

    A line that a mechanism could bring is there with zero where nothing was posted: a gate on
    it can be judged.
    """
    named, posted = _named(market, design), set(ledger["account"].tolist())
    return COSTS + tuple(
        (name, account) for name, account in EXTRA_COSTS if name in named or int(account) in posted
    )


def _named(market: Market, design: Design) -> set[str]:
    goods, credit = design.goods, design.credit
    found = {
        "credit_losses": follows_bills(market, design),
        "dunning": credit is not None and credit.dunning is not None,
        "deposit_interest": credit is not None
        and credit.rules is not None
        and bool(credit.rules.deposit.any()),
        "returns": design.service.return_credit is not None,
        "good_returns": goods is not None and goods.returns is not None,
        "nearby_fees": goods is not None and goods.nearby is not None,
        "deposits": market.empties is not None,
    } | {name: design.contracts is not None for name, _ in CHAIN_COSTS}
    return {name for name, there in found.items() if there}
