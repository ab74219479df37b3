"""The simulated world: every order of a design, from consumer to cash."""

from channelwright.simulation.replication import ReplicationSummary, replicate

__all__ = ["ReplicationSummary", "replicate"]
