"""``channelwright improve PACK [NAME]``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channelwright.cli.cluster import on_cluster
from channelwright.cli.console import progress, say, say_table, stage
from channelwright.cli.numbers import number, signed
from channelwright.cli.options import add_pack, add_place, add_seed, names, positive
from channelwright.cli.save_as import add_save_as, check_save_as, save_as

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.model.study import Pack
    from channelwright.studies.improve import Improvement, Spending

SHOWN_HEADS = 12
SHOWN_STEPS = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    parser.add_argument(
        "name", nargs="?", help="request to improve (default: the study's only one)"
    )
    parser.add_argument("--scenario", metavar="NAME", help="default: the study's first")
    parser.add_argument("--baseline", metavar="NAME", help="default: the pack's")
    parser.add_argument(
        "--rounds", type=positive, metavar="N", help="rounds of optimising at most (default: 5)"
    )
    parser.add_argument(
        "--replications", type=positive, metavar="N", help="of every round, 2 or more (default: 10)"
    )
    parser.add_argument(
        "--judged", type=positive, metavar="N", help="replications of the verdict (default: 30)"
    )
    parser.add_argument(
        "--steps", type=positive, metavar="N", help="steps of the search at most (default: 4)"
    )
    parser.add_argument(
        "--screened",
        type=positive,
        metavar="N",
        help="replications of every neighbour (default: 6)",
    )
    parser.add_argument(
        "--levers",
        default="people,stock,terms",
        metavar="NAME,...",
        help="what the search may move: people, stock, terms (default: all)",
    )
    add_seed(parser)
    add_place(parser)
    parser.add_argument("--results", default="results", metavar="DIR", help="results folder")
    parser.add_argument("--no-report", action="store_true", help="tables only")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write the design, its calibration and tables"
    )
    add_save_as(parser)


def run(options: argparse.Namespace) -> int:
    """Improve a request and say what is known about the result."""
    from channelwright.scenario import read_scenario
    from channelwright.studies.improve import improve, only_request
    from channelwright.studies.setting import Setting

    pack = read_scenario(options.pack, options.scenario)
    check_save_as(options, options.name or only_request(pack))
    with on_cluster(options) as cluster, progress(f"improve {pack.name}") as show:
        found = improve(
            pack,
            options.name,
            scenario=options.scenario,
            baseline=options.baseline,
            spending=_spending(options),
            setting=Setting(
                seed=options.seed,
                workers=options.workers,
                out=options.results,
                progress=show,
                cluster=cluster,
            ),
        )
    _say(pack, found)
    if options.out is not None:
        _write(options.out, pack, found)
        say(f"\nwritten to {options.out}")
    save_as(options, pack, found.request, found.plan.design)
    if not options.no_report:
        from channelwright.reporting import report

        with stage("writing the report"):
            page = report(found.runs)
        say(f"report: {page}")
    return 0


def _spending(options: argparse.Namespace) -> Spending:
    from dataclasses import replace

    from channelwright.studies.improve import Spending

    usual = Spending()
    given = {
        name: max(2, value) if name != "rounds" else value
        for name in ("rounds", "replications", "judged")
        if (value := getattr(options, name)) is not None
    }
    search: dict[str, Any] = {"levers": _levers(options.levers)}
    search |= {
        name: value
        for name, value in (("rounds", options.steps), ("screened", options.screened))
        if value is not None
    }
    return replace(usual, **given, search=replace(usual.search, **search))


def _levers(text: str) -> tuple[str, ...]:
    from channelwright.foundation.errors import UsageError
    from channelwright.optimisation.neighbours import LEVERS

    levers = names(text) or ()
    unknown = [name for name in levers if name not in LEVERS]
    if unknown or not levers:
        message = f"--levers: {text!r} names no levers; give some of {', '.join(LEVERS)}"
        raise UsageError(message)
    return levers


def _say(pack: Pack, found: Improvement) -> None:
    currency = pack.market.finance.currency
    calendar = pack.market.calendar
    days = calendar.horizon_days - calendar.warmup_days
    say(f"{found.request}: contribution in {currency} over {days} days; {found}")
    say_table(_rounds(found.rounds), "\nrounds of optimising and simulating", needed=6)
    say("error: mean of cases by area and mode, calls and orders, and the manufacturer's money")
    say_table(_heads(found.heads), "\nlargest errors of the first forecast, and the last one's")
    if len(found.found.table):
        say_table(
            _steps(found.found.table), "\nsearch: the best neighbours of each round", needed=5
        )
    say_table(
        _verdict(found.verdict), "\nverdict, in worlds that neither search nor calibration used"
    )
    if found.limits is not None:
        worst = found.limits.loc[found.limits["share"].idxmax()]
        say(
            f"none of {len(found.limits)} neighbours earns more than {worst['share']:.2%} beyond "
            f"the design (95 % upper limits, all together); highest: {worst['step']}"
        )


def _rounds(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "round": table["round"].astype(str),
            "design": table["design"],
            "people": table["people"].astype(str),
            "forecast": [number(value) for value in table["forecast"]],
            "simulated": [number(value) for value in table["simulated"]],
            "error": [f"{value:.2%}" for value in table["error"]],
            "cases": [f"{value:.2%}" for value in table["error_volume"]],
            "calls, orders": [f"{value:.2%}" for value in table["error_mechanism"]],
            "money": [f"{value:.2%}" for value in table["error_money"]],
        }
    )


def _heads(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    first = table[(table["round"] == "first") & (table["kind"] != "others")]
    last = table[table["round"] == "last"].set_index(["kind", "head", "area", "mode"])["error"]
    gap = (first["forecast"] - first["simulated"]).abs()
    scale = first.groupby(["kind", "head"])["simulated"].transform(lambda part: part.abs().sum())
    top = first.loc[(gap / scale.clip(lower=1e-9)).sort_values(ascending=False).index]
    top = top[top["error"].notna()].head(SHOWN_HEADS)
    keys = zip(top["kind"], top["head"], top["area"], top["mode"], strict=True)
    return pd.DataFrame(
        {
            "head": top["head"],
            "area": top["area"],
            "mode": top["mode"],
            "forecast": [number(value) for value in top["forecast"]],
            "simulated": [number(value) for value in top["simulated"]],
            "first": [f"{value:+.1%}" for value in top["error"]],
            "last": [f"{last[key]:+.1%}" if key in last.index else "-" for key in keys],
        }
    )


def _steps(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    stages = table["stage"].map({"finalist": 0, "screened": 1})
    ranked = table.assign(order=stages).sort_values(
        ["round", "order", "difference"], ascending=[True, True, False], kind="stable"
    )
    best = ranked.groupby("round").head(SHOWN_STEPS)
    verdict = ["taken" if row.taken else row.hindrance for row in best.itertuples()]
    return pd.DataFrame(
        {
            "step": [_short(text) for text in best["step"]],
            "round": best["round"].astype(str),
            "difference": [signed(value) for value in best["difference"]],
            "low": [signed(value) for value in best["low"]],
            "runs": best["replications"].astype(str),
            "": verdict,
        }
    )


def _short(text: str) -> str:
    parts = text.split("; ")
    return text if len(parts) < 3 else f"{parts[0]}; and {len(parts) - 1} more steps together"


def _verdict(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    def shown(value: float, unit: str) -> str:
        return f"{value:+.2%}" if unit == "share" else signed(value)

    pairs = list(zip(table["low"], table["high"], table["unit"], strict=True))
    return pd.DataFrame(
        {
            "statement": table["statement"],
            "estimate": [
                shown(v, u) for v, u in zip(table["estimate"], table["unit"], strict=True)
            ],
            "95% interval": [f"{shown(a, u)} to {shown(b, u)}" for a, b, u in pairs],
            "runs": table["replications"].astype(str),
        }
    )


def _write(folder: Path, pack: Pack, found: Improvement) -> None:
    """Write the final design as `optimise --out` does, its calibration, and the tables."""
    from channelwright.reporting.calibrations import calibration_rows
    from channelwright.reporting.territory_files import write_design
    from channelwright.studies.choose import market_of

    market = market_of(pack, found.scenario)
    write_design(folder, market, found.plan.design, found.plan.certificates)
    calibration_rows(market, found.calibration).to_csv(folder / "calibration.csv", index=False)
    tables = {
        "rounds": found.rounds,
        "forecast_errors": found.heads,
        "search": found.found.table,
        "verdict": found.verdict,
    }
    if found.limits is not None:
        tables["neighbour_limits"] = found.limits
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
