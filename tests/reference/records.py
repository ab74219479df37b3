"""What moves through the simulated world: orders, lines, pick orders, invoices."""

from dataclasses import dataclass, field

from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.codes import LineState


@dataclass(eq=False, slots=True)
class Line:
    """One product of one order; all numbers in cases."""

    product: int
    ordered: int
    first: int = 0
    allocated: int = 0
    delivered: int = 0
    lost: int = 0
    extra: int = 0  # stands in for cases of another line
    refused: bool = False
    end_day: int | None = None

    @property
    def missing(self) -> int:
        """Cases that may still be allocated."""
        return self.ordered + self.extra - self.allocated - self.lost

    @property
    def outstanding(self) -> int:
        """Cases neither delivered nor cut nor refused."""
        return self.ordered + self.extra - self.delivered - self.lost

    @property
    def state(self) -> LineState:
        """How the line ended, or that it has not."""
        if self.refused:
            return LineState.REFUSED
        if self.outstanding > 0:
            return LineState.OPEN_AT_HORIZON
        if self.lost == 0:
            return LineState.DELIVERED
        return LineState.CUT_PART if self.delivered > 0 else LineState.CUT


@dataclass(eq=False, slots=True)
class Order:
    """What an outlet ordered on a day."""

    day: int
    second: int
    outlet: int
    mode: int
    site: int
    handling_day: int
    priority: int
    lines: list[Line]
    accepted: bool = False
    pay_day: int | None = None  # None = on the terms of the mode
    discount: int = 0  # ppm

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Place in every queue of orders."""
        return (self.priority, self.day, self.second, self.outlet)

    @property
    def missing(self) -> bool:
        """Some case may still be allocated."""
        return any(line.ordered + line.extra > line.allocated + line.lost for line in self.lines)

    @property
    def open(self) -> bool:
        """Some line has not ended."""
        return any(line.ordered + line.extra > line.delivered + line.lost for line in self.lines)


@dataclass(eq=False)
class Request:
    """An order that asks for a discount above authority."""

    order: Order
    begin: int = -1
    end: int = -1


@dataclass(eq=False, slots=True)
class PickOrder:
    """All lines of one order that were allocated on one evening."""

    order: Order
    evening: int
    release: int
    cases: dict[int, int] = field(default_factory=dict)  # by number of the product
    ready: int = -1
    left_behind: bool = False
    attempts: int = 0

    @property
    def total(self) -> int:
        """Cases of all products."""
        return sum(self.cases.values())

    @property
    def ready_second(self) -> int:
        """End of picking in seconds since 00:00 of the order day."""
        return self.ready - self.order.day * DAY_SECONDS


@dataclass(eq=False, slots=True)
class Invoice:
    """Money owed for goods. `outlet` is -1 between sites, `site` then is the child."""

    day: int
    due_day: int
    paid_day: int
    payer: int
    payee: int
    outlet: int
    site: int
    seller_site: int
    amount: int
    part: int = 0
    open: int = field(init=False)

    def __post_init__(self) -> None:
        """All of it is open."""
        self.open = self.amount


@dataclass(eq=False, slots=True)
class Evening:
    """What consumers did with one product at one outlet."""

    day: int
    outlet: int
    product: int
    demanded: int
    sold: int
    online_demanded: int
    online_sold: int
    unmet: int
    left_online: int = 0
    closing: int = 0
