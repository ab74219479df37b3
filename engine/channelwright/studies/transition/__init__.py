"""The way from one design to another, month by month, and the pilot that tests it first."""

from __future__ import annotations

from channelwright.studies.transition.path import TransitionPath, transition

__all__ = ["TransitionPath", "transition"]
