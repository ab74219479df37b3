"""Defects of contracts with chains, planted one at a time in the tiny pack."""

from tests.unit.scenario_defects import Defect, add, both, replace, write
from tests.unit.scenario_design_defects import TODAY

CONTRACTS, LISTING, TIERS = "designs/contracts.csv", "designs/listing.csv", "designs/tiers.csv"


def part(key: str, file: str, text: str):
    return both(add(TODAY, f"{key}: {file}\n"), write(file, text))


def contracts(header: str, row: str):
    return part("contracts", CONTRACTS, f"chain,{header}\ngoodmart,{row}\n")


CHAINS = (
    Defect(
        "contract_with_nobody",
        part("contracts", CONTRACTS, "chain,penalty\ngoodmarts,0.02\n"),
        CONTRACTS,
        "row 2",
        "chain",
        "'goodmarts' is not in table 'chains'",
        "did you mean 'goodmart'?",
    ),
    Defect(
        "penalty_above_one",
        contracts("penalty", "2"),
        CONTRACTS,
        "row 2",
        "penalty",
        "2 is outside 0 to 1",
        "write a share",
    ),
    Defect(
        "acceptance_on_no_day",
        contracts("accept_days", '"mon,moon"'),
        CONTRACTS,
        "row 2",
        "accept_days",
        "'mon,moon' is no list of weekdays",
        "write 'all'",
    ),
    Defect(
        "listing_of_unknown_product",
        part("listing", LISTING, "chain,product\ngoodmart,kola\n"),
        LISTING,
        "row 2",
        "product",
        "'kola' is not in table 'products'",
        "did you mean 'cola'?",
    ),
    Defect(
        "tier_twice",
        part("rebate_tiers", TIERS, "chain,from_value,share\ngoodmart,0,0.1\ngoodmart,0,0.2\n"),
        TIERS,
        "row 3",
        "chain, from_value",
        "is already in row 2",
        "keep one",
    ),
    Defect(
        "dc_of_a_chain_served_by_truck",
        both(
            contracts("dc_days", "1"),
            replace("tables/outlets.csv", "43.301,5.402,,", "43.301,5.402,goodmart,"),
        ),
        CONTRACTS,
        "design today",
        "contracts",
        "chain 'goodmart' has stores in truck modes",
        "tariff mode",
        1,
    ),
)
