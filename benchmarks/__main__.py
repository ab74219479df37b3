"""Run one benchmark subject."""

from __future__ import annotations

import sys
from importlib import import_module

#: Subject -> module with a `main(arguments) -> exit code`.
SUBJECTS = {
    "calls": "benchmarks.calls.command",
    "districts": "benchmarks.districts.command",
    "gates": "benchmarks.gates.command",
    "intervals": "benchmarks.intervals.command",
    "simulate": "benchmarks.simulate.command",
    "studies": "benchmarks.studies.command",
    "territories": "benchmarks.territories.command",
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
    if not arguments or arguments[0] not in SUBJECTS:
        sys.stderr.write(f"usage: python -m benchmarks {{{','.join(SUBJECTS)}}} ...\n")
        return 2
    subject = import_module(SUBJECTS[arguments[0]])
    code: int = subject.main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
