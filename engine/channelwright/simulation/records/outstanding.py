"""What is owed from day to day where every invoice is paid once, on a day that is known."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.network import Network

#: Group of outlets; ticks open, open to own sites and late (G,); what changes them (5, days, G).
Coming: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
_NONE = np.zeros(0, dtype=np.int64)
NOTHING_COMES: Coming = _NONE, _NONE, _NONE, _NONE, np.zeros((5, 0, 0), dtype=np.int64)
#: Ticks that fall due on a day, are paid, are paid to own sites, are late from then on, are late
#: no longer.
FALLS, PAID, OWN_PAID, LATE, IN_TIME = range(5)


class Outstanding:
    """Invoices to outlets and chains on terms, added up by area and mode of the outlet.

    A day changes what is open by what was noted for it: nothing is kept of a single invoice.
    """

    def __init__(self, network: Network) -> None:
        cells = network.cells
        days, groups = network.market.calendar.horizon_days, len(cells.area)
        group = np.zeros(len(network.market.outlets), dtype=np.int64)
        group[network.covered] = cells.group
        changes = np.zeros((IN_TIME + 1, days, groups), dtype=np.int64)
        self._open, self._own_open, self._late = np.zeros((3, groups), dtype=np.int64)
        self.coming: Coming = group, self._open, self._own_open, self._late, changes
        self.sums = {
            name: np.zeros(groups, dtype=np.int64)
            for name in ("due", "collected", "owed_days", "overdue_days", "own_owed_days")
        }

    def begin_day(self, day: int) -> None:
        """Take what is paid and what falls due at 00:00."""
        _begin_day(day, self.coming, self.sums["due"], self.sums["collected"])

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
def _begin_day(day: int, coming: Coming, due: IntArray, collected: IntArray) -> None:
    """Change what is open by what was noted for a day; add it to sums of groups."""
    _, open_now, own_open, late, changes = coming
    for group in range(len(due)):
        paid = changes[PAID, day, group]
        open_now[group] -= paid
        own_open[group] -= changes[OWN_PAID, day, group]
        late[group] += changes[LATE, day, group] - changes[IN_TIME, day, group]
        due[group] += changes[FALLS, day, group]
        collected[group] += paid


class HouseDebts:
    """What every site owes to the manufacturer for goods.

    Attributes
    ----------
    open : (S,) int64, ticks; coming : (days, S) int64, what of it is paid on each day
    """

    def __init__(self, network: Network) -> None:
        days, sites = network.market.calendar.horizon_days, len(network.market.sites)
        self._own = network.own
        self.coming = np.zeros((days, sites), dtype=np.int64)
        self.open = np.zeros(sites, dtype=np.int64)

    def of_shipments(self, on_terms: IntArray) -> tuple[BoolArray, IntArray, IntArray, IntArray]:
        """Return what goods bought on terms are added to, among them ``on_terms`` (S,)."""
        return self._own, on_terms, self.open, self.coming
