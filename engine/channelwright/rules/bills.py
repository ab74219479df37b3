"""Whether invoices are followed one by one (docs/world/credit.md)."""

from __future__ import annotations

from channelwright.model.design import Design
from channelwright.model.market import Market


def follows_bills(market: Market, design: Design) -> bool:
    """Return whether invoices may be paid in parts, late or never."""
    policy = design.credit
    named = policy is not None and any(
        part is not None
        for part in (policy.rules, policy.dunning, policy.collecting, policy.accounts)
    )
    return market.payments is not None or named
