"""What is owed from day to day where every invoice is paid once, on a day that is known."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.network import Network
from channelwright.simulation.stock.replenishing import Shipments

Columns = tuple[IntArray, ...]
_FALLS, _PAID, _OWN_PAID, _LATE, _IN_TIME = range(5)


class Outstanding:
    """Invoices to outlets and chains on terms, added up by area and mode of the outlet.

    A day changes what is open by what was noted for it: nothing is kept of a single invoice.
    """

    def __init__(self, network: Network) -> None:
        cells = network.cells
        days, groups = network.market.calendar.horizon_days, len(cells.area)
        self._group = np.zeros(len(network.market.outlets), dtype=np.int64)
        self._group[network.covered] = cells.group
        self._own = network.own
        self._coming = np.zeros((_IN_TIME + 1, days, groups), dtype=np.int64)
        self._open, self._own_open, self._late = np.zeros((3, groups), dtype=np.int64)
        self.sums = {
            name: np.zeros(groups, dtype=np.int64)
            for name in ("due", "collected", "owed_days", "overdue_days", "own_owed_days")
        }

    def begin_day(self, day: int) -> None:
        """Take what is paid and what falls due at 00:00."""
        falls, paid, own_paid, late, in_time = self._coming[:, day]
        self._open -= paid
        self._own_open -= own_paid
        self._late += late - in_time
        self.sums["due"] += falls
        self.sums["collected"] += paid

    def invoices(self, day: int, outlet: IntArray, site: IntArray, money: Columns) -> None:
        """Note the invoices of a day that are paid later: (n,) ticks, due and paid days."""
        totals = self._open, self._own_open, self._late
        _note(day, self._group[outlet], self._own[site], money, self._coming, totals)

    def midnight(self) -> None:
        """Add what is open at 24:00."""
        self.sums["owed_days"] += self._open
        self.sums["own_owed_days"] += self._own_open
        self.sums["overdue_days"] += self._late

    def close(self) -> dict[str, IntArray]:
        """Return the sums of the period by area and mode, and start the next one."""
        found = {name: column.copy() for name, column in self.sums.items()}
        for column in self.sums.values():
            column[:] = 0
        return found


@kernel
def _note(
    day: int, group: IntArray, own: BoolArray, money: Columns, coming: IntArray, totals: Columns
) -> None:
    """Add invoices to what is open and to the days on which that changes.

    Parameters
    ----------
    group, own : (n,) pair of area and mode; sold by a site of the manufacturer
    money : (n,) ticks, due and paid days; paid after today
    coming : (5, days, G) ticks that fall due, are paid, are paid to own sites, are late from
        then on, are late no longer
    totals : (G,) ticks open, open to own sites, late
    """
    amount, due, paid = money
    open_now, own_open, late_now = totals
    days = coming.shape[1]
    for row in range(len(amount)):
        place, value, at = group[row], amount[row], paid[row]
        late, falls = max(due[row], day), max(due[row], day + 1)
        open_now[place] += value
        if own[row]:
            own_open[place] += value
        if falls < days:
            coming[_FALLS, falls, place] += value
        if at < days:
            coming[_PAID, at, place] += value
            if own[row]:
                coming[_OWN_PAID, at, place] += value
        if at > late:
            if late == day:
                late_now[place] += value
            elif late < days:
                coming[_LATE, late, place] += value
            if at < days:
                coming[_IN_TIME, at, place] += value


class HouseDebts:
    """What every site owes to the manufacturer for goods."""

    def __init__(self, network: Network) -> None:
        days, sites = network.market.calendar.horizon_days, len(network.market.sites)
        self._own = network.own
        self._coming = np.zeros((days, sites), dtype=np.int64)
        self._open = np.zeros(sites, dtype=np.int64)

    def bought(self, day: int, shipments: Shipments, on_terms: IntArray) -> None:
        """Note what was bought on terms today; it is added to ``on_terms`` (S,)."""
        later = self._own[shipments.parent] & (shipments.due > day) & (shipments.value > 0)
        if not later.any():
            return
        site, value, due = shipments.site[later], shipments.value[later], shipments.due[later]
        np.add.at(on_terms, site, value)
        np.add.at(self._open, site, value)
        known = due < len(self._coming)
        np.add.at(self._coming, (due[known], site[known]), value[known])

    def midnight(self, day: int, owed_days: IntArray) -> None:
        """Add what is open at 24:00 to ``owed_days`` (S,)."""
        self._open -= self._coming[day]
        owed_days += self._open
