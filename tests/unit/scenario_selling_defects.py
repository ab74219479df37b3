"""Defects of sources, asking prices and rights, planted one at a time in the tiny pack."""

from tests.unit.scenario_defects import Defect, add, both, in_root, replace, write
from tests.unit.scenario_design_defects import TODAY

ASKING, RIGHTS = "designs/asking.csv", "designs/rights.csv"
_HEAD = "area,segment,family,site,right\n"


def asking(rows: str):
    return both(add(TODAY, "asking: designs/asking.csv\n"), write(ASKING, "site,index\n" + rows))


def rights(rows: str):
    return both(add(TODAY, "rights: designs/rights.csv\n"), write(RIGHTS, _HEAD + rows))


SELLING = (
    Defect(
        "source_mode_unknown",
        replace(TODAY, "sources: {WS: 2}", "sources: {WS: {WS: 1, EB2C: 1}}"),
        TODAY,
        "sources.WS.EB2C",
        "",
        "'EB2C' is not in table 'modes'",
        "did you mean 'EB2B'?",
    ),
    Defect(
        "source_of_called_outlets",
        replace(TODAY, "sources: {WS: 2}", "sources: {WS: 2, DSD: {WS: 1}}"),
        TODAY,
        "sources.DSD",
        "",
        "are called on and buy from their own site",
        "remove the key",
    ),
    Defect(
        "source_count_not_a_number",
        replace(TODAY, "sources: {WS: 2}", "sources: {WS: {WS: many}}"),
        TODAY,
        "sources.WS.WS",
        "",
        "'many'",
        "whole number",
    ),
    Defect(
        "source_weight_negative",
        in_root("  tables:\n", "  source_choice: {stock: -1}\n  tables:\n"),
        "scenario.yaml",
        "market.source_choice.stock",
        "",
        "'-1'",
        "greater than or equal to 0",
    ),
    Defect(
        "asking_of_closed_site",
        asking("tier1_b,0.95\n"),
        ASKING,
        "row 2",
        "site",
        "'tier1_b' is not open",
        "open the site",
    ),
    Defect(
        "asking_for_nothing",
        asking("whole_1,0\n"),
        ASKING,
        "row 2",
        "index",
        "0 is outside 0.01 to 10",
        "price to outlets over the ladder",
    ),
    Defect(
        "right_unknown",
        rights("harbour,,,area,mine\n"),
        RIGHTS,
        "row 2",
        "right",
        "'mine'",
        "exclusive",
    ),
    Defect(
        "right_without_holder",
        rights("harbour,,,,exclusive\n"),
        RIGHTS,
        "row 2",
        "site",
        "an exclusive right that nobody holds",
        "name the site",
    ),
    Defect(
        "right_of_unknown_family",
        rights(",,colas,whole_1,forbidden\n"),
        RIGHTS,
        "row 2",
        "family",
        "'colas' is no family",
        "did you mean 'cola'?",
    ),
    Defect(
        "served_without_right",
        rights("island,,,tier1,exclusive\n"),
        RIGHTS,
        "design today",
        "rights",
        "site 'tier2' may sell nothing to its outlet 'i1'",
        "give it a right",
        3,
    ),
)
