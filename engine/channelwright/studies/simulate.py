"""Running a study: designs and scenarios, replication by replication, resumable at any moment."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channelwright.foundation.errors import ChannelwrightError, UsageError
from channelwright.store.aside import clear_aside
from channelwright.store.identity import engine_digest
from channelwright.store.index import RunIndex
from channelwright.store.journal import Journal
from channelwright.store.lock import writer_lock
from channelwright.store.runs import RunKey
from channelwright.store.study import Study, StudyFolder
from channelwright.studies.execute import execute
from channelwright.studies.interruption import StudyInterruptedError, StudyStoppedError
from channelwright.studies.losses import ClusterError, SchedulerLostError
from channelwright.studies.pools import choose_pool
from channelwright.studies.prepare import (
    Wish,
    label_of,
    make_plan,
    register,
    requested,
    settle_designs,
)
from channelwright.studies.progress import ProgressState, silent
from channelwright.studies.runs import Runs
from channelwright.studies.worker import Outcome, Task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from channelwright.model.design import Design
    from channelwright.model.study import Pack
    from channelwright.store.plan import PlannedRun, StudyPlan
    from channelwright.studies.choose import Optimiser, Plan
    from channelwright.studies.cluster import Cluster
    from channelwright.studies.pools import Pool
    from channelwright.studies.progress import Progress
    from channelwright.studies.worker import KpiTable, Replicate


@dataclass(frozen=True)
class Engine:
    """The functions of other parts that a study conducts; tests put small worlds here.

    Attributes
    ----------
    replicate, kpis, optimiser
        None = the engine's own.
    """

    replicate: Replicate | None = None
    kpis: KpiTable | None = None
    optimiser: Optimiser | None = None

    def functions(self) -> tuple[Replicate, KpiTable]:
        """Return both functions of a run, loading the engine's own where none is given."""
        replicate, kpis = self.replicate, self.kpis
        if replicate is None:
            from channelwright.simulation import replicate as engine_replicate

            replicate = engine_replicate
        if kpis is None:
            from channelwright.rules.kpi import kpi_table

            kpis = kpi_table
        return replicate, kpis


def simulate(
    pack: Pack,
    designs: Sequence[str | Design | Plan] | None = None,
    *,
    replications: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: Cluster | str | None = None,
    out: str | Path = "results",
    study: str | None = None,
    keep: str = "kpis",
    baseline: str | None = None,
    progress: Progress = silent,
    engine: Engine | None = None,
) -> Runs:
    """Simulate designs in the same random worlds and keep every run.

    What any study of the results folder has finished is not computed again, and the same call goes
    on where it stopped. Requests are optimised first; the answer is kept with the study.

    Parameters
    ----------
    pack : Pack
        As `read_scenario` returns it; its study is the default of what is left out below.
    designs : sequence
        Names of designs or requests, designs, or plans.
    replications, seed, scenarios : int; int; sequence of str
    workers : int
        Local processes, by default one per processor; 1 runs in this process.
    executor, cluster : concurrent.futures.Executor; Cluster or str
        Used instead of local processes: an executor or open cluster, which is left open; the
        address of a Dask scheduler, or ``local``.
    out, study : path, str
        Results folder; name of the study, by default one that belongs to this question.
    keep : str
        ``kpis``: additive KPI tables only; ``orders``: every order as well.
    baseline : str
        One of the designs; default: the pack's, or the first design where that is left out.
    progress, engine : Progress; Engine
        Called at the start and after every run; other functions instead of the engine's.

    Raises
    ------
    UsageError, InfeasibleError, StoreError, ClusterError
        A name or number makes no sense; a request has no answer; folder or cluster cannot be used.
    StudyInterruptedError, StudyStoppedError
        Ctrl-C; the cluster is gone. The same call goes on from there.
    """
    wish = _wish(pack, designs, scenarios, replications, seed, keep)
    folder = StudyFolder(Path(out).resolve(), study or wish.default_study())
    reference = _baseline(wish, baseline)
    with writer_lock(folder.path), ExitStack() as stack:
        pool = _pool(folder, executor, cluster, workers, stack)
        engine = engine or Engine()
        chosen = settle_designs(wish, folder, engine.optimiser)
        plan = make_plan(wish, folder.name, reference, chosen)
        whole = register(wish, folder, plan, chosen)
        _Conductor(folder, whole, plan, engine, progress).conduct(pool)
    return Runs(Study(folder, requested(whole, plan.runs)))


def _pool(
    folder: StudyFolder,
    executor: Executor | None,
    cluster: Cluster | str | None,
    workers: int | None,
    stack: ExitStack,
) -> Pool:
    """Return the place where runs are made; a cluster that is named by its address ends with it."""
    if cluster is None:
        return choose_pool(executor, workers)
    if executor is not None:
        msg = "both an executor and a cluster are given; give one of them"
        raise UsageError(msg)
    from channelwright.studies.cluster import Cluster
    from channelwright.studies.cluster_pool import ClusterPool

    if isinstance(cluster, str):
        cluster = stack.enter_context(Cluster(cluster, workers=workers))
    return ClusterPool(cluster, folder.root, folder.aside)


