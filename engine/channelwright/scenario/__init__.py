"""Scenario packs: read, overlay, validate, check, build."""

from channelwright.scenario.reading import check, read_scenario

__all__ = ["check", "read_scenario"]
