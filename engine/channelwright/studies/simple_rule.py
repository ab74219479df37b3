"""The simple rule that a design follows: a shallow tree on outlets, in the field's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from channelwright.model.market import GRADES, SITE_KINDS
from channelwright.rules import geography

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market

MOST_LEAVES = 8
DEPTH = 4
#: A leaf below this share of the outlets is no rule that people could follow.
LEAST_SHARE = 0.02
#: Volume rightly placed that a smaller tree may give up against the largest one.
GIVEN_UP = 0.01
_KIND_WORDS = {
    "dc": "a distribution centre",
    "office": "a sales office",
    "tier1": "a distributor",
    "tier2": "a tier-2 house",
    "wholesaler": "a wholesaler",
}


@dataclass(frozen=True)
class Feature:
    """What a rule may ask about an outlet.

    Attributes
    ----------
    name, unit : str; unit is empty for yes or no
    values : (n,) float64
    yes, no : words of both sides; ``{}`` stands for the threshold
    """

    name: str
    unit: str
    values: FloatArray
    yes: str
    no: str


@dataclass(frozen=True)
class Branch:
    """One branch of the rule.

    Attributes
    ----------
    conditions : tuple of str
    mode : str
    outlets : int, that it speaks of
    right : float, share of their volume that the design serves so
    volume : float, their share of all volume
    """

    conditions: tuple[str, ...]
    mode: str
    outlets: int
    right: float
    volume: float

    def __str__(self) -> str:
        """Return the branch as the field would say it."""
        return f"{', '.join(self.conditions) or 'every outlet'} -> {self.mode}"


@dataclass(frozen=True)
class SimpleRule:
    """A rule with few branches and what it gets right.

    Attributes
    ----------
    branches : tuple of Branch
    mode : (O,) int64, mode that the rule gives to covered outlets, -1 for others
    right : float, share of the volume that it places as the design does
    asked : tuple of str, features that were offered
    """

    branches: tuple[Branch, ...]
    mode: IntArray
    right: float
    asked: tuple[str, ...]


def features_of(market: Market, design: Design, rows: IntArray) -> tuple[Feature, ...]:
    """Return what is known of outlets before anybody serves them: (n,) each."""
    outlets = market.outlets
    cases = (outlets.rate[rows] / market.products.units_per_case).sum(axis=1) * 7
    found = [Feature("cases a week", "cases a week", cases, "over {}", "up to {}")]
    points = geography.outlet_points(market).take(rows)
    for kind, words in _KIND_WORDS.items():
        sites = np.flatnonzero(design.sites.open & (market.sites.kind == SITE_KINDS.index(kind)))
        if not sites.size:
            continue
        places = geography.site_points(market).take(sites)
        metres = geography.distance_table(market.geography, points, places).astype(np.float64)
        metres[metres < 0] = np.inf
        nearest = np.minimum(metres.min(axis=1), 1e7) / 1000
        found.append(
            Feature(
                f"km to {words}",
                "km",
                nearest,
                f"farther than {{}} from {words}",
                f"within {{}} of {words}",
            )
        )
    for row, segment in enumerate(market.segments.ids):
        is_one = (outlets.segment[rows] == row).astype(np.float64)
        found.append(Feature(segment, "", is_one, segment, f"no {segment}"))
    chain = (outlets.chain[rows] >= 0).astype(np.float64)
    found.append(Feature("chain", "", chain, "of a chain", "of no chain"))
    for row, grade in enumerate(GRADES):
        is_one = (outlets.grade[rows] == row).astype(np.float64)
        found.append(Feature(f"grade {grade}", "", is_one, f"grade {grade}", f"not grade {grade}"))
    return tuple(one for one in found if np.ptp(one.values) > 0)


def simple_rule(market: Market, design: Design) -> SimpleRule:
    """Fit a shallow tree, weighted by volume, and prune it to the smallest that is nearly as good.

    Thresholds are rounded to two figures before anything is said of the rule, so that the rule as
    it is worded is the one that is scored and simulated.
    """
    rows = np.flatnonzero(design.outlets.mode >= 0)
    offered = features_of(market, design, rows)
    weight = (market.outlets.rate[rows] / market.products.units_per_case).sum(axis=1) + 1e-12
    target = design.outlets.mode[rows]
    asked = tuple(one.name for one in offered)
    table = np.stack([one.values for one in offered], axis=1) if offered else np.zeros((0, 0))
    if len(np.unique(target)) < 2 or not offered:
        mode = np.where(design.outlets.mode >= 0, target[0] if target.size else -1, -1)
        whole = Branch((), market.modes.ids[int(target[0])], len(rows), 1.0, 1.0)
        return SimpleRule((whole,), mode, 1.0, asked)
    tree = _pruned(table, target, weight)
    branches, given = _read(market, tree, offered, target, weight)
    mode = np.full(len(design.outlets), -1, dtype=np.int64)
    mode[rows] = given
    right = float(weight[given == target].sum() / weight.sum())
    return SimpleRule(branches, mode, right, asked)


def _pruned(table: FloatArray, target: IntArray, weight: FloatArray) -> Any:  # noqa: ANN401
    """Return the smallest tree whose volume rightly placed is near that of the largest."""
    from sklearn.tree import DecisionTreeClassifier

    least = max(2, int(LEAST_SHARE * len(target)))
    settings: dict[str, Any] = {
        "max_depth": DEPTH,
        "max_leaf_nodes": MOST_LEAVES,
        "min_samples_leaf": least,
        "random_state": 0,
    }
    largest = DecisionTreeClassifier(**settings).fit(table, target, sample_weight=weight)
    path = largest.cost_complexity_pruning_path(table, target, sample_weight=weight)
    best = float(largest.score(table, target, sample_weight=weight))
    for alpha in sorted(path.ccp_alphas.tolist(), reverse=True):
        tree = DecisionTreeClassifier(**settings, ccp_alpha=max(alpha, 0.0))
        tree.fit(table, target, sample_weight=weight)
        if float(tree.score(table, target, sample_weight=weight)) >= best - GIVEN_UP:
            return tree
    return largest


def _read(
    market: Market,
    fitted: Any,  # noqa: ANN401
    offered: tuple[Feature, ...],
    target: IntArray,
    weight: FloatArray,
) -> tuple[tuple[Branch, ...], IntArray]:
    """Word the branches with rounded thresholds, and place every outlet by them."""
    tree = fitted.tree_
    given = np.full(len(target), -1, dtype=np.int64)
    leaves: list[tuple[list[tuple[int, bool, float]], IntArray]] = []

    def walk(node: int, asked: list[tuple[int, bool, float]], rows: IntArray) -> None:
        if tree.children_left[node] < 0:
            if rows.size:
                leaves.append((asked, rows))
            return
        feature = int(tree.feature[node])
        limit = _rounded(float(tree.threshold[node]), binary=not offered[feature].unit)
        above = offered[feature].values[rows] > limit
        walk(int(tree.children_left[node]), [*asked, (feature, False, limit)], rows[~above])
        walk(int(tree.children_right[node]), [*asked, (feature, True, limit)], rows[above])

    walk(0, [], np.arange(len(target)))
    branches = []
    for asked, rows in leaves:
        volume = np.bincount(target[rows], weights=weight[rows], minlength=len(market.modes))
        mode = int(volume.argmax())
        given[rows] = mode
        branches.append(
            Branch(
                _words(offered, asked),
                market.modes.ids[mode],
                int(rows.size),
                float(volume[mode] / volume.sum()),
                float(weight[rows].sum() / weight.sum()),
            )
        )
    return _merged(branches), given


def _rounded(value: float, *, binary: bool) -> float:
    return 0.5 if binary else float(f"{value:.2g}")


def _words(offered: tuple[Feature, ...], asked: list[tuple[int, bool, float]]) -> tuple[str, ...]:
    """Return conditions, those on one feature drawn together."""
    sides: dict[tuple[int, bool], float] = {}
    for feature, above, limit in asked:
        key = (feature, above)
        keep = max if above else min
        sides[key] = keep(sides.get(key, limit), limit)
    texts = []
    known = {offered[feature].name for (feature, above) in sides if above}
    for (feature, above), limit in sides.items():
        one = offered[feature]
        exclusive = not one.unit and not above and known & _same_question(offered, one)
        if exclusive:
            continue  # a kiosk is no supermarket, which need not be said
        size = f"{limit:g} {one.unit}"
        texts.append((one.yes if above else one.no).format(size))
    return tuple(texts)


def _same_question(offered: tuple[Feature, ...], one: Feature) -> set[str]:
    """Return the other yes-or-no features of the same kind: segments, or grades."""
    grade = one.name.startswith("grade ")
    return {
        other.name
        for other in offered
        if not other.unit
        and other.name not in (one.name, "chain")
        and other.name.startswith("grade ") == grade
    }


def _merged(branches: list[Branch]) -> tuple[Branch, ...]:
    """Return the branches by volume; the rule needs no order, its branches exclude each other."""
    return tuple(sorted(branches, key=lambda branch: -branch.volume))
