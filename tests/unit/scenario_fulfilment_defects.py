"""Defects of delivery and stock rules, planted in a copy of the tiny pack."""

from tests.unit.scenario_defects import Defect, replace

VEHICLES, SEGMENTS = "tables/vehicles.csv", "tables/segments.csv"
SERVICE = "designs/service.csv"
HEAD = "day_cost,km_cost"
VAN = "van,150,20,9,35,8,6,12,0.2"

FULFILMENT = (
    Defect(
        "vehicle_day_shorter_than_tour",
        lambda pack: (
            replace(VEHICLES, HEAD, f"{HEAD},load_minutes,day_hours")(pack),
            replace(VEHICLES, VAN, f"{VAN},30,8")(pack),
        )[0],
        VEHICLES,
        "row 2",
        "day_hours",
        "the day of 'van' has 8 h, its longest tour 9 h",
        "at least as long as a tour",
    ),
    Defect(
        "vehicle_day_without_further_tour",
        lambda pack: (
            replace(VEHICLES, HEAD, f"{HEAD},day_hours")(pack),
            replace(VEHICLES, VAN, f"{VAN},12")(pack),
        )[0],
        VEHICLES,
        "row 2",
        "load_minutes",
        "a day of 12 h and leaves once",
        "give the minutes of loading",
    ),
    Defect(
        "loading_time_below_zero",
        lambda pack: (
            replace(VEHICLES, HEAD, f"{HEAD},load_minutes")(pack),
            replace(VEHICLES, VAN, f"{VAN},-0.5")(pack),
        )[0],
        VEHICLES,
        "row 2",
        "load_minutes",
        "-0.5 is no time",
        "give 0 or more",
    ),
    Defect(
        "stops_that_always_fail",
        lambda pack: (
            replace(SEGMENTS, "id,name", "id,name,delivery_failure")(pack),
            replace(SEGMENTS, "Corner shop", "Corner shop,1")(pack),
            replace(SEGMENTS, "Supermarket", "Supermarket,0")(pack),
            replace(SEGMENTS, 'café"', 'café",0.1')(pack),
        )[0],
        SEGMENTS,
        "row 2",
        "delivery_failure",
        "1 is outside",
        "write a share of 1",
    ),
)
