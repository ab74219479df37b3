"""Build the Yangtze delta beverage pack at any size.

``python scenarios/yangtze_beverage/build.py --outlets 2000 --out DIR`` writes a complete
pack into ``DIR``: the same size and seed give the same bytes. Only ``source/`` is read.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from yangtze_pack.designs import candidate_houses, make_designs  # noqa: E402
from yangtze_pack.full_world import write_full_world  # noqa: E402
from yangtze_pack.geography import grow  # noqa: E402
from yangtze_pack.modes import today_modes, town_roles  # noqa: E402
from yangtze_pack.network import make_network  # noqa: E402
from yangtze_pack.outlets import make_outlets  # noqa: E402
from yangtze_pack.tables import write_design, write_market, write_requests  # noqa: E402

FEWEST_AREAS = 6
SEED = 2026


def build(outlets: int, out: Path, seed: int = SEED, start: str | None = None) -> None:
    """Write the pack.

    Parameters
    ----------
    outlets : number of covered outlets
    out : folder, made if missing; files of the same name are replaced
    seed : of the scatter, segments, volumes and modes
    start : census code of the county that growth starts from; None = by size

    Raises
    ------
    ValueError
        If the piece of country has fewer than six towns or is larger than both provinces.
    """
    towns = grow(outlets, start)
    if len(towns) < FEWEST_AREAS:
        msg = (
            f"{outlets} outlets cover {len(towns)} towns and a pack needs {FEWEST_AREAS}; "
            "ask for 1400 outlets or more"
        )
        raise ValueError(msg)
    table = make_outlets(towns, outlets, seed)
    roles = town_roles(towns, table)
    today = today_modes(towns, table, roles, seed)
    network = make_network(towns, table, roles, today)
    copy_fixed(out)
    write_market(out, towns, table, network)
    for design in make_designs(towns, table, roles, network, today):
        write_design(out, design, towns, network, table)
    write_requests(out, candidate_houses(towns, roles, network))
    write_full_world(out)


def copy_fixed(out: Path) -> None:
    """Copy the files that do not depend on the size."""
    fixed = HERE / "source" / "fixed"
    for path in sorted(fixed.rglob("*")):
        if path.is_file():
            target = out / path.relative_to(fixed)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(
        description="Build the Yangtze delta beverage pack at any size."
    )
    parser.add_argument("--outlets", type=int, default=2000, help="covered outlets (1400 or more)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new pack")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--start", help="census code of the first county, for instance 330482 (Pinghu)"
    )
    given = parser.parse_args(arguments)
    try:
        build(given.outlets, given.out, given.seed, given.start)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{given.outlets} outlets written to {given.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
