"""A test of a design in some areas before all change: matched, sized, with its power."""

from __future__ import annotations

from channelwright.studies.pilot.plan import PilotPlan, plan_pilot

__all__ = ["PilotPlan", "plan_pilot"]
