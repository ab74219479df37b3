"""Defects of delivery and stock rules, planted in a copy of the tiny pack."""

from pathlib import Path

from tests.unit.scenario_defects import Defect, Plant, add, both, replace

VEHICLES, SEGMENTS = "tables/vehicles.csv", "tables/segments.csv"
SERVICE = "designs/service.csv"
HEAD = "day_cost,km_cost"
VAN = "van,150,20,9,35,8,6,12,0.2"


def service_column(name: str, first: str) -> Plant:
    """Add a column to the service table; only the first mode has a value."""

    def plant(pack: Path) -> None:
        head, row, *others = (pack / SERVICE).read_text(encoding="utf-8").splitlines()
        lines = [f"{head},{name}", f"{row},{first}", *(f"{other}," for other in others)]
        (pack / SERVICE).write_text("\n".join(lines) + "\n", encoding="utf-8")

    return plant


def products_columns(names: str, first: str, others: str) -> Plant:
    """Add columns to the products; the first product has the values ``first``."""

    def plant(pack: Path) -> None:
        path = pack / "tables/products.csv"
        head, row, *rest = path.read_text(encoding="utf-8").splitlines()
        lines = [f"{head},{names}", f"{row},{first}", *(f"{one},{others}" for one in rest)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return plant


def hours(first: str) -> Plant:
    """Hours of corner shops; the other segments take goods at any time."""

    def plant(pack: Path) -> None:
        path = pack / SEGMENTS
        head, row, *rest = path.read_text(encoding="utf-8").splitlines()
        lines = [f"{head},receive_open,receive_close", f"{row},{first}"]
        lines += [f"{one},00:00,24:00" for one in rest]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return plant


FULFILMENT = (
    Defect(
        "hours_that_end_before_they_begin",
        hours("14:00,09:00"),
        SEGMENTS,
        "row 2",
        "receive_close",
        "goods are taken from 14:00 to 09:00",
        "end after they begin",
    ),
    Defect(
        "hours_before_the_first_truck",
        hours("03:00,05:30"),
        SEGMENTS,
        "row 2",
        "receive_close",
        "nobody takes goods after 05:30",
        "hours that end later",
    ),
    Defect(
        "hours_that_no_truck_meets",
        hours("06:00,06:01"),
        "designs/today_outlets.csv",
        "design today",
        "outlets",
        "a truck of site 'office' that leaves at 06:00 is at outlet 'h2' after 06:01",
        "let it take goods for longer",
        5,
    ),
    Defect(
        "hours_that_are_none",
        hours("8 am,20:00"),
        SEGMENTS,
        "row 2",
        "receive_open",
        "8 am",
        "",
    ),
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
        "route_of_another_kind",
        lambda pack: (
            replace(VEHICLES, HEAD, f"{HEAD},route")(pack),
            replace(VEHICLES, VAN, f"{VAN},shortest")(pack),
        )[0],
        VEHICLES,
        "row 2",
        "route",
        "'shortest'",
        "standing",
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
    Defect(
        "unknown_way_to_fill",
        service_column("fill", "lines"),
        SERVICE,
        "row 2",
        "fill",
        "'lines' is no way to fill an order",
        "'line'",
    ),
    Defect(
        "waiting_that_never_happens",
        service_column("cancel_days", "3"),
        SERVICE,
        "row 2",
        "cancel_days",
        "nothing waits 3 days",
        "set backorder to yes",
    ),
    Defect(
        "whole_orders_with_other_products",
        both(service_column("fill", "order"), service_column("substitute", "0.5")),
        SERVICE,
        "row 2",
        "substitute",
        "takes whole orders only",
        "set fill to line",
    ),
    Defect(
        "queue_of_unknown_segment",
        add("designs/today.yaml", "queue: {segment: {kiosk: 1}}\n"),
        "designs/today.yaml",
        "queue.segment.kiosk",
        "",
        "'kiosk' is not in table 'segments'",
        "",
    ),
    Defect(
        "sold_off_longer_than_it_lies",
        products_columns("shelf_days,sell_off_days,sell_off_cut", "10,10,0.2", "0,0,0"),
        "tables/products.csv",
        "row 2",
        "sell_off_days",
        "is sold off for 10 days and lies 10 at most",
        "fewer days than shelf_days",
    ),
    Defect(
        "sold_off_without_a_cut",
        products_columns("shelf_days,sell_off_days,sell_off_cut", "10,5,0", "0,0,0"),
        "tables/products.csv",
        "row 2",
        "sell_off_cut",
        "a price cut of 0 for 5 days",
        "give both",
    ),
)
