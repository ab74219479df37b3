"""A calibration: multipliers that bring the forecast in line with what was simulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import ModelError


@dataclass(frozen=True)
class Calibration:
    """Multipliers on the expected flows and on the expected money of any design.

    Mechanisms come first and heads of money on top of them, so that a head says only what volume,
    calls and orders do not explain (its price, its tours, its terms).

    Attributes
    ----------
    calls : (M,) float64, on planned calls that are made (modes with people)
    orders : (M,) float64, on orders per call or order day
    volume : (A, M) float64, on cases delivered, by area of the outlet and mode
    account : (n,) int64, accounts of the ledger with multipliers, increasing
    money : (n, M) float64, on what is posted on them per mode
    source : str, where it comes from, for people

    Raises
    ------
    ModelError
        A multiplier is not a positive number, or shapes do not fit together.
    """

    calls: FloatArray
    orders: FloatArray
    volume: FloatArray
    account: IntArray
    money: FloatArray
    source: str = ""

    def __post_init__(self) -> None:
        """Make the arrays read-only and refuse what cannot be a multiplier."""
        modes = len(self.calls)
        shapes = {
            "calls": (modes,),
            "orders": (modes,),
            "volume": (len(self.volume), modes),
            "account": (len(self.account),),
            "money": (len(self.account), modes),
        }
        for name, shape in shapes.items():
            value = np.ascontiguousarray(getattr(self, name))
            if value.shape != shape:
                message = f"Calibration.{name} has shape {value.shape}, expected {shape}"
                raise ModelError(message)
            if name != "account" and not (np.isfinite(value) & (value > 0)).all():
                message = f"Calibration.{name} has values that are not above 0; 1 changes nothing"
                raise ModelError(message)
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    @classmethod
    def neutral(cls, areas: int, modes: int) -> Calibration:
        """Return the calibration that changes nothing."""
        ones = np.ones(modes)
        none = np.zeros(0, dtype=np.int64)
        return cls(ones, ones, np.ones((areas, modes)), none, np.ones((0, modes)))

    def of_account(self, account: int) -> FloatArray:
        """Return the multipliers of one account: (M,), 1 where it has none."""
        row = np.flatnonzero(self.account == account)
        return self.money[row[0]] if row.size else np.ones(len(self.calls))

    def of_rows(self, account: IntArray, mode: IntArray) -> FloatArray:
        """Return the multipliers of posted rows: (k,), 1 where the mode is -1."""
        result = np.ones(len(account))
        for row, one in enumerate(self.account.tolist()):
            mine = (account == one) & (mode >= 0)
            result[mine] = self.money[row, mode[mine]]
        return result
