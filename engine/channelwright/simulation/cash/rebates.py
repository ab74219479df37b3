"""Shares of what outlets were invoiced in a month, as postings."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray, share_of
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.network import Network
from channelwright.simulation.state import State
from channelwright.tables.codes import Account


def post_shares(
    network: Network, state: State, postings: Postings, account: Account, ppm: IntArray
) -> None:
    """Post a share of what every outlet was invoiced by each of its options in the month.

    Parameters
    ----------
    account : paid by the owner of the site to the account of the outlet
    ppm : (O, N) int64
    """
    shared = (state.month_invoices != 0) & (ppm != 0)
    _post(
        postings.room(int(np.count_nonzero(shared))),
        int(account),
        (state.month_invoices, ppm),
        (network.options, network.option_mode),
        (network.owner, network.payer),
    )


@kernel
def _post(
    rows: IntArray,
    account: int,
    money: tuple[IntArray, IntArray],
    sold: tuple[IntArray, IntArray],
    parties: tuple[IntArray, IntArray],
) -> None:
    """Write postings (7, n), one for each amount and share that are not zero.

    Parameters
    ----------
    money : (O, N) ticks invoiced and ppm of them
    sold : (O, N) sites and modes
    parties : (S,) owners and (O,) payers
    """
    (invoiced, ppm), (site, mode), (owner, payer) = money, sold, parties
    place = 0
    for outlet in range(invoiced.shape[0]):
        for option in range(invoiced.shape[1]):
            bought, part, seller = (
                invoiced[outlet, option],
                ppm[outlet, option],
                site[outlet, option],
            )
            if bought == 0 or part == 0:
                continue
            rows[0, place], rows[1, place], rows[2, place] = account, owner[seller], payer[outlet]
            rows[3, place], rows[4, place] = mode[outlet, option], seller
            rows[5, place], rows[6, place] = outlet, share_of(bought, part)
            place += 1
