"""06:00: old goods are dumped or returned, some are missing; 18:00: price cuts near the end."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Purpose
from channelwright.foundation.units import PPM, IntArray, share, share_of
from channelwright.rules.returns import old_goods_credited
from channelwright.simulation.cash.settling import OUTSIDE, month_ends
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.recording import PERIOD_DAYS
from channelwright.simulation.stock.receipts import History, Lots, Window, came
from channelwright.tables.codes import Account, LossCause


class Ageing:
    """Follows receipts of sites and outlets and takes away what is lost."""

    def __init__(self, parts: Parts) -> None:
        network, state = parts.network, parts.state
        self._network, self._address, self._state = network, parts.address, state
        self._postings, self._recorder, self._books = parts.postings, parts.recorder, parts.books
        self._sink = parts.sink if parts.detail else None
        self._history = History(state.stock)
        self._night, self._noon = state.stock.copy(), state.stock.copy()
        self._noon_shelf = state.shelf.copy()
        rules = network.market.perishing
        self._rules = rules
        self._credited = old_goods_credited(network.market, network.design)
        if rules is not None:
            self._sites = Window(rules.site_days, state.stock)
            self._shelves = Window(rules.shelf_days, state.shelf)
            fresh = np.where(rules.sell_off_days > 0, rules.shelf_days - rules.sell_off_days, 0)
            self._fresh = Window(fresh, state.shelf)

    def morning(self) -> None:
        """06:00, before the tours: note what arrived, throw away, count what is missing."""
        state = self._state
        arrived = came(state.stock, self._night)
        self._history.receive(state.day, arrived)
        rules = self._rules
        if rules is not None:
            self._sites.receive(state.day, arrived)
            for window in (self._sites, self._shelves, self._fresh):
                window.roll(state.day)
            self._expire()
            if month_ends(self._network, state.day):
                self._shrink()
        self._noon[:] = state.stock

    def opened(self) -> None:
        """06:00, after returns: what a shelf holds from now on is what the tours find."""
        if self._rules is not None:
            self._noon_shelf[:] = self._state.shelf

    def _expire(self) -> None:
        """Throw away what is too old, or return it."""
        state = self._state
        if self._sites.any_old(state.stock) or self._shelves.any_old(state.shelf):
            old = self._shelves.old(state.shelf)
            self._lose(LossCause.EXPIRED, self._sites.old(state.stock), old)
            self._return(old)

    def _lose(self, cause: LossCause, sites: IntArray, shelves: IntArray) -> None:
        state = self._state
        if not (sites.any() or shelves.any()):
            return
        state.stock -= sites
        state.shelf -= shelves
        self._books.lost += int(sites.sum() + shelves.sum())
        self._recorder.losses(cause, sites, shelves)
        if self._sink is None:
            return
        for name, units in (("site", sites), ("outlet", shelves)):
            place, product = np.nonzero(units)
            if place.size:
                none = np.full_like(place, -1)
                chunk = {"site": none, "outlet": none} | {name: place}
                chunk |= {"product": product, "units": units[place, product]}
                chunk["day"] = np.full_like(place, state.day)
                chunk["cause"] = np.full_like(place, int(cause))
                self._sink.append("losses", chunk)

    def _return(self, old: IntArray) -> None:
        """Credit old goods to the outlets and collect them, where the mode says so."""
        network, service = self._network, self._network.design.service
        if service.return_credit is None or service.collect_case is None or not old.any():
            return
        rows = np.flatnonzero(old.any(axis=1))
        plan, unit = network.design.outlets, network.market.products.units_per_case
        mode, site = plan.mode[rows], plan.site[rows]
        value = (old[rows] * network.price[rows, 0] // unit).sum(axis=1)
        ppm = np.where(self._credited[rows], service.return_credit[mode], 0)
        credit = np.where(network.consigned[rows], 0, share(value, ppm))
        cases = (-(-old[rows] // unit)).sum(axis=1)
        cost = np.where(ppm > 0, cases * service.collect_case[mode], 0)
        owner, post = network.owner[site], self._postings.post
        post(Account.RETURN, owner, network.payer[rows], mode, site, rows, credit)
        post(Account.DELIVERY, owner, OUTSIDE, mode, site, rows, cost)

    def _shrink(self) -> None:
        """Take away the month's share of every stock, rounded by a draw."""
        network, state, rules = self._network, self._state, self._rules
        assert rules is not None
        month = int(network.market.calendar.month[state.day])
        days, length = int(network.months.days[month]), int(network.months.length[month])
        segment = network.market.outlets.segment
        lost = []
        for purpose, stock, ppm in (
            (Purpose.SITE_SHRINKAGE, state.stock, rules.site_shrinkage),
            (Purpose.SHELF_SHRINKAGE, state.shelf, rules.shelf_shrinkage[segment]),
        ):
            missing = np.zeros_like(stock)
            if ppm.any():
                draw = self._address.grid(purpose, state.day, np.arange(len(stock)), stock.shape[1])
                mean = stock * np.reshape(ppm, (-1, 1)) * days / (PPM * length)
                missing = np.floor(mean + draw).astype(np.int64)
            lost.append(np.minimum(missing, stock))
        self._lose(LossCause.SHRINKAGE, *lost)

    def sold(self, units: IntArray, price: IntArray) -> None:
        """18:00, after the consumers: note today's receipts and cut the price of old goods.

        Parameters
        ----------
        units : (C, P) int64, sold by the covered outlets; price : their consumer prices
        """
        state, network, rules = self._state, self._network, self._rules
        back = came(state.stock, self._noon)
        self._history.receive(state.day, back)
        if rules is None:
            return
        self._sites.receive(state.day, back)
        rows, fresh = network.covered, self._fresh
        received = _came(rows, units, state.shelf, self._noon_shelf)
        self._shelves.receive(state.day, received)
        fresh.receive(state.day, received)
        if not rules.sell_off_cut.any():
            return
        old = (state.shelf, fresh.recent, fresh.days)
        cut, some = _cut(rows, units, old, price, rules.sell_off_cut)
        if some:
            plan = network.design.outlets
            mode, site = plan.mode[rows], plan.site[rows]
            payer, post = network.payer[rows], self._postings.post
            post(Account.SELL_OFF, payer, OUTSIDE, mode, site, rows, cut)

    def midnight(self) -> None:
        """24:00: at the end of a period, say how old the stock of sites is."""
        state, calendar = self._state, self._network.market.calendar
        self._night[:] = state.stock
        passed = state.day + 1 - calendar.warmup_days
        if passed % PERIOD_DAYS == 0 or state.day + 1 == calendar.horizon_days:
            self._recorder.ages(state.stock, self._history.age(state.day, state.stock))


