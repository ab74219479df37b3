"""Codes of accounts, parties and states: small integers in tables, names in reports."""

from __future__ import annotations

from enum import IntEnum


class Account(IntEnum):
    """Accounts of the ledger. Numbers are part of the table format: append only."""

    GOODS = 1  # price of goods: buyer -> seller
    REBATE = 2  # rebates and back margin: seller -> buyer
    PRODUCTION = 3  # manufacturer -> outside
    FREIGHT = 4  # lanes between sites: manufacturer -> outside
    DELIVERY = 5  # tours and tariff drops: site owner -> outside
    HANDLING = 6  # picking and loading: site owner -> outside
    SITE = 7  # fixed cost of sites: site owner -> outside
    WAGES = 8  # fixed pay: employer -> people
    COMMISSION = 9  # commission: employer -> people
    BONUS = 10  # quota bonus: employer -> people
    PLATFORM = 11  # app and online fees: manufacturer -> outside
    INTEREST = 12  # on stock + receivables - payables: owner -> outside
    CONSUMER = 13  # consumer sales: outside -> outlet or chain
    PROMOTION = 20  # price cuts of promotions: who funds them -> outlet or chain
    TRADE_FEE = 40  # entry, display and leaflet fees: site owner -> chain
    LOGISTICS = 41  # logistics allowance: site owner -> chain
    PENALTY = 42  # lines late or short: site owner -> chain
    DUNNING = 60  # reminders of overdue invoices: site owner -> outside
    WRITE_OFF = 61  # invoices given up: site owner -> outlet or chain
    DEPOSIT_INTEREST = 62  # on deposits: site owner -> outlet or chain
    DISCOUNT = 63  # granted above authority: seller -> outlet or chain
    RETURN_GOOD = 64  # credit for good stock that comes back: site owner -> outlet or chain
    NEARBY_FEE = 65  # online orders served for others: manufacturer -> outlet or chain
    RETURN = 100  # credit for goods that got old on the shelf: site owner -> outlet or chain
    DEPOSIT = 102  # on cases: outlet or chain -> site owner, back for empties; consumers too
    SELL_OFF = 101  # price cuts on goods that get old soon: outlet or chain -> outside


class Party(IntEnum):
    """Kinds of parties. A party number is ``kind * PARTY_STRIDE + row``."""

    MANUFACTURER = 0
    OUTSIDE = 1
    PEOPLE = 2
    OWNER = 3  # row = site
    OUTLET = 4  # row = outlet
    CHAIN = 5  # row = chain


PARTY_STRIDE = 100_000_000


class LineState(IntEnum):
    """How an order line ended; every line has exactly one."""

    OPEN_AT_HORIZON = 0  # not finished on the last day: waiting, picked or on the truck
    DELIVERED = 1  # every ordered case was delivered
    CUT_PART = 2  # some cases were delivered, the rest was cut
    CUT = 3  # nothing was allocated
    REFUSED = 4  # refused by the credit check


class ReceiptKind(IntEnum):
    """What a payment of a bill was."""

    PART = 0  # the part that is paid when it falls due
    REST = 1  # all that was open
    RECOVERED = 2  # at the write-off
    WRITTEN_OFF = 3  # given up: no money moved
    COLLECTED = 4  # paid to who called


class CollectResult(IntEnum):
    """What an outlet gave to who asked for overdue money."""

    NOTHING = 0
    PAID = 1  # a part at once
    PROMISED = 2  # a day, and it is kept unless the account stops paying
    BROKEN = 3  # a day that it does not keep


class LossCause(IntEnum):
    """Why units left the world unsold."""

    EXPIRED = 1  # lay too long
    SHRINKAGE = 2  # broken, stolen or miscounted


class CallState(IntEnum):
    """What became of a planned call."""

    MISSED = 0  # did not fit into the day
    NO_ORDER = 1  # made, no order
    PRODUCTIVE = 2  # made, with an order
    CARRIED = 3  # did not fit into the day, goes to the next working day


def party(kind: Party, row: int = 0) -> int:
    """Return the number of a party."""
    return int(kind) * PARTY_STRIDE + row
