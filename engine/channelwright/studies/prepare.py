"""From a pack and a wish to a registered study: labels, hashes, files, plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from channelwright.foundation.errors import UsageError
from channelwright.foundation.hashing import digest
from channelwright.model.design import Design
from channelwright.store.frozen import save_frozen
from channelwright.store.identity import content_digest, engine_digest, run_id
from channelwright.store.plan import PlannedRun, StudyPlan
from channelwright.store.study import Chosen, StudyFolder
from channelwright.studies.choose import Plan, market_of, optimise, question_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from channelwright.model.request import Request
    from channelwright.model.study import Pack
    from channelwright.studies.choose import Optimiser

KEEPS = ("kpis", "orders")


@dataclass(frozen=True)
class Wish:
    """What a caller asks for, with every default filled in.

    Attributes
    ----------
    pack : Pack
    designs : tuple of str, Design or Plan
        Names of given designs or requests, or designs themselves.
    scenarios : tuple of str
    replications, seed : int
    keep : str
        ``kpis`` or ``orders``.
    """

    pack: Pack
    designs: tuple[str | Design | Plan, ...]
    scenarios: tuple[str, ...]
    replications: int
    seed: int
    keep: str

    def __post_init__(self) -> None:
        """Refuse wishes that cannot be run."""
        if self.replications < 1:
            msg = f"replications is {self.replications}; give 1 or more, 10 for intervals"
            raise UsageError(msg)
        if not 0 <= self.seed < 2**64:
            msg = f"seed is {self.seed}; give a whole number from 0 to 2**64 - 1"
            raise UsageError(msg)
        if self.keep not in KEEPS:
            msg = f"keep is {self.keep!r}; give one of {', '.join(KEEPS)}"
            raise UsageError(msg)
        if not self.designs or not self.scenarios:
            msg = "nothing to run: give at least one design and one scenario"
            raise UsageError(msg)
        labels = [label_of(design) for design in self.designs]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            msg = f"designs {', '.join(twice)} are named twice; give every design its own name"
            raise UsageError(msg)

    def default_study(self) -> str:
        """Return a name that belongs to this question and to no other.

        More replications ask the same question more precisely: they go on in the same study.
        """
        markets = {name: content_digest(market_of(self.pack, name)) for name in self.scenarios}
        designs = [(label_of(design), self._question(design)) for design in self.designs]
        asked = (markets, designs, self.seed, self.keep, engine_digest())
        return f"{self.pack.name}-{digest(asked)[:10]}"

    def _question(self, design: str | Design | Plan) -> str:
        if isinstance(design, Plan):
            return content_digest(design.design)
        if isinstance(design, Design):
            return content_digest(design)
        if design in self.pack.designs:
            return content_digest(self.pack.designs[design])
        return question_of(market_of(self.pack, self.scenarios[0]), self.request(design))

    def request(self, name: str) -> Request:
        """Return a request of the pack.

        Raises
        ------
        UsageError
            When the pack has neither a design nor a request of that name.
        """
        if name not in self.pack.requests:
            known = ", ".join((*self.pack.designs, *self.pack.requests))
            msg = f"pack {self.pack.name!r} has no design {name!r}; designs: {known}"
            raise UsageError(msg)
        return self.pack.requests[name]


def label_of(design: str | Design | Plan) -> str:
    """Return the name under which a design appears in a study."""
    return design if isinstance(design, str) else design.name


def settle_designs(
    wish: Wish, folder: StudyFolder, optimiser: Optimiser | None
) -> dict[str, Design]:
    """Return every design of the wish; chosen ones are on disk before this returns.

    A design that the study chose before is used again, as long as it answers the same question.
    """
    return {label_of(design): _settle(wish, folder, design, optimiser) for design in wish.designs}


def _settle(
    wish: Wish, folder: StudyFolder, design: str | Design | Plan, optimiser: Optimiser | None
) -> Design:
    if isinstance(design, Design):
        return design
    if isinstance(design, Plan):
        folder.save_chosen(design.name, _chosen(design))
        return design.design
    if design in wish.pack.designs:
        return wish.pack.designs[design]
    scenario = wish.scenarios[0]
    question = question_of(market_of(wish.pack, scenario), wish.request(design))
    before = folder.load_chosen(design)
    if before is not None and before.question == question:
        return before.design
    plan = optimise(wish.pack, design, scenario=scenario, optimiser=optimiser)
    folder.save_chosen(design, _chosen(plan))
    return plan.design


def _chosen(plan: Plan) -> Chosen:
    return Chosen(plan.design, plan.certificates, plan.forecast, plan.question)


def make_plan(wish: Wish, name: str, baseline: str, designs: Mapping[str, Design]) -> StudyPlan:
    """Return the plan of a study: every replication of all designs before the next replication.

    An unfinished study then holds complete pairs, and can be compared as far as it got.
    """
    markets = {
        scenario: content_digest(market_of(wish.pack, scenario)) for scenario in wish.scenarios
    }
    hashes = {label: content_digest(design) for label, design in designs.items()}
    runs = [
        PlannedRun(
            run_id(markets[scenario], hashes[label], wish.seed, replication, wish.keep),
            scenario,
            label,
            replication,
        )
        for replication, scenario, label in product(range(wish.replications), markets, hashes)
    ]
    return StudyPlan(
        name=name,
        pack=wish.pack.name,
        baseline=baseline,
        seed=wish.seed,
        keep=wish.keep,
        engine=engine_digest(),
        markets=markets,
        designs=hashes,
        runs=tuple(runs),
    )


def register(
    wish: Wish, folder: StudyFolder, plan: StudyPlan, designs: Mapping[str, Design]
) -> StudyPlan:
    """Write inputs and plan; return the plan with whatever the study had planned before.

    Raises
    ------
    StoreError
        When the study of that name asked something else, or the folder cannot be written.
    """
    before = folder.load_plan()
    whole = plan if before is None else before.extended_by(plan)
    for scenario, content in plan.markets.items():
        _save_once(folder.market_path(content), market_of(wish.pack, scenario))
    for label, content in plan.designs.items():
        _save_once(folder.design_path(content), designs[label])
    folder.save_pack(wish.pack)
    folder.save_plan(whole)
    return whole


def _save_once(path: Path, value: object) -> None:
    # The name is the content's hash: an existing file already says the same.
    if not path.exists():
        save_frozen(path, value)


def requested(plan: StudyPlan, runs: Sequence[PlannedRun]) -> StudyPlan:
    """Return a plan cut down to some of its runs and what they need."""
    return replace(
        plan,
        markets={run.scenario: plan.markets[run.scenario] for run in runs},
        designs={run.design: plan.designs[run.design] for run in runs},
        runs=tuple(runs),
    )
