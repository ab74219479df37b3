"""The input tables of a pack: those of the market and those of its designs."""

from channelwright.tables.design_inputs import DESIGN_TABLES
from channelwright.tables.market_inputs import MARKET_TABLES, OPTIONAL_TABLES

__all__ = ["DESIGN_TABLES", "MARKET_TABLES", "OPTIONAL_TABLES"]
