"""How a company gets from one design to another, and what it assumes about the way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TransitionPlan:
    """Dates and assumptions of a transition (docs/transition.md).

    Attributes
    ----------
    months : int, length of the path
    pilot : tuple of str, areas that change first; empty = one is chosen
    pilot_months : int, months between the pilot and the first wave
    waves : int, groups in which the other areas change
    wave_months : int, months between waves
    order : tuple of tuple of str, the waves themselves, by area; empty = by gain over effort
    hire_cost : float, currency per person hired
    training_months : int, months on the payroll before the area changes
    notice_months, severance_months : float, wages after the change to people who leave
    redeploy : float, share of people whose work ends that takes a new place of the same wave
    compensation_months : float, months of its profit paid to a house whose contract ends
    buy_back : float, share of stock value paid for the stock of such a house
    resale : float, share of that value got back in the month after
    clearing_months : int, months before the change in which changing accounts pay what they owe
    clearing_loss : float, share of their volume lost while they get no new credit
    unrecovered : float, share of what they owe that is never paid
    dip : float, share of the volume of changed outlets lost in the first month after
    dip_months : int, months over which that loss fades evenly
    opening_cost : float, currency for every site that opens
    discount : float, per year; -1 = the interest of the market
    """

    months: int = 36
    pilot: tuple[str, ...] = ()
    pilot_months: int = 3
    waves: int = 3
    wave_months: int = 3
    order: tuple[tuple[str, ...], ...] = ()
    hire_cost: float = 0.0
    training_months: int = 1
    notice_months: float = 1.0
    severance_months: float = 0.0
    redeploy: float = 0.0
    compensation_months: float = 0.0
    buy_back: float = 1.0
    resale: float = 1.0
    clearing_months: int = 1
    clearing_loss: float = 0.0
    unrecovered: float = 0.0
    dip: float = 0.0
    dip_months: int = 3
    opening_cost: float = 0.0
    discount: float = -1.0