def _wish(
    pack: Pack,
    designs: Sequence[str | Design | Plan] | None,
    scenarios: Sequence[str] | None,
    replications: int | None,
    seed: int | None,
    keep: str,
) -> Wish:
    spec = pack.study
    return Wish(
        pack,
        tuple(spec.designs if designs is None else designs),
        tuple(spec.scenarios if scenarios is None else scenarios),
        spec.replications if replications is None else replications,
        spec.seed if seed is None else seed,
        keep,
    )


def _baseline(wish: Wish, given: str | None) -> str:
    labels = [label_of(design) for design in wish.designs]
    if given is not None and given not in labels:
        msg = f"baseline {given!r} is not one of the designs to simulate: {', '.join(labels)}"
        raise UsageError(msg)
    wanted = wish.pack.study.baseline if given is None else given
    return wanted if wanted in labels else labels[0]


class _Conductor:
    """Makes the runs of a plan that are not there yet, and writes the journal."""

    def __init__(
        self,
        folder: StudyFolder,
        whole: StudyPlan,
        asked: StudyPlan,
        engine: Engine,
        progress: Progress,
    ) -> None:
        self._folder, self._asked, self._engine, self._progress = folder, asked, engine, progress
        self._planned = len(whole.runs)
        self._labels: dict[str, PlannedRun] = {run.run_id: run for run in reversed(asked.runs)}
        self._found = self._done = self._failed = 0
        self._clock = time.perf_counter()

    def conduct(self, pool: Pool) -> None:
        with Journal(self._folder.journal) as journal:
            self._journal = journal
            tasks = self._tasks()
            journal.write("planned", runs=self._planned, asked=len(self._labels), found=self._found)
            self._tell("")
            try:
                execute(tasks, pool, self)
            except (KeyboardInterrupt, SchedulerLostError, ClusterError) as error:
                pool.abort()
                raise self._stopped(error, journal) from None
            except BaseException:
                pool.abort()
                raise
            finally:
                clear_aside(self._folder.aside)
            pool.close()
            journal.write("ended", found=self._found, done=self._done, failed=self._failed)

    def _stopped(self, error: BaseException, journal: Journal) -> ChannelwrightError:
        """Record that the study stops before its end and return what to tell the caller."""
        ended, total = self._found + self._done, len(self._labels)
        journal.write("interrupted", finished=ended)
        if isinstance(error, KeyboardInterrupt):
            return StudyInterruptedError(self._folder.name, ended, total)
        return StudyStoppedError(self._folder.name, ended, total, str(error))

    def _tasks(self) -> list[Task]:
        # The lock is held, so that what lies aside was left by a writer that is gone.
        clear_aside(self._folder.aside)
        replicate, kpis = self._engine.functions()
        tasks, index = [], RunIndex(self._folder.root)
        for run in dict.fromkeys(self._labels[run.run_id] for run in self._asked.runs):
            if index.find(run.run_id) is not None:
                self._found += 1
                continue
            key = self._key(run)
            tasks.append(
                Task(
                    self._folder.root,
                    self._folder.aside,
                    self._folder.market_path(key.market),
                    self._folder.design_path(key.design),
                    key,
                    replicate,
                    kpis,
                )
            )
        return tasks

    def _key(self, run: PlannedRun) -> RunKey:
        return RunKey(
            run.run_id,
            self._asked.markets[run.scenario],
            self._asked.designs[run.design],
            self._asked.seed,
            run.replication,
            self._asked.keep,
            engine_digest(),
        )

    def started(self, tasks: Sequence[Task]) -> None:
        """Write that runs are handed over."""
        runs = [self._labels[task.key.run_id] for task in tasks]
        self._journal.write_all([{"event": "started", **asdict(run)} for run in runs])

    def ended(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        """Write how runs ended and tell whoever watches."""
        runs = [self._labels[task.key.run_id] for task in tasks]
        pairs = list(zip(runs, outcomes, strict=True))
        self._journal.write_all([_ending(run, outcome) for run, outcome in pairs])
        for run, outcome in pairs:
            self._done += outcome.failure is None
            self._failed += outcome.failure is not None
            self._tell(run.label)

    def _tell(self, label: str) -> None:
        self._progress(
            ProgressState(
                len(self._labels),
                self._found,
                self._done,
                self._failed,
                time.perf_counter() - self._clock,
                label,
            )
        )


def _ending(run: PlannedRun, outcome: Outcome) -> dict[str, Any]:
    """Return the journal's line about a run that ended."""
    details = {**asdict(run), "seconds": round(outcome.seconds, 6)}
    if outcome.failure is None:
        return {"event": "finished", **details}
    return {"event": "failed", **details, **asdict(outcome.failure)}
