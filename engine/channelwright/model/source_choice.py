"""Source choice and rights: from whom outlets may buy, and what they weigh.

Off where both `Market.source_choice` and `Design.selling` are None (docs/world/source-choice.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class SourceChoice:
    """What outlets weigh besides price, haul and habit (which `Behaviour` holds).

    Attributes
    ----------
    credit : float, logit weight per day of payment terms
    minimum : float, logit weight lost per case of the smallest order
    wait : float, logit weight lost per promised day of delivery
    stock : float, logit weight of the share of the order that the source has on hand
    """

    credit: float
    minimum: float
    wait: float
    stock: float


@dataclass(frozen=True)
class Rights(Columns):
    """Who may sell what to whom (K rows); what no row names is open.

    Attributes
    ----------
    area, segment : (K,) int64, of the outlet; -1 = all
    mode : (K,) int64, in which is sold; -1 = all
    site : (K,) int64; -1 = every site (only where forbidden)
    exclusive : (K,) bool, only sites so named may sell; else the site is forbidden to sell
    product : (K, P) bool, the products meant
    """

    area: IntArray
    segment: IntArray
    mode: IntArray
    site: IntArray
    exclusive: BoolArray
    product: BoolArray


@dataclass(frozen=True)
class Selling(Columns):
    """How the sources of a design sell (O outlets, N options as in `OutletPlan.options`).

    Attributes
    ----------
    option_mode : (O, N) int64, mode in which the outlet buys from the option; column 0 is
        the outlet's own
    asking : (S,) int64, ppm of the ladder's outlet price that a site asks
    rights : Rights
    """

    _other_axes = ("asking", "rights")

    option_mode: IntArray
    asking: IntArray
    rights: Rights
