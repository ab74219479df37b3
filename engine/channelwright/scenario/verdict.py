"""What `channelwright check` says about a pack."""

from __future__ import annotations

from pathlib import Path

from channelwright.foundation.errors import PackError
from channelwright.model.study import Pack
from channelwright.scenario.reading import read_scenario


def report_check(path: str | Path) -> tuple[str, int]:
    """Return the text of a check and the exit code: 0 = the pack can be used, 1 = it cannot.

    Raises
    ------
    UsageError
        The path does not exist or is no pack.
    """
    try:
        pack = read_scenario(path)
    except PackError as error:
        return f"{path}: {error}\n", error.exit_code
    return f"{path}: no problems{_warnings(pack)}\n{_contents(pack)}", 0


def _warnings(pack: Pack) -> str:
    """Return what a reader should look at, though the pack can be used; empty without any."""
    if not pack.warnings:
        return ""
    noun = "warning" if len(pack.warnings) == 1 else "warnings"
    lines = [f"  - {warning}" for warning in pack.warnings]
    return "\n".join([f", {len(lines)} {noun}", *lines])


def _contents(pack: Pack) -> str:
    market = pack.market
    first, last = market.calendar.start, market.calendar.horizon_days
    noun = "replication" if pack.study.replications == 1 else "replications"
    lines = [
        f"  {pack.title}",
        f"  {len(market.outlets)} outlets, {len(market.sites)} sites, {len(market.areas)} areas, "
        f"{len(market.products)} products, {len(market.modes)} modes",
        f"  {last} days from {first.isoformat()}, {market.calendar.warmup_days} of them warm-up",
        f"  designs: {', '.join(pack.designs) or 'none'}",
        f"  to choose: {', '.join(pack.requests) or 'none'}",
        f"  study: {', '.join(pack.study.designs)} against {pack.study.baseline}, "
        f"scenarios {', '.join(pack.study.scenarios)}, {pack.study.replications} {noun}",
    ]
    lines += [f"  {c.key}: {c.old} -> {c.new} (by {c.by})" for c in pack.changes]
    return "\n".join(lines) + "\n"
