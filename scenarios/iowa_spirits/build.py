"""Build the tables of the Iowa spirits pack from the rows in ``source/``.

``python scenarios/iowa_spirits/build.py [--out DIR]`` writes ``tables/``, ``designs/*.csv``
and ``calibrated.yaml``. The same source gives the same bytes; only ``source/`` is read, and
the test period is read for nothing but the table of observed orders.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from iowa_build import network  # noqa: E402
from iowa_build.calibration import calibrate, calibrated_yaml  # noqa: E402
from iowa_build.history import kept_back, training  # noqa: E402
from iowa_build.market import CASE_LITRES, ladder_price, market_tables  # noqa: E402
from iowa_build.terms import design_terms  # noqa: E402

if TYPE_CHECKING:
    from iowa_build.history import Orders


def build(out: Path) -> None:
    """Write every generated file of the pack.

    Parameters
    ----------
    out : folder, made if missing; files of the same name are replaced
    """
    orders = training()
    demand, shocks = calibrate(orders)
    tables = market_tables(orders, demand, shocks)
    tables |= {
        "sites": network.sites(orders),
        "lanes": network.lanes(orders),
        "vehicles": network.vehicles(orders),
    }
    tables["history"] = observed(kept_back())
    for name, table in tables.items():
        _write(table, out / "tables" / f"{name}.csv")
    home = (network.HOME,)
    designs = {
        "today_sites": network.site_plan(home, "dc", "STATE_TOWN", 60),
        "offices_sites": network.site_plan(network.OFFICES, "office", "DSD", 30),
        "houses_sites": network.site_plan(network.HOUSES, "house", "PDS", 20),
        "state_outlets": network.state_outlets(orders, demand),
        "offices_outlets": network.private_outlets(orders, "DSD"),
        "houses_outlets": network.private_outlets(orders, "PDS"),
        "terms": design_terms(ladder_price(orders)),
    }
    for name, table in designs.items():
        _write(table, out / "designs" / f"{name}.csv")
    text = calibrated_yaml(demand, shocks)
    (out / "calibrated.yaml").write_text(text, encoding="utf-8", newline="\n")


def observed(orders: Orders) -> pd.DataFrame:
    """Return the observed weeks of the simulated year, for the check of the baseline."""
    litres = orders.litres.sum(axis=(0, 1))
    return pd.DataFrame({"cases_ordered": (litres / CASE_LITRES).round(4)})


def _write(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n")


def main() -> None:
    """Build into the pack itself, or into another folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="default: the pack itself")
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
