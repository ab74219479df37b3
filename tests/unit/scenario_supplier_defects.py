"""Defects of the table of suppliers, planted one at a time in a copy of the tiny pack."""

from tests.unit.scenario_defects import Defect, add, both, write

TODAY, TABLE, LANES = "designs/today.yaml", "designs/suppliers.csv", "tables/lanes.csv"


def rows(name: str, line: str, column: str, value: str, remedy: str, lanes: str = "") -> Defect:
    table = write(TABLE, f"site,source,index\n{line}\n")
    plant = both(table, add(TODAY, f"suppliers: {TABLE}\n"), add(LANES, lanes))
    return Defect(name, plant, TABLE, "row 2", column, value, remedy)


NO_LANE = "there is no lane from 'office' to 'tier1'"
SUPPLIERS = (
    rows(
        "supplier_unknown", "tier1,plantt,1", "source", "'plantt' is not in table", "did you mean"
    ),
    rows("supplier_of_own_site", "office,dc,1", "site", "is the manufacturer's", "independent"),
    rows("supplier_closed", "tier1,tier1_b,1", "source", "site 'tier1_b' is not open", "open"),
    rows("supplier_without_lane", "tier1,office,1", "source", NO_LANE, "table 'lanes'"),
    rows(
        "supplier_circle",
        "tier1,tier2,1",
        "source",
        "the sources of 'tier1' lead in a circle",
        "end at a plant",
        "tier2,tier1,2,0.9\n",
    ),
    rows(
        "supplier_without_price",
        "whole_1,tier1,1",
        "source",
        "mode 'WS' has no price_tier2",
        "give its terms",
        "tier1,whole_1,2,0.9\n",
    ),
)
