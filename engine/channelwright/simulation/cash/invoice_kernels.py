"""What follows from every invoice, one walk over the invoices of a day (docs/world/credit.md)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray, share_of
from channelwright.simulation.cash import bill_columns as bills
from channelwright.simulation.cash import owed
from channelwright.simulation.evening.credit import ON_TERMS
from channelwright.simulation.grouping import Whole
from channelwright.simulation.records import outstanding

#: Rows of the block of invoices: outlet, site, option of the outlet, the day on which it is paid
#: or ON_TERMS, ticks; written later: due and paid days, mode and the fee of the platform.
OUTLET, SITE, OPTION, FIXED, AMOUNT, DUE, PAID, MODE, FEE = range(9)
INVOICE_ROWS = 9

_DELAY, _PART = int(Purpose.PAYMENT_DELAY), int(Purpose.PAYMENT_PART)
_DOUBT = 1e-9  # of a day and of the delay; two libraries differ by less than a thousandth of it

#: Days until invoices are due and mode of each option (O, N), account of outlets, seed and
#: replication.
Terms: TypeAlias = tuple[IntArray, IntArray, IntArray, tuple[np.uint64, np.uint64]]
#: Mean days after the due date by mode, what outlets and accounts make of it, (0,) = nothing.
Delays: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
#: Fee of the platform by mode, (0,) = none; person of outlets, own sites; chance and share (ppm)
#: of bills paid in part by outlet, (0,) = bills are not followed.
Rules: TypeAlias = tuple[IntArray, IntArray, BoolArray, FloatArray, IntArray]
#: Cash of sites, ticks of the month by option and by person, owed by accounts and to sites.
Money: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
#: Ticks invoiced, due, collected, on terms and of them the manufacturer's: (O,) each.
Sums: TypeAlias = tuple[IntArray, ...]


@kernel
def date(invoices: IntArray, day: int, terms: Terms, delays: Delays, given: IntArray) -> bool:
    """Write due and paid days and the mode of the invoices of a day.

    Parameters
    ----------
    given : (n,) days after the due date, (0,) = to be drawn

    Returns
    -------
    whether all days are sure: the logarithm of a kernel may differ from NumPy's in the last bit
    """
    pay_days, modes, account, key = terms
    mean_delay, by_outlet, by_account = delays
    sure = True
    for row in range(invoices.shape[1]):
        outlet, option = invoices[OUTLET, row], invoices[OPTION, row]
        mode = modes[outlet, option]
        invoices[MODE, row] = mode
        invoices[DUE, row] = invoices[PAID, row] = invoices[FIXED, row]
        mean = mean_delay[mode]
        if len(by_outlet):
            mean = mean * by_outlet[outlet] * by_account[account[outlet]]
        if invoices[FIXED, row] != ON_TERMS:
            continue
        due = day + pay_days[outlet, option]
        invoices[DUE, row] = invoices[PAID, row] = due
        if len(given):
            invoices[PAID, row] = due + given[row]
        elif mean > 0:
            exact = -mean * np.log1p(-uniform_at(outlet, 0, key, _DELAY, day))
            whole = np.floor(exact)
            doubt = _DOUBT * (1 + exact)
            sure = sure and exact - whole > doubt and whole + 1 - exact > doubt
            invoices[PAID, row] = due + np.int64(whole)
    return sure


@kernel
def book(
    invoices: IntArray,
    day: int,
    terms: Terms,
    rules: Rules,
    money: Money,
    sums: Sums,
    coming: outstanding.Coming,
    later: IntArray,
    used: int,
) -> tuple[Whole, Whole, Whole, bool]:
    """Book invoices of which the days are known.

    Parameters
    ----------
    later : table of invoices that are paid later, as of `Owed` or columns of `empty_bills`,
        written from column ``used`` on

    Returns
    -------
    ticks invoiced and paid on the day, columns of ``later`` in use, whether there are fees
    """
    cash, by_option, by_person, receivable, site_receivable = money
    value, due, collected, on_terms, own_on_terms = sums
    fee, rep, own, chance, part = rules
    account = terms[2]
    written, at_once, fees = np.int64(0), np.int64(0), False
    for row in range(invoices.shape[1]):
        outlet, site = invoices[OUTLET, row], invoices[SITE, row]
        amount, paid = invoices[AMOUNT, row], invoices[PAID, row]
        by_option[outlet, invoices[OPTION, row]] += amount
        if rep[outlet] >= 0:
            by_person[rep[outlet]] += amount
        value[outlet] += amount
        written += amount
        if len(fee):
            invoices[FEE, row] = share_of(amount, fee[invoices[MODE, row]])
            fees = fees or invoices[FEE, row] != 0
        if paid <= day:
            cash[site] += amount
            due[outlet] += amount
            collected[outlet] += amount
            at_once += amount
            continue
        receivable[account[outlet]] += amount
        site_receivable[site] += amount
        on_terms[outlet] += amount
        if own[site]:
            own_on_terms[outlet] += amount
    if len(chance):
        return written, at_once, _bill(invoices, day, terms, chance, part, later, used), fees
    _expect(invoices, day, own, coming)
    return written, at_once, _owe(invoices, day, account, later, used), fees


@kernel
def _owe(invoices: IntArray, day: int, account: IntArray, later: IntArray, used: Whole) -> Whole:
    """Write the invoices that are paid later; return the columns in use."""
    for row in range(invoices.shape[1]):
        if invoices[PAID, row] <= day:
            continue
        later[owed.ACCOUNT, used] = account[invoices[OUTLET, row]]
        later[owed.SITE, used], later[owed.AMOUNT, used] = (
            invoices[SITE, row],
            invoices[AMOUNT, row],
        )
        later[owed.PAID, used], later[owed.DUE, used] = invoices[PAID, row], invoices[DUE, row]
        used += 1
    return used


@kernel
def _bill(
    invoices: IntArray,
    day: int,
    terms: Terms,
    chance: FloatArray,
    part: IntArray,
    later: IntArray,
    used: Whole,
) -> Whole:
    """Write the bills of the invoices that are paid later; return the columns in use."""
    _, _, account, key = terms
    for row in range(invoices.shape[1]):
        if invoices[PAID, row] <= day:
            continue
        outlet, amount = invoices[OUTLET, row], invoices[AMOUNT, row]
        in_part = uniform_at(outlet, 0, key, _PART, day) < chance[outlet]
        later[bills.ACCOUNT, used], later[bills.OUTLET, used] = account[outlet], outlet
        later[bills.SITE, used], later[bills.MODE, used] = invoices[SITE, row], invoices[MODE, row]
        later[bills.DAY, used], later[bills.DUE, used] = day, invoices[DUE, row]
        later[bills.PAID, used], later[bills.AMOUNT, used] = invoices[PAID, row], amount
        later[bills.OPEN, used] = amount
        later[bills.PART, used] = share_of(amount, part[outlet]) * in_part
        used += 1
    return used


@kernel
def _expect(invoices: IntArray, day: int, own: BoolArray, coming: outstanding.Coming) -> None:
    """Add invoices that are paid once, on a known day, to the days on which they change sums."""
    group, open_now, own_open, late_now, changes = coming
    days = changes.shape[1]
    for row in range(invoices.shape[1]):
        at, due = invoices[PAID, row], invoices[DUE, row]
        if at <= day:
            continue
        place, value = group[invoices[OUTLET, row]], invoices[AMOUNT, row]
        late, falls, mine = max(due, day), max(due, day + 1), own[invoices[SITE, row]]
        open_now[place] += value
        if mine:
            own_open[place] += value
        if falls < days:
            changes[outstanding.FALLS, falls, place] += value
        if at < days:
            changes[outstanding.PAID, at, place] += value
            if mine:
                changes[outstanding.OWN_PAID, at, place] += value
        if at > late:
            if late == day:
                late_now[place] += value
            elif late < days:
                changes[outstanding.LATE, late, place] += value
            if at < days:
                changes[outstanding.IN_TIME, at, place] += value
