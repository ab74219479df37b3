"""What people and houses are offered in every design: commission, bonus, rebates."""

from __future__ import annotations

from channelwright.foundation.units import PPM, TICKS_PER_UNIT
from channelwright.model.design import Terms
from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.numbers import money, percent
from channelwright.reporting.reading import StudyData


def terms_grid(data: StudyData) -> Grid:
    """Return the incentive terms by mode and design, for modes in use."""
    body = tuple(
        row
        for mode, name in enumerate(data.market.modes.ids)
        if any((plan.outlets.mode == mode).any() for plan in data.designs.values())
        for row in _rows(data, mode, name)
    )
    columns = (
        Column("Mode"),
        Column("Who is paid"),
        *(Column(data.short(name), design=name) for name in data.designs),
    )
    note = (
        "Commission: share of the sales of a person. Bonus: a month in which the quota is reached. "
        "Rebates: share of purchases, year-end rebates and back margin included."
    )
    return Grid("Incentive terms", columns, body, note, key="terms")


def _rows(data: StudyData, mode: int, name: str) -> list[Row]:
    offers = {
        "people": [_people(data, plan.terms, mode) for plan in data.designs.values()],
        "house": [_rebate(int(plan.terms.account_rebate[mode])) for plan in data.designs.values()],
        "outlet": [_rebate(int(plan.terms.outlet_rebate[mode])) for plan in data.designs.values()],
    }
    return [
        Row((name, who, *texts), mode=name)
        for who, texts in offers.items()
        if any(text != "none" for text in texts)
    ]


def _people(data: StudyData, terms: Terms, mode: int) -> str:
    """Return commission and bonus in words; ``none`` for modes without people."""
    if data.market.modes.role[mode] < 0:
        return "none"
    parts = [f"{percent(int(terms.commission[mode]) / PPM, 2)} commission"]
    if terms.quota[mode] > 0 and terms.bonus[mode] > 0:
        bonus = money(int(terms.bonus[mode]) / TICKS_PER_UNIT, data.currency)
        quota = money(int(terms.quota[mode]) / TICKS_PER_UNIT, data.currency)
        parts.append(f"{bonus} at {quota}")
    return ", ".join(parts)


def _rebate(ppm: int) -> str:
    return f"{percent(ppm / PPM, 2)} rebate" if ppm else "none"
