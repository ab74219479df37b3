"""The check of the books, on in every replication, finds units and money that vanish."""

from collections.abc import Callable

import numpy as np
import pytest

from channelwright.foundation.errors import ConservationError
from channelwright.foundation.random import Address
from channelwright.simulation import replicate, replication
from channelwright.simulation.state import State
from channelwright.tables.sink import MemorySink
from tests.support import tiny_market


def play() -> None:
    replicate(*tiny_market(), Address(1, 0), MemorySink())


def on_day(day: int, monkeypatch: pytest.MonkeyPatch, damage: Callable[[State], None]) -> None:
    """Damage the state at the end of one of four days."""
    honest = replication.end_day

    def damaged(network: object, state: State) -> None:
        honest(network, state)  # type: ignore[arg-type]
        if state.day == day:
            damage(state)

    monkeypatch.setattr(replication, "end_day", damaged)


def one_more(place: np.ndarray, by: int) -> None:
    place[np.unravel_index(np.argmax(place), place.shape)] += by


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("name", ["shelf", "stock", "transit"])
def test_a_unit_lost_or_made_is_found(name: str, by: int, monkeypatch: pytest.MonkeyPatch) -> None:
    on_day(1, monkeypatch, lambda state: one_more(getattr(state, name), by))
    with pytest.raises(ConservationError, match="units do not balance"):
        play()


def test_a_case_lost_on_the_dock_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(state: State) -> None:
        assert len(state.loads)
        one_more(state.loads["cases"], -1)

    on_day(1, monkeypatch, lose)
    with pytest.raises(ConservationError, match="units do not balance"):
        play()


def test_a_tick_that_nobody_owes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    on_day(1, monkeypatch, lambda state: one_more(state.site_receivable, -1))
    with pytest.raises(ConservationError, match="money does not balance"):
        play()


def test_a_payment_that_is_not_noted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = replication.settle_payments
    monkeypatch.setattr(replication, "settle_payments", lambda state: 0 * honest(state))
    with pytest.raises(ConservationError, match="money does not balance"):
        play()


def test_goods_that_nobody_is_billed_for_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    write = replication.Invoicing.write

    def forgetful(self: replication.Invoicing, invoices: np.ndarray) -> None:
        write(self, invoices)
        self._books.invoiced -= 1
        self._books.paid -= 1

    monkeypatch.setattr(replication.Invoicing, "write", forgetful)
    with pytest.raises(ConservationError, match="money does not balance"):
        play()


def test_stock_below_zero_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units balance all the same on the last day: what one shelf lacks another has."""

    def borrow(state: State) -> None:
        flat = state.shelf.reshape(-1)
        flat[0] -= 10**6
        flat[-1] += 10**6

    on_day(3, monkeypatch, borrow)
    with pytest.raises(ConservationError, match="below zero"):
        play()


def test_honest_books_balance() -> None:
    play()
