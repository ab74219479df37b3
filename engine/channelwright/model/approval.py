"""The approval desk: discounts above the authority of those who take orders."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class ApprovalDesk(Columns):
    """One desk per mode (M rows, the market's modes).

    Attributes
    ----------
    ask : (M,) float64, probability that an order asks for a discount above authority
    discount : (M,) int64, ppm of the value of the order
    granted : (M,) float64, probability that it is granted
    clerks : (M,) int64, servers of the desk; 0 = nobody waits
    seconds : (M,) int64, mean time of a decision
    law : (M,) int64, row of model.market.PICK_LAWS
    opens, closes : (M,) int64, seconds after midnight between which a decision begins
    """

    ask: FloatArray
    discount: IntArray
    granted: FloatArray
    clerks: IntArray
    seconds: IntArray
    law: IntArray
    opens: IntArray
    closes: IntArray
