"""The six modes of the architecture's table, as rows of the model."""

from dataclasses import dataclass

from channelwright.model.market import CAPTURES, CARRIERS, SOLICITORS


@dataclass(frozen=True)
class ModeRow:
    """One row of the mode table: how orders come, who calls, who delivers, from where."""

    name: str
    capture: str
    solicitor: str
    carrier: str
    site_kinds: tuple[str, ...]

    @property
    def codes(self) -> tuple[int, int, int]:
        """Rows of CAPTURES, CARRIERS and SOLICITORS."""
        return (
            CAPTURES.index(self.capture),
            CARRIERS.index(self.carrier),
            SOLICITORS.index(self.solicitor),
        )

    @property
    def has_people(self) -> bool:
        """Say whether somebody calls."""
        return self.solicitor != "none"


MODE_ROWS = (
    ModeRow("DSD", "visit", "rep", "truck", ("office", "dc")),
    ModeRow("MT", "calendar", "none", "tariff", ("dc", "office")),
    ModeRow("WS", "pull", "none", "tariff", ("wholesaler", "tier1", "tier2")),
    ModeRow("WAT", "visit", "rep", "truck", ("tier1", "tier2")),
    ModeRow("PDS", "visit", "salesman", "truck", ("tier1", "tier2")),
    ModeRow("EB2B", "app", "none", "truck", ("tier1", "tier2", "dc", "office", "wholesaler")),
)
MODE_NAMES = tuple(row.name for row in MODE_ROWS)
