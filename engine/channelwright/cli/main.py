"""The command ``channelwright``: find the verb, run it, turn errors into one clear block."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from channelwright.cli.console import ready_streams, say, say_compiling, say_error
from channelwright.foundation.compiling import tell_when_compiling
from channelwright.foundation.errors import ChannelwrightError

VERBS = {
    "new": "start a scenario pack from a small example",
    "check": "read a pack and list every problem in it",
    "schema": "print the JSON Schema of scenario and design files",
    "optimise": "choose what a request leaves open and show the evidence",
    "simulate": "simulate designs in the same random worlds",
    "compare": "simulate, compare with the baseline, judge the gates, write the report",
    "improve": "optimise, simulate and recalibrate until the forecast is right; then search",
    "bridge": "show step by step what the decisions of a design add to volume and profit",
    "explain": "say what simple rule a design follows, who loses by it, which areas come first",
    "select": "select the best design with a stated probability of being right",
    "sensitivity": "vary assumptions: which of them matter, and where the ranking flips",
    "warmup": "find where a study becomes steady, and its mean by batch means",
    "golden": "store the KPIs of many runs, for gates of later studies to compare with",
    "transition": "show the way from one design of a study to another, month by month",
    "pilot": "plan a test of a design in some areas: matched, sized, with its power",
    "batch": "compare every pack of a folder and say which pass",
    "query": "ask a study a question in SQL",
    "report": "write the report of a finished study again",
}
PROGRAM = "channelwright"
WRONG_USAGE = 2
RUNS_FAILED = 3
INTERRUPTED = 130


class _Help(argparse.HelpFormatter):
    """Help in which the longest verb and its text share a line."""

    def __init__(self, prog: str) -> None:
        longest = len(max(VERBS, key=len))
        super().__init__(prog, max_help_position=longest + 7)
        # Verbs stand one step further in than argparse reckons.
        self._action_max_length = longest + 4


class _Parser(argparse.ArgumentParser):
    """A parser that refuses in one block: what is wrong, and where the usage is."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        say_error(message.removeprefix("argument "))
        sys.stderr.write(f"usage: {self.prog} --help says what may be given\n")
        raise SystemExit(WRONG_USAGE)


class _ShowVersion(argparse.Action):
    """Print the installed version; it is looked up only when somebody asks."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *ignored: object) -> None:
        """Print and leave."""
        from importlib.metadata import version

        say(f"{PROGRAM} {version(PROGRAM)}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: the command line.

    Returns
    -------
    int
        0 done and gates passed; 1 the question has no good answer; 2 wrong usage; 3 some
        runs failed or a file could not be used; 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    verb = next((word for word in given if not word.startswith("-")), None)
    module = _module(verb) if verb in VERBS else None
    parser = _parser(verb, module)
    if verb is not None and module is None:
        parser.error(f"there is no verb {verb!r}; {_nearest(verb)}")
    options = parser.parse_args(given)
    if module is None:
        parser.print_help()
        return WRONG_USAGE
    tell_when_compiling(say_compiling)
    try:
        return int(module.run(options))
    except ChannelwrightError as error:
        if options.debug:
            raise
        say_error(str(error))
        return getattr(error, "exit_code", 1)
    except BrokenPipeError:
        # Whoever read the output has gone; the interpreter must not try to flush it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if options.debug:
            raise
        say_error(f"{_words(error)}; free the file or folder, or name another one")
        return RUNS_FAILED
    except KeyboardInterrupt:
        say_error("interrupted; the same command goes on where it stopped")
        return INTERRUPTED


def _words(error: OSError) -> str:
    """Return what the system said, with the file and without its number."""
    if error.strerror is None:
        return str(error)
    if error.filename is None:
        return error.strerror
    return f"cannot use {error.filename}: {error.strerror}"


def _nearest(verb: str) -> str:
    close = difflib.get_close_matches(verb, VERBS, n=1)
    return f"did you mean {close[0]!r}?" if close else f"verbs: {', '.join(VERBS)}"


def _module(verb: str | None) -> ModuleType:
    return importlib.import_module(f"channelwright.cli.{verb}")


def _parser(verb: str | None, module: ModuleType | None) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Design sales and distribution networks: optimise, simulate, compare.",
        epilog="Start with: channelwright new my_pack. Options: channelwright VERB --help. Exit "
        "codes: 0 done, gates passed; 1 no good answer; 2 wrong usage; 3 runs failed; 130 "
        "interrupted.",
        formatter_class=_Help,
    )
    parser.add_argument("--version", action=_ShowVersion, help="print the version and exit")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", dest="verb")
    for name, text in VERBS.items():
        sub = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        sub.add_argument("--debug", action="store_true", help="show the traceback of an error")
        if module is not None and name == verb:
            module.configure(sub)
    return parser


def entry() -> None:
    """Run the command line and leave with its exit code."""
    ready_streams()
    sys.exit(main())
