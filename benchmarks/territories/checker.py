"""An independent judge: recomputes objective and every rule from the instance alone.

It shares no code with the engine, on purpose.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.territories.instance import Instance

_TOLERANCE = 1e-6


def judge(
    instance: Instance, open_sites: Iterable[int], flows: Iterable[tuple[int, int, float]]
) -> tuple[float, str | None]:
    """Recompute the objective of an answer and look for a broken rule.

    Parameters
    ----------
    instance : Instance
        The instance as read.
    open_sites : iterable of int
        Sites of the answer.
    flows : iterable of (customer, site, share)
        Who is served by whom.

    Returns
    -------
    tuple of float and str or None
        Objective in the published sense, and the first broken rule or None.
    """
    opened = set(open_sites)
    listed = list(flows)
    total = sum(float(instance.cost[i, j]) * share for i, j, share in listed)
    total += sum(float(instance.fixed_cost[j]) for j in opened)
    broken = (
        _served(instance, opened, listed)
        or _number(instance, opened)
        or _loads(instance, opened, listed)
        or _own(instance, opened, listed)
        or _connected(instance, opened, listed)
    )
    return instance.sign * total, broken


def _served(
    instance: Instance, opened: set[int], flows: list[tuple[int, int, float]]
) -> str | None:
    served: dict[int, float] = defaultdict(float)
    servers: dict[int, int] = defaultdict(int)
    for i, j, share in flows:
        if j not in opened:
            return f"customer {i} is served by site {j}, which is closed"
        if share < -_TOLERANCE:
            return f"customer {i} has a negative share at site {j}"
        served[i] += share
        servers[i] += 1
    for i in range(instance.cost.shape[0]):
        if abs(served[i] - 1.0) > _TOLERANCE:
            return f"customer {i} is served {served[i]} times"
        if instance.single_source and servers[i] != 1:
            return f"customer {i} has {servers[i]} servers"
    return None


def _number(instance: Instance, opened: set[int]) -> str | None:
    if instance.sites_open is not None and len(opened) != instance.sites_open:
        return f"{len(opened)} sites are open, {instance.sites_open} are asked for"
    return None


def _loads(instance: Instance, opened: set[int], flows: list[tuple[int, int, float]]) -> str | None:
    for k in range(instance.usage.shape[0]):
        table = instance.usage[k]
        load: dict[int, float] = defaultdict(float)
        for i, j, share in flows:
            load[j] += float(table[i, j if table.shape[1] > 1 else 0]) * share
        for j in opened:
            high, low = float(instance.limit[k, j]), float(instance.floor[k, j])
            slack = _TOLERANCE * max(1.0, high)
            if load[j] > high + slack:
                return f"site {j} carries {load[j]} of measure {k}, capacity {high}"
            if load[j] < low - slack:
                return f"site {j} carries {load[j]} of measure {k}, at least {low} is needed"
    return None


def _own(instance: Instance, opened: set[int], flows: list[tuple[int, int, float]]) -> str | None:
    if not instance.own:
        return None
    selfserved = {j for i, j, share in flows if i == j and share > 1 - _TOLERANCE}
    missing = sorted(opened - selfserved)
    return f"site {missing[0]} does not serve itself" if missing else None


def _connected(
    instance: Instance, opened: set[int], flows: list[tuple[int, int, float]]
) -> str | None:
    if instance.edges is None:
        return None
    near: dict[int, list[int]] = defaultdict(list)
    for a, b in instance.edges.tolist():
        near[a].append(b)
        near[b].append(a)
    server = {i: j for i, j, _ in flows}
    for j in sorted(opened):
        members = {i for i, site in server.items() if site == j}
        reached, queue = {j}, deque([j])
        while queue:
            for b in near[queue.popleft()]:
                if b in members and b not in reached:
                    reached.add(b)
                    queue.append(b)
        if members - reached:
            return f"territory of site {j} is not connected"
    return None
