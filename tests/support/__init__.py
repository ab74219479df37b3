"""Builders of small markets and designs for tests."""

from tests.support.random_market import Size, markets, random_market
from tests.support.tiny_market import tiny_market

__all__ = ["Size", "markets", "random_market", "tiny_market"]
