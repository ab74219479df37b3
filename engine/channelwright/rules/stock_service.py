"""Safety factors for a service target, demand over the protection time being normal.

Cycle service: z = Phi^-1(target). Fill rate: sd * G(z) = (1 - target) * demand of a cycle,
G the unit loss of the normal law. Silver, Pyke and Thomas (2017), Inventory and Production
Management in Supply Chains, 4th ed., sections 6.7 (P1) and 6.8 (P2).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.stock import CYCLE_SERVICE, FILL_RATE

WIDEST = 8.0
_DENSITY = 1 / math.sqrt(2 * math.pi)
_STEPS = 40
_CLOSE = 1e-12  # a step of Newton's below it leaves an error of its square


def cycle_factors(service: IntArray, target: FloatArray) -> FloatArray:
    """Return z of the rows that aim at a cycle service, 0 elsewhere: shape of ``service``."""
    factor = np.zeros(target.shape)
    cycles = service == CYCLE_SERVICE
    factor[cycles] = np.clip(ndtri(target[cycles]), -WIDEST, WIDEST)
    return factor


@kernel
def unit_loss(z: float) -> float:
    """Return G(z) = E[(Z - z)^+] of a standard normal Z."""
    return _DENSITY * math.exp(-z * z / 2) - z * _beyond(z)


@kernel
def _beyond(z: float) -> float:
    """Return P(Z > z)."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


@kernel
def loss_factor(loss: float) -> float:
    """Return the z in [-8, 8] with G(z) = loss, an end where there is none.

    Newton's method on log G, which is concave: from a z that is too large (G(z) is below the
    density at z >= 0) it falls to the root without passing it.
    """
    if loss <= unit_loss(WIDEST):
        return WIDEST
    if loss >= unit_loss(-WIDEST):
        return -WIDEST
    z = -loss
    if loss < _DENSITY:
        z = min(WIDEST, math.sqrt(2 * math.log(_DENSITY / loss)))
    for _ in range(_STEPS):
        found = unit_loss(z)
        step = math.log(found / loss) * found / _beyond(z)
        z = min(max(z + step, -WIDEST), WIDEST)
        if abs(step) < _CLOSE:
            break
    return z


@kernel
def safety_stock(
    service: int, target: float, factor: float, deviation: float, cycle: float
) -> float:
    """Return units on top of the expected demand of the protection time; 0 without a target.

    Parameters
    ----------
    service : row of SERVICES; target : probability or share
    factor : z of a cycle service, as `cycle_factors` gives it
    deviation : units, of demand over the protection time
    cycle : units, expected demand between two orders
    """
    if service == FILL_RATE:
        if not deviation > 0:
            return 0.0
        return loss_factor((1 - target) * cycle / deviation) * deviation
    return factor * deviation
