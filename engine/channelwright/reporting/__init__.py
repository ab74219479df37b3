"""Turn a study folder into a page, figures, a workbook and maps: figures first, then drawing."""

from __future__ import annotations

from channelwright.reporting.content import ReportInfo, report_info
from channelwright.reporting.report import report, write_report

__all__ = ["ReportInfo", "report", "report_info", "write_report"]
