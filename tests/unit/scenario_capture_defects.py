"""Defects of order capture, planted one at a time in the tiny pack."""

from tests.unit.scenario_defects import Defect, both, in_root, write
from tests.unit.scenario_design_defects import SERVICE

TRAVEL, TIMES, MODES = "tables/travel.csv", "tables/call_times.csv", "tables/modes.csv"


def table(name: str, file: str, text: str):
    return both(in_root("  tables:\n", f"  tables:\n    {name}: {file}\n"), write(file, text))


def column(file: str, rows: int, name: str, values: dict[int, str]):
    """Append a column to a table of the pack; ``values`` by row, empty otherwise."""

    def plant(pack) -> None:
        path = pack / file
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == rows + 1
        lines = [lines[0] + f",{name}"] + [
            line + "," + values.get(number, "") for number, line in enumerate(lines[1:])
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return plant


CAPTURE = (
    Defect(
        "travel_from_nowhere",
        table("travel", TRAVEL, "from,to,seconds\nharbour,h1,60\nharbor,h1,60\n"),
        TRAVEL,
        "row 3",
        "from",
        "'harbor' is neither in table 'outlets' nor in table 'areas'",
        "the area in which people start",
    ),
    Defect(
        "travel_to_an_area",
        table("travel", TRAVEL, "from,to,seconds\nh1,harbour,60\n"),
        TRAVEL,
        "row 2",
        "to",
        "'harbour' is not in table 'outlets'",
        "add it",
    ),
    Defect(
        "travel_twice",
        table("travel", TRAVEL, "from,to,seconds\nh1,h2,60\nh1,h2,70\n"),
        TRAVEL,
        "row 3",
        "from, to",
        "'h1, h2' is already in row 2",
        "keep one",
    ),
    Defect(
        "call_times_negative",
        table("call_times", TIMES, "role,segment,minutes\nrep,shop,-3\n"),
        TIMES,
        "row 2",
        "minutes",
        "-3 is negative",
        "per call",
    ),
    Defect(
        "call_times_role_unknown",
        table("call_times", TIMES, "role,segment,minutes\nreps,shop,3\n"),
        TIMES,
        "row 2",
        "role",
        "'reps' is not in table 'roles'",
        "did you mean 'rep'?",
    ),
    Defect(
        "count_error_without_calls",
        column(MODES, 6, "count_error", {0: "0.2", 2: "0.3"}),
        MODES,
        "row 4",
        "count_error",
        "nobody counts shelves in mode 'WS'",
        "clear the cell",
    ),
    Defect(
        "carried_without_calls",
        column(SERVICE, 6, "missed_calls", {0: "carried", 1: "carried"}),
        SERVICE,
        "row 3",
        "missed_calls",
        "nobody calls on outlets of mode 'MT'",
        "clear the cell",
    ),
    Defect(
        "missed_calls_unknown",
        column(SERVICE, 6, "missed_calls", {0: "kept"}),
        SERVICE,
        "row 2",
        "missed_calls",
        "'kept'",
        "dropped",
    ),
    Defect(
        "minimum_value_negative",
        column(SERVICE, 6, "minimum_value", {0: "-5"}),
        SERVICE,
        "row 2",
        "minimum_value",
        "-5 is negative",
        "smallest order",
    ),
)
