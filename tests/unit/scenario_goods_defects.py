"""Defects of what a design agrees about goods on shelves, planted one at a time."""

from tests.unit.scenario_defects import Defect, Plant, add, both, write
from tests.unit.scenario_design_defects import TODAY

RETURNS = "designs/returns.csv"


def returns(row: str) -> Plant:
    text = f"mode,chain,policy,above_days,limit\n{row}\n"
    return both(add(TODAY, f"returns: {RETURNS}\n"), write(RETURNS, text))


def nearby(text: str) -> Plant:
    return add(TODAY, f"o2o: {{segments: [shop], nearby: {text}}}\n")


CONSIGNMENT = "designs/consignment.csv"


def consignment(row: str) -> Plant:
    text = f"mode,chain,settle_days\n{row}\n"
    return both(add(TODAY, f"consignment: {CONSIGNMENT}\n"), write(CONSIGNMENT, text))


GOODS = (
    Defect(
        "consignment_with_nobody",
        consignment(",,14"),
        CONSIGNMENT,
        "row 2",
        "mode",
        "an agreement is a mode's or a chain's",
        "fill in one",
    ),
    Defect(
        "consignment_with_those_who_choose",
        consignment("WS,,14"),
        CONSIGNMENT,
        "row 2",
        "mode",
        "outlets of mode 'WS' choose among sources",
        "remove the row",
    ),
    Defect(
        "consignment_never_settled",
        consignment("MT,,-1"),
        CONSIGNMENT,
        "row 2",
        "settle_days",
        "-1",
        "",
    ),
    Defect(
        "online_help_without_reach",
        nearby("{outlet_fee: 0.2}"),
        TODAY,
        "o2o.nearby",
        "",
        "radius_km",
        "",
    ),
    Defect(
        "online_help_for_a_negative_fee",
        nearby("{radius_km: 2, outlet_fee: -0.2}"),
        TODAY,
        "o2o.nearby.outlet_fee (line",
        "",
        "-0.2",
        "",
    ),
    Defect(
        "return_right_of_nobody",
        returns(",,full,20,0.1"),
        RETURNS,
        "row 2",
        "mode",
        "an agreement is a mode's or a chain's",
        "fill in one",
    ),
    Defect(
        "return_right_of_unknown_chain",
        returns(",goodmarts,full,20,0.1"),
        RETURNS,
        "row 2",
        "chain",
        "'goodmarts' is not in table 'chains'",
        "did you mean 'goodmart'?",
    ),
    Defect(
        "return_policy_unknown",
        returns("MT,,all,20,0.1"),
        RETURNS,
        "row 2",
        "policy",
        "'all'",
        "none, expiry, full",
    ),
    Defect(
        "return_right_up_to_nothing",
        returns("MT,,full,20,0"),
        RETURNS,
        "row 2",
        "limit",
        "up to a limit of 0",
        "give a share of purchases",
    ),
    Defect(
        "returns_what_was_just_ordered",
        returns("MT,,full,11,0.1"),
        RETURNS,
        "row 2",
        "above_days",
        "mode 'MT' fills shelves for 12 days and sends back what is above 11",
        "at least the cover",
    ),
)
