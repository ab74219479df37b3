"""The whole report as figures: read once, ten sections, nothing drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channelwright.foundation.errors import UsageError
from channelwright.reporting.gates import GateRow, gate_rows
from channelwright.reporting.money import houses, profit_lines
from channelwright.reporting.reading import HasStudy, StudyData, read_study, study_of
from channelwright.reporting.sections.baseline import BaselineInfo, baseline_info
from channelwright.reporting.sections.bridge import BridgeInfo, bridge_info
from channelwright.reporting.sections.buyers import BuyersInfo, buyers_info
from channelwright.reporting.sections.choice import ChoiceInfo, choice_info, contributions
from channelwright.reporting.sections.evidence import EvidenceInfo, evidence_info
from channelwright.reporting.sections.explain import explain_section
from channelwright.reporting.sections.forecast import ForecastInfo, forecast_info
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.sections.service import ServiceInfo, service_info
from channelwright.reporting.sections.territories import TerritoriesInfo, territories_info
from channelwright.reporting.sections.volume import VolumeInfo, volume_info
from channelwright.reporting.sections.warm_up import steady_of
from channelwright.reporting.sections.winners import WinnersInfo, winners_info
from channelwright.stats.steady import Steady
from channelwright.store.study import Study

TITLES = (
    ("choice", "The choice"),
    ("baseline", "Does the baseline match"),
    ("volume", "What changes volume"),
    ("bridge", "Profit bridge"),
    ("buyers", "Who buys from whom"),
    ("winners", "Who wins and loses"),
    ("service", "Coverage and service"),
    ("territories", "Territories and people"),
    ("forecast", "Forecast and outcome"),
    ("evidence", "Evidence"),
)


@dataclass(frozen=True)
class ReportInfo:
    """Every number of a report, in the order of its sections."""

    data: StudyData
    gates: tuple[GateRow, ...]
    choice: ChoiceInfo
    baseline: BaselineInfo
    volume: VolumeInfo
    bridge: BridgeInfo
    buyers: BuyersInfo
    winners: WinnersInfo
    service: ServiceInfo
    territories: TerritoriesInfo
    forecast: ForecastInfo
    evidence: EvidenceInfo
    explanation: SectionInfo | None = None
    warm_up: tuple[Steady, float] | None = None

    def sections(self) -> tuple[tuple[str, str, SectionInfo], ...]:
        """Return key, title and content of the ten sections, in order, and of the explanation."""
        known = tuple((key, title, getattr(self, key).section) for key, title in TITLES)
        if self.explanation is None:
            return known
        return (*known, ("explain", "What the design follows", self.explanation))


def report_info(source: HasStudy | Study | str | Path, scenario: str | None = None) -> ReportInfo:
    """Return every number of the report of a study.

    Parameters
    ----------
    source : Study, runs or path
        Path of a study folder, ``results/studies/<study>``.
    scenario : str, optional
        Scenario of the sections; the first of the study if left out. Gates cover all scenarios.

    Raises
    ------
    UsageError
        When there is no such study or scenario, or no replication that all designs finished.
    """
    data = read_study(source, scenario)
    lines = profit_lines(data)
    gates = gate_rows(data)
    found = houses(data)
    choice = choice_info(data, lines, gates, found)
    focus = choice.focus
    return ReportInfo(
        data=data,
        gates=gates,
        choice=choice,
        baseline=baseline_info(data),
        volume=volume_info(data, focus),
        bridge=bridge_info(data, lines, focus),
        buyers=buyers_info(data),
        winners=winners_info(data, focus, found),
        service=service_info(data, focus),
        territories=territories_info(data, focus),
        forecast=forecast_info(data),
        evidence=evidence_info(data, contributions(data, lines)),
        explanation=explain_section(data, focus),
        warm_up=_warm_up(source, data),
    )


def _warm_up(source: HasStudy | Study | str | Path, data: StudyData) -> tuple[Steady, float] | None:
    """Return where the baseline becomes steady; nothing for a study that is too short to say."""
    try:
        return steady_of(study_of(source), scenario=data.scenario)
    except UsageError:
        return None
