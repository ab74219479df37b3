"""Run one benchmark subject."""

from __future__ import annotations

import sys
from importlib import import_module

#: Subject -> what is measured; module `benchmarks.SUBJECT.command` has `main(arguments) -> code`.
SUBJECTS = {
    "calls": "sales by calls on the flagship, beside the forecast",
    "districts": "balanced, connected territories of counties and made maps",
    "gates": "how often a golden gate is right",
    "intervals": "coverage of intervals and correct selection",
    "simulate": "speed of the simulation beside the reference, a floor, bare SimPy and peers",
    "studies": "the runner beside two processes, and many short runs",
    "territories": "published and made location problems, each answer checked",
}


def main(arguments: list[str]) -> int:
    """Hand the arguments to the subject that they name.

    Parameters
    ----------
    arguments : list of str
        Subject and its own arguments.

    Returns
    -------
    int
        Exit code: 0 done, 1 an answer is missing or infeasible, 2 wrong usage.
    """
    if arguments[:1] in (["-h"], ["--help"]):
        sys.stdout.write(_usage())
        return 0
    if not arguments or arguments[0] not in SUBJECTS:
        sys.stderr.write(_usage())
        return 2
    subject = import_module(f"benchmarks.{arguments[0]}.command")
    code: int = subject.main(arguments[1:])
    return code


def _usage() -> str:
    lines = [f"  {name:12} {what}" for name, what in SUBJECTS.items()]
    head = "usage: python -m benchmarks SUBJECT ...  (--help behind a subject lists its options)"
    return "\n".join([head, "", *lines, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
