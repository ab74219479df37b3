"""KPIs of returns, online help, consignment, parcels and hours, where a pack names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.hours import has_hours
from channelwright.rules.kpi_parcels import parcel_kpis

if TYPE_CHECKING:
    import pandas as pd

Found = list[tuple[str, float, str]]


def goods_rows(
    market: Market, design: Design, frames: Mapping[str, pd.DataFrame], measured_days: int
) -> Found:
    """Return (KPI, value, unit) of the whole market."""
    found = [*_good_returns(frames), *_online_help(frames), *_consigned(frames, measured_days)]
    found += parcel_kpis(market, design, frames)
    return found + (_waiting(frames) if has_hours(market, design.contracts) else [])


def _waiting(frames: Mapping[str, pd.DataFrame]) -> Found:
    """Return what of the hours of tours was spent before closed doors."""
    cells = frames["site_cells"]
    seconds = float(cells["tour_seconds"].sum())
    waited = float(cells["tour_waiting"].sum())
    return [("tour_waiting_share", waited / seconds, "share")] if seconds > 0 else []


def _good_returns(frames: Mapping[str, pd.DataFrame]) -> Found:
    """Return cases of good stock sent back, and their share of what was delivered."""
    sent = frames.get("return_cells")
    if sent is None:
        return []
    cases, delivered = float(sent["cases"].sum()), float(frames["cells"]["cases_delivered"].sum())
    rate = cases / delivered if delivered > 0 else float("nan")
    return [("good_return_cases", cases, "cases"), ("good_return_rate", rate, "share")]


def _online_help(frames: Mapping[str, pd.DataFrame]) -> Found:
    """Return what of online orders was served, and from another outlet's shelf."""
    cells = frames.get("online_cells")
    asked = 0.0 if cells is None else float(cells["asked"].sum())
    if cells is None or asked == 0:
        return []
    own, helped = float(cells["own"].sum()), float(cells["nearby"].sum())
    service, part = (own + helped) / asked, helped / asked
    return [("online_service", service, "share"), ("online_nearby_share", part, "share")]


def _consigned(frames: Mapping[str, pd.DataFrame], days: int) -> Found:
    """Return the mean value on consignment, and what of all invoices settles it."""
    cells = frames.get("consignment_cells")
    if cells is None:
        return []
    value = float(cells["value_days"].sum()) / TICKS_PER_UNIT / max(days, 1)
    bought = float(frames["cells"]["outlet_value"].sum())
    part = float(cells["settled"].sum()) / bought if bought > 0 else float("nan")
    return [("consigned_stock", value, "currency"), ("consigned_share", part, "share")]
