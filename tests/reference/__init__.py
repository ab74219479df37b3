"""The reference: a second, slow simulator, written from docs/architecture.md alone.

It is plain on purpose: Python loops over single outlets, products, orders and stops, one
SimPy process for each thing that takes time, and nothing shared with the package but the
foundation, the model and the declaration of the tables. It is the oracle of the engine.
"""

from tests.reference.simulator import simulate

__all__ = ["simulate"]
