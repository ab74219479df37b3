"""Defects of the tables of collecting, planted one at a time in a copy of the tiny pack."""

from tests.unit.scenario_defects import Defect, add, both, replace, write

TODAY, RULES, ANSWERS = "designs/today.yaml", "designs/collecting.csv", "tables/collecting.csv"
NAMED = replace("scenario.yaml", "  tables:\n", f"  tables:\n    collecting: {ANSWERS}\n")


def rules(rows: str):
    table = write(RULES, "mode,minutes,place,unpaid_order\n" + rows)
    return both(table, add(TODAY, f"collecting: {RULES}\n"))


def answers(rows: str):
    return both(NAMED, write(ANSWERS, "segment,pays,promises\n" + rows))


GOOD = "shop,0.4,0.3\n"
COLLECTING_DEFECTS = (
    Defect(
        "collecting_without_answers",
        rules("DSD,4,after,taken\n"),
        RULES,
        "",
        "",
        "the market does not say what outlets answer",
        "name a table collecting",
    ),
    Defect(
        "collecting_where_nobody_calls",
        both(answers(GOOD), rules("WS,4,after,taken\n")),
        RULES,
        "row 2",
        "mode",
        "nobody calls on outlets of mode 'WS'",
        "remove the row",
    ),
    Defect(
        "collecting_refuses_what_is_taken",
        both(answers(GOOD), rules("DSD,4,after,refused\n")),
        RULES,
        "row 2",
        "unpaid_order",
        "the order is taken before the money is asked for",
        "set place to before",
    ),
    Defect(
        "collecting_place_unknown",
        both(answers(GOOD), rules("DSD,4,between,taken\n")),
        RULES,
        "row 2",
        "place",
        "'between'",
        "use one of: before, after",
    ),
    Defect(
        "collecting_answers_more_than_all",
        answers("shop,0.7,0.5\n"),
        ANSWERS,
        "row 2",
        "promises",
        "0.7 pay and 0.5 promise",
        "at most 1 together",
    ),
    Defect(
        "collecting_segment_unknown",
        answers("shopp,0.4,0.3\n"),
        ANSWERS,
        "row 2",
        "segment",
        "'shopp' is not in table 'segments'",
        "did you mean 'shop'?",
    ),
)
