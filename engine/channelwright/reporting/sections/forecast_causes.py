"""Why a cost head of a forecast is off: what was not served, what did not fit, shape of tours."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.reporting.numbers import percent

TOLERANCE = 0.05
#: Shares of lost service below this explain nothing.
_NOTICED = 0.02
#: What moves a head beside the quantity that drives it.
_OTHERWISE = {
    "Selling": "pay by result: quotas and commission fall month by month and person by person",
    "Stock": "stock and receivables lie off their policy levels",
    "Credit": "payers differ from the mean behaviour",
    "Returns": "age of goods differs from the steady state",
}
_TOURS = "tour shape: stops per tour and kilometres differ from those of full tours"
_SIZE = "drop size: cases per drop differ"


@dataclass(frozen=True)
class Drift:
    """How what was simulated differs from what the forecast takes for granted.

    Attributes
    ----------
    quantity : float, error of the forecast quantity that drives the head
    unserved : float, share of ordered cases that were not delivered at the first attempt
    missed : float, share of planned calls that were not made
    by_truck : bool, goods go in tours and not at a tariff
    """

    quantity: float
    unserved: float
    missed: float
    by_truck: bool = False


def cause_of(head: str, error: float, drift: Drift, driver: str = "delivered_cases") -> str:
    """Return why a head is off, in one clause; empty within the tolerance.

    What the driving quantity explains is told apart from what remains when it is taken out.
    Lost service lowers what is simulated, so it can only explain a forecast that is too high.

    Parameters
    ----------
    head : str
    error : float, of the forecast head
    drift : Drift
    driver : str, KPI of the driving quantity
    """
    if abs(error) <= TOLERANCE:
        return ""
    rest = (1.0 + error) / (1.0 + drift.quantity) - 1.0
    if abs(drift.quantity) < abs(rest):
        if head == "Delivery":
            return _TOURS if drift.by_truck else _SIZE
        return _OTHERWISE.get(head, "cost per case differs by the way that goods take")
    side = "above" if drift.quantity > 0 else "below"
    counted = "drops" if driver == "drops" else "cases"
    volume = f"volume: {percent(abs(drift.quantity))} {side} the simulated {counted}"
    if drift.quantity < 0 or max(drift.unserved, drift.missed) < _NOTICED:
        return volume
    if drift.unserved >= drift.missed:
        return f"stock-out: {percent(drift.unserved)} of ordered cases were not served at once"
    return f"queueing: {percent(drift.missed)} of planned calls did not fit into their day"
