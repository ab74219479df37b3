"""The cluster of ``--cluster``, for as long as a verb needs it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from channelwright.cli.console import stage

if TYPE_CHECKING:
    from channelwright.studies.cluster import Cluster


@contextmanager
def on_cluster(options: argparse.Namespace) -> Iterator[Cluster | None]:
    """Connect to the cluster that the options name; None where they name none."""
    if options.cluster is None:
        yield None
        return
    from channelwright.studies.cluster import Cluster

    with stage(f"connecting to the cluster {options.cluster}"):
        cluster = Cluster(options.cluster, workers=options.workers)
    with cluster:
        yield cluster
