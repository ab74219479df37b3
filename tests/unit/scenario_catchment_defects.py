"""Defects of the catchment, planted in a copy of the tiny pack."""

from tests.unit.scenario_defects import ROOT, Defect, Plant, both, in_root, write

CONSUMERS, RIVALS = "tables/consumers.csv", "tables/rivals.csv"
HOMES = "quay,harbour,43.302,5.401,300\nhilltop,hills,43.35,5.45,100\n"
KEYS = "{decay_per_km: 1.0, radius_km: 8, no_purchase: 5}"


def catchment(consumers: str = HOMES, rivals: str = "", keys: str = KEYS) -> Plant:
    text = f"  catchment: {keys}\n  tables:\n    consumers: {CONSUMERS}\n    rivals: {RIVALS}\n"
    return both(
        in_root("  tables:\n", text),
        write(CONSUMERS, "id,area,lat,lon,weekly_cases\n" + consumers),
        write(RIVALS, "id,area,lat,lon,attraction\nkiosk,harbour,43.3,5.4,2\n" + rivals),
    )


CATCHMENT = (
    Defect(
        "catchment_without_consumers",
        in_root("  tables:\n", f"  catchment: {KEYS}\n  tables:\n"),
        ROOT,
        "market.catchment (line",
        "",
        "where consumers are",
        "add market.tables.consumers",
    ),
    Defect(
        "consumers_without_catchment",
        in_root("  tables:\n", f"  tables:\n    consumers: {CONSUMERS}\n"),
        ROOT,
        "market.tables.consumers (line",
        "",
        "read by a catchment only",
        "add market.catchment",
    ),
    Defect(
        "consumers_nowhere",
        catchment(HOMES + "far,desert,43.3,5.4,9\n"),
        CONSUMERS,
        "row 4",
        "area",
        "'desert' is not in table 'areas'",
        "",
    ),
    Defect(
        "rival_without_attraction",
        catchment(rivals="stall,hills,43.35,5.45,0\n"),
        RIVALS,
        "row 3",
        "attraction",
        "0",
        "",
    ),
    Defect(
        "catchment_without_radius",
        catchment(keys="{decay_per_km: 1.0, radius_km: 0}"),
        ROOT,
        "market.catchment.radius_km (line",
        "",
        "0",
        "",
    ),
)
