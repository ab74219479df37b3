"""Scenario packs: read, overlay, validate, check, build."""

from channelwright.scenario.reading import check, read_scenario
from channelwright.scenario.schema_page import schema
from channelwright.scenario.verdict import report_check

__all__ = ["check", "read_scenario", "report_check", "schema"]
