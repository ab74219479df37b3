"""The error of the statistics part."""

from __future__ import annotations

from channelwright.foundation.errors import ChannelwrightError


class StatisticsError(ChannelwrightError):
    """A sample, level or bound from which no statement can be made."""
