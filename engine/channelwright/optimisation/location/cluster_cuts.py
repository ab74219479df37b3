"""Cuts over clusters: of three customers, at most one cluster of an answer holds two or more.

Subset-row inequalities (Jepsen, Petersen, Spoorendonk & Pisinger 2008) of three rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel

if TYPE_CHECKING:
    from typing import Any

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Least violation of a cut, most cuts through one customer in a round, and found in all.
_LEAST, _EACH, _MOST = 0.02, 5, 200_000


def violated_triples(matrix: Any, share: Floats, wanted: int) -> Indices:
    """Return the customers of cuts that a choice of clusters in shares violates most, (n, 3) int.

    Parameters
    ----------
    matrix : (n_customers, n_clusters) sparse
        Who is in which cluster.
    share : (n_clusters,)
        How much of each cluster is chosen.
    wanted : int
        Cuts at most; fewer where they pass through the same customers.
    """
    used = np.flatnonzero(share > 1e-7)
    inside = matrix[:, used].tocsr()
    together = (inside.multiply(share[used][None, :]) @ inside.T).tocsr()
    together.sort_indices()
    inside.sort_indices()
    triples, violation = _triples(
        together.indptr.astype(np.int64),
        together.indices.astype(np.int64),
        together.data,
        inside.indptr.astype(np.int64),
        inside.indices.astype(np.int64),
        share[used],
    )
    times = np.zeros(matrix.shape[0], dtype=np.int64)
    chosen: list[int] = []
    for k in np.argsort(-violation, kind="stable").tolist():
        if len(chosen) >= wanted:
            break
        if times[triples[k]].max() < _EACH:
            times[triples[k]] += 1
            chosen.append(k)
    return np.asarray(triples[chosen])


@kernel
def _entry(index: Indices, data: Floats, begin: int, end: int, k: int) -> float:
    place = begin + np.searchsorted(index[begin:end], k)
    return float(data[place]) if place < end and index[place] == k else 0.0


@kernel
def _all_three(start: Indices, cluster: Indices, share: Floats, i: int, j: int, k: int) -> float:
    """Return how much of clusters with all three customers is chosen."""
    total, b, c = 0.0, start[j], start[k]
    for a in range(start[i], start[i + 1]):
        g = cluster[a]
        while b < start[j + 1] and cluster[b] < g:
            b += 1
        while c < start[k + 1] and cluster[c] < g:
            c += 1
        if b < start[j + 1] and cluster[b] == g and c < start[k + 1] and cluster[c] == g:
            total += share[g]
    return total


@kernel
def _triples(
    pair_start: Indices,
    other: Indices,
    weight: Floats,
    start: Indices,
    cluster: Indices,
    share: Floats,
) -> tuple[Indices, Floats]:
    """Return violated triples, (n, 3), and by how much each is violated.

    All three pairs must share clusters: two alone cannot add up to more than one, since each
    customer is served once.
    """
    found = np.empty((_MOST, 3), dtype=np.int64)
    violation, count = np.empty(_MOST), 0
    for i in range(pair_start.size - 1):
        for a in range(pair_start[i], pair_start[i + 1]):
            j = other[a]
            if j <= i:
                continue
            for b in range(a + 1, pair_start[i + 1]):
                k = other[b]
                pairs = _entry(other, weight, pair_start[j], pair_start[j + 1], k)
                if pairs <= 0.0 or pairs + weight[a] + weight[b] <= 1.0 + _LEAST:
                    continue
                three = _all_three(start, cluster, share, i, j, k)
                beyond = pairs + weight[a] + weight[b] - 2.0 * three - 1.0
                if beyond > _LEAST and count < _MOST:
                    found[count, 0], found[count, 1], found[count, 2] = i, j, k
                    violation[count] = beyond
                    count += 1
    return found[:count], violation[:count]
