"""The plan of a study: every run that it is going to make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from channelwright.foundation.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a study, under the study's labels."""

    run_id: str
    scenario: str
    design: str
    replication: int

    @property
    def label(self) -> str:
        """How messages call the run."""
        return f"{self.design}, {self.scenario}, replication {self.replication}"


@dataclass(frozen=True)
class StudyPlan:
    """Everything that a study is going to run, registered before the first run starts.

    Attributes
    ----------
    name, pack : str
        Name of the study and of the pack that it asks about.
    baseline : str
        Design that the others are compared with.
    seed : int
        Seed of every run.
    keep : str
        ``kpis`` or ``orders``.
    engine : str
        Hash of the sources that compute the runs.
    markets, designs : mapping of str to str
        Content hash by scenario and by design.
    runs : tuple of PlannedRun
        In the order in which they start.
    """

    name: str
    pack: str
    baseline: str
    seed: int
    keep: str
    engine: str
    markets: Mapping[str, str]
    designs: Mapping[str, str]
    runs: tuple[PlannedRun, ...]

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> StudyPlan:
        """Build a plan from the content of its file."""
        values = {**plain, "runs": tuple(PlannedRun(**run) for run in plain["runs"])}
        values.pop("format")
        return cls(**values)

    def extended_by(self, other: StudyPlan) -> StudyPlan:
        """Return a plan with the runs of both.

        Raises
        ------
        StoreError
            When the two ask about different things under one name.
        """
        clash = next(self._clashes(other), None)
        if clash is not None:
            msg = (
                f"study {self.name!r} was planned with another {clash}; choose another name for "
                "the new study, or delete the folder of the old one"
            )
            raise StoreError(msg)
        return replace(
            other,
            markets={**self.markets, **other.markets},
            designs={**self.designs, **other.designs},
            runs=tuple(dict.fromkeys((*self.runs, *other.runs))),
        )

    def _clashes(self, other: StudyPlan) -> Iterator[str]:
        for field in ("pack", "seed", "keep", "engine"):
            old, new = getattr(self, field), getattr(other, field)
            if old != new:
                yield f"{field} ({old} then, {new} now)"
        for kind, old_ids, new_ids in (
            ("market of scenario", self.markets, other.markets),
            ("design", self.designs, other.designs),
        ):
            for label in old_ids.keys() & new_ids.keys():
                if old_ids[label] != new_ids[label]:
                    yield f"{kind} {label!r}"
