"""How a search for territories is conducted: its time, who watches, what is known before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.optimisation.interrupting import attended, is_attended
from channelwright.optimisation.watching import Show, Watch, silent

if TYPE_CHECKING:
    from channelwright.optimisation.memory import Memory


@dataclass(frozen=True, eq=False)
class SearchSettings:
    """Settings of the searches for territories of sites and of people.

    Attributes
    ----------
    seconds : float or None
        Opt-in time limit of each search; it marks the certificate.
    show : callable
        Told of the best answer and the bound, at most once a second.
    told : callable or None
        Given, the first Ctrl-C ends the search with the best answer so far, after calling it.
    warm : Memory or None
        What the answer to an earlier request left.
    """

    seconds: float | None = None
    show: Show = silent
    told: Callable[[], None] | None = None
    warm: Memory | None = None

    @contextmanager
    def search(self, decision: str) -> Iterator[Watch]:
        """Conduct one search; gives what the search reports to.

        Inside another search the wish to end is that of both.
        """
        watch = Watch(decision, self.show)
        if self.told is None or is_attended():
            yield watch
            return
        with attended(self.told):
            yield watch


#: No limit, nobody watches, nothing is known.
PLAIN = SearchSettings()
