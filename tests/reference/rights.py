"""Whose right to send goods back an outlet has (docs/world/returns.md)."""

from tests.reference.state import State

NONE, EXPIRY, FULL = range(3)


def right_of(state: State, outlet: int) -> int | None:
    """Return the row of the right of an outlet, None where no design names rights."""
    if state.design.goods is None or state.design.goods.returns is None:
        return None
    chain = state.market.outlets.chain[outlet]
    if chain >= 0:
        row = len(state.market.modes) + chain
        if state.design.goods.returns.policy[row] >= 0:
            return row
    return state.mode_of(outlet)


def may_return_old(state: State, outlet: int) -> bool:
    """Say whether an outlet may be credited for what got old."""
    right = right_of(state, outlet)
    return right is None or state.design.goods.returns.policy[right] != NONE
