"""Safety factors for a service target, demand over the protection time being normal.

Cycle service: z = Phi^-1(target). Fill rate: sd * G(z) = (1 - target) * demand of a cycle,
G the unit loss of the normal law. Silver, Pyke and Thomas (2017), Inventory and Production
Management in Supply Chains, 4th ed., sections 6.7 (P1) and 6.8 (P2).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.stock import CYCLE_SERVICE, FILL_RATE

WIDEST = 8.0
_HALVINGS = 60


def unit_loss(z: FloatArray) -> FloatArray:
    """Return G(z) = E[(Z - z)^+] of a standard normal Z."""
    return np.asarray(np.exp(-z * z / 2) / np.sqrt(2 * np.pi) - z * ndtr(-z))


def loss_factor(loss: FloatArray) -> FloatArray:
    """Return the z in [-8, 8] with G(z) = loss, by halving; an end where there is none."""
    low = np.full(loss.shape, -WIDEST)
    high = np.full(loss.shape, WIDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = unit_loss(middle) > loss
        low = np.where(above, middle, low)
        high = np.where(above, high, middle)
    return np.asarray((low + high) / 2)


def safety_stock(
    service: IntArray, target: FloatArray, deviation: FloatArray, cycle: FloatArray
) -> FloatArray:
    """Return units on top of the expected demand of the protection time; 0 without a target.

    Parameters
    ----------
    service : (n,) int64, row of SERVICES; target : (n,) float64
    deviation : (n,) float64, units, of demand over the protection time
    cycle : (n,) float64, units, expected demand between two orders
    """
    factor = np.zeros(deviation.shape)
    cycles = service == CYCLE_SERVICE
    factor[cycles] = np.clip(ndtri(target[cycles]), -WIDEST, WIDEST)
    fill = (service == FILL_RATE) & (deviation > 0)
    if fill.any():
        factor[fill] = loss_factor((1 - target[fill]) * cycle[fill] / deviation[fill])
    return np.asarray(factor * deviation)
