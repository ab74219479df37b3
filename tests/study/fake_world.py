"""A world of milliseconds for tests of the store and the runner: same contract, no market.

Figures come from addressed uniforms, so that designs share their draws as in the real simulation.
What goes wrong is ordered by files in a folder that the environment names, so that a run's identity
does not depend on it.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import signal
import time
import types
import typing
from pathlib import Path

import numpy as np
import pandas as pd

from channelwright.foundation.random import Purpose
from channelwright.model.certificate import Certificate
from channelwright.model.design import Design
from channelwright.model.forecast import Forecast, MoneyForecast
from channelwright.model.market import Market
from channelwright.model.request import Request
from channelwright.model.study import Pack, StudySpec
from channelwright.studies import Engine
from channelwright.tables.outputs import CELLS, ORDER_LINES

PERIODS = 4
#: Folder in which workers look for orders to misbehave and leave a line per replication.
TRACE = "CHANNELWRIGHT_TEST_TRACE"


def blank(kind, **given):
    """Build a model object without rows, so that tests need not know its columns."""
    hints = typing.get_type_hints(kind)
    fields = {f.name: hints[f.name] for f in dataclasses.fields(kind) if f.init}
    return kind(**{name: given.get(name, _blank_value(hint)) for name, hint in fields.items()})


def _blank_value(hint):
    plain = {
        str: "",
        int: 0,
        float: 0.0,
        bool: False,
        datetime.date: datetime.date(2025, 1, 6),
    }
    if hint in plain:
        return plain[hint]
    if dataclasses.is_dataclass(hint):
        return blank(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is np.ndarray:
        return np.empty(0, dtype=typing.get_args(arguments[1])[0])
    if origin in (typing.Union, types.UnionType):
        return None
    return origin()


def market(noise=1.0):
    return blank(
        Market,
        name="base",
        behaviour=blank(typing.get_type_hints(Market)["behaviour"], response=noise),
    )


def design(name, gain=0, title=""):
    """A design that adds `gain` to every period's cases."""
    terms = blank(typing.get_type_hints(Design)["terms"], online_fee=gain)
    return blank(Design, name=name, title=title, terms=terms)


def pack(*designs, requests=(), replications=3, noise=1.0, expect=()):
    designs = designs or (design("today"), design("direct", 5), design("hybrid", -3))
    names = tuple(d.name for d in designs) + tuple(requests)
    return Pack(
        name="fake",
        title="Fake world",
        description="",
        markets={"base": market(noise)},
        designs={d.name: d for d in designs},
        requests={name: blank(Request, name=name, start=design(name, 7)) for name in requests},
        study=StudySpec(names, names[0], ("base",), replications, seed=11, expect=expect),
    )


def replicate(market, design, address, sink, keep="kpis"):
    """Write `PERIODS` rows of cells; misbehave if told to."""
    _misbehave(market, design, address)
    draws = [address.uniform(Purpose.CONSUMER_DEMAND, day, 0) for day in range(PERIODS)]
    own = [
        address.uniform(Purpose.STRIKE, day, design.terms.online_fee + 50) for day in range(PERIODS)
    ]
    ordered = np.rint(100 + 50 * np.array(draws)).astype(np.int64)
    delivered = ordered + design.terms.online_fee
    delivered += np.rint(2 * market.behaviour.response * np.array(own)).astype(np.int64)
    for period in range(PERIODS):
        chunk = {name: np.zeros(1, dtype=np.int64) for name in CELLS.names}
        chunk["period"][:] = period
        chunk["cases_ordered"][:] = ordered[period]
        chunk["cases_delivered"][:] = delivered[period]
        sink.append("cells", chunk)
    if keep == "orders":
        sink.append("order_lines", {name: np.arange(3) for name in ORDER_LINES.names})
    return


def _misbehave(market, design, address):
    folder = os.environ.get(TRACE)
    if folder is None:
        return
    with (Path(folder) / "trace").open("a") as file:
        file.write(f"{design.terms.online_fee} {address.replication} {os.getpid()} {id(market)}\n")
    order = Path(folder) / f"{design.terms.online_fee}-{address.replication}"
    if not order.exists():
        return
    what = order.read_text()
    if what == "raise":
        raise ValueError("the world went wrong")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what.startswith("sleep"):
        time.sleep(float(what.split()[1]))


def kpi_table(market, design, tables):
    cells = tables["cells"]
    delivered, ordered = int(cells["cases_delivered"].sum()), int(cells["cases_ordered"].sum())
    rows = [
        ("cases", "all", "all", float(delivered), "cases"),
        ("served", "all", "all", delivered / ordered, ""),
        ("online_share", "all", "all", np.nan if design.terms.online_fee < 0 else 0.5, ""),
        ("cases", "north", "all", float(delivered // 2), "cases"),
    ]
    return pd.DataFrame(rows, columns=["kpi", "area", "mode", "value", "unit"])


@dataclasses.dataclass(frozen=True)
class Answer:
    design: Design
    certificates: tuple
    forecast: Forecast


def optimise_request(market, request):
    """Answer a request with its start; leave a line for those who count the answers."""
    folder = os.environ.get(TRACE)
    if folder is not None:
        with (Path(folder) / "asked").open("a") as file:
            file.write(request.name + "\n")
    certificate = Certificate("territories", "maximise", 7.0, 7.0, "dual", status="proven")
    forecast = Forecast(request.name, {"cases": 420.0}, blank(MoneyForecast), ("no variance",))
    return Answer(request.start, (certificate,), forecast)


ENGINE = Engine(replicate, kpi_table, optimise_request)


def fingerprint(root):
    """Return the bytes of every table of every run below a results folder."""
    return {
        (path.parent.name, path.name): path.read_bytes()
        for path in sorted((Path(root) / "runs").glob("*/*.parquet"))
    }
