"""The deterministic twin of a market and design: no variance, ample stock, tariffs, no tours."""

import datetime
from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import CAPTURES, CARRIERS, LAW_FIXED, Market

WARMUP, MEASURED = 56, 364
BEGIN = datetime.date(2023, 3, 1)  # of the measured days, which begin with a month


def deterministic_twin(
    market: Market, design: Design, warmup: int = WARMUP
) -> tuple[Market, Design]:
    """Constant whole demand, cases of one unit, every order day used, nothing ever short."""
    days, start = warmup + MEASURED, BEGIN - datetime.timedelta(days=warmup)
    products, outlets = len(market.products), len(market.outlets)
    dates = [start + datetime.timedelta(days=d) for d in range(days)]
    month = np.array([12 * (d.year - start.year) + d.month - start.month for d in dates])
    rate = 1.0 + (np.arange(outlets * products).reshape(outlets, products) % 3)
    modes = len(market.modes)
    calm = replace(
        market,
        products=replace(
            market.products,
            units_per_case=np.ones(products, dtype=np.int64),
            law=np.full(products, LAW_FIXED, dtype=np.int64),
        ),
        outlets=replace(market.outlets, rate=rate),
        modes=replace(
            market.modes,
            capture=np.full(modes, CAPTURES.index("calendar"), dtype=np.int64),
            carrier=np.full(modes, CARRIERS.index("tariff"), dtype=np.int64),
            effort=np.ones((modes, 1)),
            effort_cost=np.zeros((modes, 1), dtype=np.int64),
        ),
        behaviour=replace(market.behaviour, floor=1.0, ceiling=1.0),
        calendar=replace(
            market.calendar,
            start=start,
            horizon_days=days,
            warmup_days=warmup,
            factor=np.ones((days, products)),
            month=month.astype(np.int64),
            working=np.ones(days, dtype=bool),
            market_shock=0.0,
            product_shock=0.0,
            outlet_shock=0.0,
        ),
        finance=replace(market.finance, interest_ppm=0),
    )
    return calm, _ample(design, modes)


def _ample(design: Design, modes: int) -> Design:
    every = np.where(design.outlets.order_days == 0, 1, design.outlets.order_days)
    zero = np.zeros(modes, dtype=np.int64)
    return replace(
        design,
        sites=replace(
            design.sites,
            safety_days=np.full(len(design.sites), 20.0),
            review_days=np.ones(len(design.sites), dtype=np.int64),
        ),
        outlets=replace(
            design.outlets,
            order_days=every,
            options=design.outlets.options[:, :1],
            o2o=np.zeros(len(design.outlets), dtype=bool),
        ),
        terms=replace(design.terms, bonus=zero, quota=zero, credit_days=zero),
        service=replace(
            design.service,
            cover_days=np.full(modes, 32.0),
            interval_cover=np.zeros(modes),
            reorder_days=np.full(modes, -1.0),
            minimum_cases=np.ones(modes, dtype=np.int64),
            cutoff=np.full(modes, 86_400, dtype=np.int64),
            tariff_days=np.ones(modes, dtype=np.int64),
            tariff_drop=np.full(modes, 50_000, dtype=np.int64),
            tariff_case=np.full(modes, 700, dtype=np.int64),
        ),
    )
