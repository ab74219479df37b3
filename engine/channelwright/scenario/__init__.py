"""Scenario packs: read, overlay, validate, check, build."""

from channelwright.scenario.design_writer import WrittenDesign, check_free, write_given
from channelwright.scenario.reading import check, read_scenario
from channelwright.scenario.schema_page import schema
from channelwright.scenario.verdict import report_check

__all__ = [
    "WrittenDesign",
    "check",
    "check_free",
    "read_scenario",
    "report_check",
    "schema",
    "write_given",
]
