"""Defects of credit tables, planted one at a time in a copy of the tiny pack."""

from tests.unit.scenario_defects import Defect, add, both, replace, write

TODAY, CREDIT, DUNNING = "designs/today.yaml", "designs/credit.csv", "designs/dunning.csv"
PAYMENTS = "tables/payment_behaviour.csv"
NAMED = replace("scenario.yaml", "  tables:\n", f"  tables:\n    payment_behaviour: {PAYMENTS}\n")


def credit(rows: str):
    table = write(CREDIT, "mode,action,deposit,limit_low,limit_high\n" + rows)
    return both(table, add(TODAY, f"credit: {CREDIT}\n"))


def dunning(rows: str):
    return both(write(DUNNING, "days,cost,effect\n" + rows), add(TODAY, f"dunning: {DUNNING}\n"))


APPROVAL = "designs/approval.csv"


def approval(row: str):
    table = write(APPROVAL, "mode,ask,discount,granted,opens,closes\n" + row)
    return both(table, add(TODAY, f"approval: {APPROVAL}\n"))


ACCOUNTS = "designs/accounts.csv"


def accounts(rows: str):
    table = write(ACCOUNTS, "outlet,chain,limit,action,overdue_grace\n" + rows)
    return both(table, add(TODAY, f"account_credit: {ACCOUNTS}\n"))


LIMITS = "tables/site_limits.csv"


def limits(row: str):
    table = write(LIMITS, "site,cash,capacity\n" + row)
    return both(
        table, replace("scenario.yaml", "  tables:\n", f"  tables:\n    site_limits: {LIMITS}\n")
    )


CREDIT_DEFECTS = (
    Defect(
        "desk_closes_first",
        approval("DSD,0.1,0.05,0.5,18:00,08:00\n"),
        APPROVAL,
        "row 2",
        "closes",
        "the desk closes at 08:00 and opens at 18:00",
        "close after it opens",
    ),
    Defect(
        "nobody_asks",
        approval("DSD,0,0.05,0.5,08:00,18:00\n"),
        APPROVAL,
        "row 2",
        "ask",
        "nobody of mode 'DSD' asks",
        "give ask above 0",
    ),
    Defect(
        "discount_above_one",
        approval("DSD,0.5,5,0.5,08:00,18:00\n"),
        APPROVAL,
        "row 2",
        "discount",
        "5",
        "",
    ),
    Defect(
        "limit_of_own_cash",
        limits("office,true,false\n"),
        LIMITS,
        "row 2",
        "cash",
        "site 'office' is the manufacturer's",
        "independent sites only",
    ),
    Defect(
        "limit_of_nothing",
        limits("tier1,false,false\n"),
        LIMITS,
        "row 2",
        "site",
        "the row of site 'tier1' limits nothing",
        "set cash or capacity to true",
    ),
    Defect(
        "account_of_nobody",
        accounts("h1,goodmart,100,,\n"),
        ACCOUNTS,
        "row 2",
        "outlet",
        "an account is an outlet or a chain",
        "fill in one of the two",
    ),
    Defect(
        "account_of_a_store",
        accounts("h4,,100,,\n"),
        ACCOUNTS,
        "row 2",
        "outlet",
        "outlet 'h4' is a store of chain 'goodmart', which pays for it",
        "name the chain",
    ),
    Defect(
        "account_that_says_nothing",
        accounts("h1,,,,\n"),
        ACCOUNTS,
        "row 2",
        "limit",
        "the row says nothing",
        "give one of them, or remove the row",
    ),
    Defect(
        "account_with_half_a_limit",
        accounts("h1,,-0.5,hold,\n"),
        ACCOUNTS,
        "row 2",
        "limit",
        "a limit of -0.5",
        "-1 for that of the mode",
    ),
    Defect(
        "account_that_nobody_serves",
        accounts("i3,,0,cash,\n"),
        ACCOUNTS,
        "row 2",
        "outlet",
        "outlet 'i3' is not covered",
        "cover it",
    ),
    Defect(
        "account_without_a_limit",
        accounts("h5,,,cash,\n"),
        ACCOUNTS,
        "row 2",
        "limit",
        "outlet 'h5' has no credit limit (credit_days 0) to act upon",
        "give the row a limit",
    ),
    Defect(
        "account_twice",
        accounts("h1,,100,,\nh1,,200,,\n"),
        ACCOUNTS,
        "row 3",
        "outlet, chain",
        "h1",
        "",
    ),
    Defect(
        "credit_action_unknown",
        credit("DSD,parts,0,1,1\n"),
        CREDIT,
        "row 2",
        "action",
        "'parts'",
        "use one of: hold, partial, cash",
    ),
    Defect(
        "credit_mode_unknown",
        credit("DSDD,partial,0,1,1\n"),
        CREDIT,
        "row 2",
        "mode",
        "'DSDD' is not in table 'modes'",
        "did you mean 'DSD'?",
    ),
    Defect(
        "credit_without_limit",
        credit("WS,partial,0,1,1\n"),
        CREDIT,
        "row 2",
        "mode",
        "mode 'WS' has no credit limit",
        "give its terms credit_days",
    ),
    Defect(
        "credit_score_upside_down",
        credit("DSD,hold,0,1.5,0.5\n"),
        CREDIT,
        "row 2",
        "limit_high",
        "the best score gets 0.5 of the limit, the worst 1.5",
        "at least limit_low",
    ),
    Defect(
        "dunning_effect_above_one",
        dunning("7,10,1.5\n"),
        DUNNING,
        "row 2",
        "effect",
        "1.5",
        "",
    ),
    Defect(
        "dunning_level_twice",
        dunning("7,10,0.5\n7,20,0.5\n"),
        DUNNING,
        "row 3",
        "days",
        "7",
        "",
    ),
    Defect(
        "default_without_write_off",
        both(NAMED, replace(PAYMENTS, "0.02,60,90", "0.02,60,0")),
        PAYMENTS,
        "row 3",
        "write_off_days",
        "segment 'bar' default and are never written off",
        "give write_off_days",
    ),
    Defect(
        "payment_segment_unknown",
        both(NAMED, replace(PAYMENTS, "bar,", "barr,")),
        PAYMENTS,
        "row 3",
        "segment",
        "'barr' is not in table 'segments'",
        "did you mean 'bar'?",
    ),
)
