"""The vehicles of a site on one day: which is free when, and whether it may leave again."""

from __future__ import annotations

import heapq

from channelwright.simulation.network import Network

FAR = 1 << 40


class Garage:
    """Vehicles by the second, after the first leaving, from which each can leave."""

    def __init__(self, network: Network, kind: int, vehicles: int) -> None:
        rules = network.market.delivery
        self._load = -1 if rules is None else int(rules.load_seconds[kind])
        again = rules is not None and self._load >= 0
        self.end = int(rules.day_seconds[kind]) if rules is not None and again else FAR
        self._free = [(0, vehicle) for vehicle in range(vehicles)]

    def can_take(self, seconds: int) -> bool:
        """Return whether a vehicle is there for an order that takes so long alone.

        An order always fits the first tour of a vehicle.
        """
        if not self._free:
            return False
        start = self._free[0][0]
        return start == 0 or start + seconds <= self.end

    def next_vehicle(self) -> tuple[int, int]:
        """Return the number and leaving second of the vehicle that is free first."""
        start, vehicle = self._free[0]
        return vehicle, start

    def returns(self, second: int) -> None:
        """Note when that vehicle is back."""
        if self._load < 0:
            heapq.heappop(self._free)
        else:
            again = (max(1, second + self._load), self._free[0][1])
            heapq.heapreplace(self._free, again)
