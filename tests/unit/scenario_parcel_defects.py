"""Defects of how a design sells parcels to consumers, planted one at a time."""

from tests.unit.scenario_defects import Defect, Plant, add, both, write
from tests.unit.scenario_design_defects import TODAY

PARCELS, MODES = "designs/parcels.csv", "tables/modes.csv"
D2C = add(MODES, "D2C,Parcels,app,tariff,none,,0,0\n")
SHOP = "parcel_shop: {mode: D2C}\n"


def zones(*rows: str) -> Plant:
    text = "\n".join(["area,site,demand,cannibalised,days", *rows, ""])
    return both(D2C, add(TODAY, f"parcels: {PARCELS}\n"), write(PARCELS, text))


def shop(text: str) -> Plant:
    return both(zones("harbour,dc,0.05,0.5,2"), add(TODAY, f"parcel_shop: {text}\n"))


PARCEL_SHOP = (
    Defect(
        "parcels_without_a_shop",
        zones("harbour,dc,0.05,0.5,2"),
        TODAY,
        "parcels (line",
        "",
        "nothing says how they are sold and sent",
        "add parcel_shop",
    ),
    Defect(
        "parcel_shop_without_zones",
        both(D2C, add(TODAY, SHOP)),
        TODAY,
        "parcel_shop (line",
        "",
        "no table says which areas are served",
        "add parcels",
    ),
    Defect(
        "parcels_in_the_mode_of_outlets",
        shop("{mode: EB2B}"),
        TODAY,
        "parcel_shop.mode (line",
        "",
        "mode 'EB2B' of the parcels stands in 'outlets', too",
        "a mode of their own",
        others=1,
    ),
    Defect(
        "parcels_in_an_unknown_mode",
        shop("{mode: D2CX}"),
        TODAY,
        "parcel_shop.mode (line",
        "",
        "'D2CX' is not in table 'modes'",
        "did you mean 'D2C'?",
    ),
    Defect(
        "parcels_cut_off_after_allocation",
        shop('{mode: D2C, cutoff: "19:30"}'),
        TODAY,
        "parcel_shop.cutoff (line",
        "",
        "'19:30', and orders are allocated at 19:00",
        "at the latest",
    ),
    Defect(
        "parcels_of_less_than_a_pack",
        shop("{mode: D2C, packs: 0.5}"),
        TODAY,
        "parcel_shop.packs (line",
        "",
        "0.5",
        "",
    ),
    Defect(
        "baskets_of_less_than_a_pick",
        shop("{mode: D2C, basket: 0.9}"),
        TODAY,
        "parcel_shop.basket (line",
        "",
        "0.9",
        "",
    ),
    Defect(
        "parcels_from_a_plant",
        both(zones("harbour,plant,0.05,0.5,2"), add(TODAY, SHOP)),
        PARCELS,
        "row 2",
        "site",
        "'plant' is a plant; parcels leave the stock of an own site",
        "an own site",
    ),
    Defect(
        "parcels_from_a_distributor",
        both(zones("harbour,tier1,0.05,0.5,2"), add(TODAY, SHOP)),
        PARCELS,
        "row 2",
        "site",
        "'tier1' is independent",
        "an own site",
    ),
    Defect(
        "parcels_to_an_unknown_area",
        both(zones("harbor,dc,0.05,0.5,2"), add(TODAY, SHOP)),
        PARCELS,
        "row 2",
        "area",
        "'harbor' is not in table 'areas'",
        "did you mean 'harbour'?",
    ),
    Defect(
        "parcels_to_an_area_twice",
        both(zones("harbour,dc,0.05,0.5,2", "harbour,office,0.02,0.5,1"), add(TODAY, SHOP)),
        PARCELS,
        "row 3",
        "area",
        "",
        "",
    ),
    Defect(
        "parcels_that_take_more_than_they_sell",
        both(zones("harbour,dc,0.05,1.5,2"), add(TODAY, SHOP)),
        PARCELS,
        "row 2",
        "cannibalised",
        "1.5",
        "",
    ),
)
