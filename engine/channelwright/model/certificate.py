"""What is known about how good a chosen decision is: bounds, their kind and what they rest on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, Self, get_args

from channelwright.foundation.errors import ChannelwrightError

Sense = Literal["minimise", "maximise"]
Status = Literal["proven", "within_limits", "infeasible", "unbounded", "no_solution"]

#: Below this relative gap the two bounds are said to meet (the tightest gap HiGHS works to).
PROVEN_GAP = 1e-6
_ORDER_TOLERANCE = 1e-7


class CertificateError(ChannelwrightError):
    """A certificate contradicts itself."""


@dataclass(frozen=True)
class Certificate:
    """Evidence for one decision.

    Attributes
    ----------
    decision : str
        What was decided, such as ``territories``.
    sense : str
        ``minimise`` or ``maximise``.
    lower_bound, upper_bound : float or None
        Proven limits of the best objective, in the objective's unit; None when none is known. The
        objective of the answer is the upper one when minimising and the lower one when maximising.
    bound_kind : str
        How the bound that is not the answer was found, such as ``lagrangian``.
    relaxations : tuple of str
        What the bound ignores; it stays valid.
    restrictions : tuple of str
        What the search left out (arcs, breakpoints, effort levels).
    guard_passed : bool or None
        Whether the bound was shown to hold for what the restrictions left out; None if there is
        no restriction.
    status : str
        ``proven``, ``within_limits``, ``infeasible``, ``unbounded`` or ``no_solution``.
    unit : str
        Unit of the bounds.
    work : mapping of str to int
        Counts of work done (nodes, iterations, rounds).
    timed : bool
        True when a time limit, and not a work limit, may have ended the search: then another
        machine may find another answer.
    messages : tuple of str
        Explanations for the planner.

    Raises
    ------
    CertificateError
        The fields contradict each other.
    """

    decision: str
    sense: Sense
    lower_bound: float | None
    upper_bound: float | None
    bound_kind: str
    relaxations: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    guard_passed: bool | None = None
    status: Status = "within_limits"
    unit: str = ""
    work: Mapping[str, int] = field(default_factory=dict)
    timed: bool = False
    messages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a certificate that contradicts itself."""
        problem = next((text for text in self._contradictions() if text), None)
        if problem is not None:
            message = f"certificate of {self.decision!r}: {problem}"
            raise CertificateError(message)

    def _contradictions(self) -> tuple[str | None, ...]:
        return (
            self._unknown_word(),
            self._bad_bounds(),
            self._bad_guard(),
            self._bad_status(),
        )

    def _unknown_word(self) -> str | None:
        if self.sense not in get_args(Sense):
            return f"sense {self.sense!r} is unknown; use one of {get_args(Sense)}"
        if self.status not in get_args(Status):
            return f"status {self.status!r} is unknown; use one of {get_args(Status)}"
        if not self.bound_kind:
            return "the kind of bound is empty; name it"
        return None

    def _bad_bounds(self) -> str | None:
        for name, bound in (("lower", self.lower_bound), ("upper", self.upper_bound)):
            if bound is not None and not math.isfinite(bound):
                return f"{name} bound {bound} is not finite; use None when nothing is known"
        if self.lower_bound is None or self.upper_bound is None:
            return None
        slack = _ORDER_TOLERANCE * max(1.0, abs(self.lower_bound), abs(self.upper_bound))
        if self.lower_bound > self.upper_bound + slack:
            return f"lower bound {self.lower_bound} is above upper bound {self.upper_bound}"
        return None

    def _bad_guard(self) -> str | None:
        if self.guard_passed is not None and not self.restrictions:
            return "a guard is reported but there is no restriction to guard"
        return None

    def _bad_status(self) -> str | None:
        if self.status == "proven" and (self.gap is None or self.gap > PROVEN_GAP):
            return f"status 'proven' needs a gap of at most {PROVEN_GAP}, found {self.gap}"
        if self.status == "within_limits" and self.objective is None:
            return "status 'within_limits' needs the objective of an answer; use 'no_solution'"
        if self.status in ("infeasible", "no_solution") and self.objective is not None:
            return f"status {self.status!r} cannot carry the objective of an answer"
        if self.status == "infeasible" and not self.messages:
            return "an infeasible request must be explained in messages"
        return None

    @property
    def objective(self) -> float | None:
        """Objective of the answer, or None without an answer."""
        return self.upper_bound if self.sense == "minimise" else self.lower_bound

    @property
    def bound(self) -> float | None:
        """The proven limit that no answer can pass, or None if unknown."""
        return self.lower_bound if self.sense == "minimise" else self.upper_bound

    @property
    def gap(self) -> float | None:
        """Relative distance of the bounds, as a share of the answer's objective."""
        if self.lower_bound is None or self.upper_bound is None or self.objective is None:
            return None
        distance = max(0.0, self.upper_bound - self.lower_bound)
        return 0.0 if distance == 0.0 else distance / max(abs(self.objective), 1e-12)

    @property
    def proven(self) -> bool:
        """True when no better answer exists for the whole request."""
        return self.status == "proven" and (not self.restrictions or self.guard_passed is True)

    def statement(self) -> str:
        """Return one sentence for the planner that claims no more than was shown."""
        subject = self.decision.replace("_", " ")
        if self.status == "infeasible":
            return f"{subject}: no answer exists. {' '.join(self.messages)}"
        if self.status == "unbounded":
            return f"{subject}: the objective has no limit; a cost or capacity is missing"
        if self.status == "no_solution":
            return f"{subject}: no answer was found within the work limits; none was ruled out"
        return f"{subject}: {self._quality()}{self._basis()}"

    def _quality(self) -> str:
        figure = f"{self.objective:,.6g} {self.unit}".rstrip()
        if self.proven:
            return f"{figure}, optimal"
        if self.status == "proven":
            # Deliberately not the planner's word for the best: something was left out unchecked.
            return f"{figure}, best of the restricted model"
        if self.gap is None:
            return f"{figure}, no bound known"
        return f"{figure}, at most {100 * self.gap:.3g} % from the best possible"

    def _basis(self) -> str:
        text = f" (bound: {self.bound_kind}"
        if self.restrictions:
            guard = {True: "passed", False: "failed", None: "not run"}[self.guard_passed]
            text += f"; restricted: {', '.join(self.restrictions)}; guard {guard}"
        if self.timed:
            text += "; ended by a time limit"
        return text + ")"

    def to_dict(self) -> dict[str, object]:
        """Return plain data for JSON, with the gap and the statement added for readers."""
        data: dict[str, object] = {item.name: getattr(self, item.name) for item in fields(self)}
        data["work"] = dict(sorted(self.work.items()))
        for name in ("relaxations", "restrictions", "messages"):
            data[name] = list(getattr(self, name))
        data["gap"] = self.gap
        data["statement"] = self.statement()
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """Rebuild a certificate from `to_dict`.

        Parameters
        ----------
        data : mapping
            As written by `to_dict`; the derived keys are ignored.

        Raises
        ------
        CertificateError
            A key is unknown, or the fields contradict each other.
        """
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(data) - known - {"gap", "statement"})
        if unknown:
            message = f"certificate has unknown keys {unknown}; known are {sorted(known)}"
            raise CertificateError(message)
        values = {key: data[key] for key in data if key in known}
        for name in ("relaxations", "restrictions", "messages"):
            listed = values.get(name, ())
            values[name] = tuple(listed) if isinstance(listed, list | tuple) else listed
        return cls(**values)  # type: ignore[arg-type]
