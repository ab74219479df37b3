"""What can get lost beyond this process: a worker, the scheduler, the whole cluster."""

from __future__ import annotations

from channelwright.foundation.errors import ChannelwrightError


class WorkerLostError(Exception):
    """A worker died with its work several times; other work is not concerned."""


class SchedulerLostError(Exception):
    """The connection to all workers is gone; no run is to blame for it."""


class ClusterError(ChannelwrightError):
    """A cluster cannot be reached, or cannot make the runs of this version."""

    exit_code = 3
