"""Run folders and bundles, immutable; studies, plans and journals that refer to them."""

from __future__ import annotations

from channelwright.store.bundles import BundledRun, BundleWriter
from channelwright.store.identity import content_digest, engine_digest, run_id
from channelwright.store.index import RunIndex, find_run
from channelwright.store.journal import Journal, read_journal
from channelwright.store.lock import writer_lock
from channelwright.store.plan import PlannedRun, StudyPlan
from channelwright.store.query import query
from channelwright.store.runs import FinishedRun, RunKey, RunWriter
from channelwright.store.study import (
    Chosen,
    Study,
    StudyFolder,
    load_study,
)

__all__ = [
    "BundleWriter",
    "BundledRun",
    "Chosen",
    "FinishedRun",
    "Journal",
    "PlannedRun",
    "RunIndex",
    "RunKey",
    "RunWriter",
    "Study",
    "StudyFolder",
    "StudyPlan",
    "content_digest",
    "engine_digest",
    "find_run",
    "load_study",
    "query",
    "read_journal",
    "run_id",
    "writer_lock",
]