@kernel
def _came(rows: IntArray, units: IntArray, shelf: IntArray, noon: IntArray) -> Lots:
    """Return what came to outlets since the morning: outlets, products and units.

    Parameters
    ----------
    rows, units : (n,), (n, P) outlets and what they sold since
    shelf, noon : (O, P) units now and in the morning
    """
    room = np.empty((3, units.size), dtype=np.int64)
    used = 0
    for row in range(len(rows)):
        outlet = rows[row]
        for product in range(units.shape[1]):
            more = shelf[outlet, product] + units[row, product] - noon[outlet, product]
            # All are noted and only some stay: half of the shelves would be guessed wrongly.
            room[0, used], room[1, used], room[2, used] = outlet, product, more
            used += more != 0
    return room[:, :used].copy()


@kernel
def _cut(
    rows: IntArray,
    units: IntArray,
    old: tuple[IntArray, IntArray, IntArray],
    price: IntArray,
    cut: IntArray,
) -> tuple[IntArray, bool]:
    """Return what the old units among those sold were cheaper by: (n,) ticks, and whether any was.

    Parameters
    ----------
    rows, units, price : (n,), (n, P), (n, P) outlets, what they sold and its price
    old : (O, P) units on the shelf and (O, P) units received in the last (P,) days, 0 = never old
    cut : (P,) ppm of the price
    """
    result, some = np.zeros(len(rows), dtype=np.int64), False
    shelf, recent, days = old
    for row in range(len(rows)):
        for product in range(units.shape[1]):
            sold = units[row, product]
            if sold == 0 or days[product] <= 0:
                continue
            near = min(sold, shelf[rows[row], product] + sold - recent[rows[row], product])
            if near > 0:
                ticks = share_of(near * price[row, product], cut[product])
                result[row] += ticks
                some = some or ticks != 0
    return result, some
