"""Hours in which outlets take goods, from docs/world/delivery.md."""

from channelwright.foundation.units import DAY_SECONDS
from tests.reference.contracts import chain_of
from tests.reference.state import State


def hours_of(state: State, outlet: int) -> tuple[int, int]:
    """Return from when to when a stop at an outlet may begin, seconds after midnight."""
    contracts, chain = state.design.contracts, chain_of(state, outlet)
    if chain >= 0 and contracts.window_open is not None and contracts.window_open[chain] >= 0:
        return contracts.window_open[chain], contracts.window_close[chain]
    rules = state.market.delivery
    if rules is None or rules.receive_open is None:
        return 0, DAY_SECONDS
    segment = state.market.outlets.segment[outlet]
    return rules.receive_open[segment], rules.receive_close[segment]
