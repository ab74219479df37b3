"""A shorter horizon of the same market, for tests that need few days."""

from dataclasses import replace

from channelwright.model.market import Market


def shorten(market: Market, days: int) -> Market:
    """The first ``days`` days of a market."""
    calendar = market.calendar
    return replace(
        market,
        calendar=replace(
            calendar,
            horizon_days=days,
            factor=calendar.factor[:days].copy(),
            month=calendar.month[:days].copy(),
            working=calendar.working[:days].copy(),
        ),
    )
