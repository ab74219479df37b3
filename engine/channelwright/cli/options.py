"""Options that several verbs share."""

from __future__ import annotations

import argparse


def add_pack(parser: argparse.ArgumentParser) -> None:
    """Add the pack argument."""
    parser.add_argument("pack", help="folder of a scenario pack, or its scenario.yaml")


def add_study(parser: argparse.ArgumentParser) -> None:
    """Add what a study needs: designs, replications, seed, workers, folders."""
    parser.add_argument(
        "--designs", metavar="NAME,...", help="designs and requests (default: the pack's study)"
    )
    parser.add_argument(
        "--scenarios", metavar="NAME,...", help="scenarios (default: the pack's study)"
    )
    parser.add_argument(
        "--replications",
        type=positive,
        metavar="N",
        help="random worlds of each design (default: the pack's study)",
    )
    add_seed(parser)
    add_place(parser)
    parser.add_argument(
        "--out", default="results", metavar="DIR", help="results folder (default: results)"
    )
    parser.add_argument(
        "--study",
        metavar="NAME",
        help="name of the study in the results folder (default: made from the question)",
    )
    parser.add_argument(
        "--keep",
        choices=("kpis", "orders"),
        default="kpis",
        help="orders: keep every order, delivery, payment and posting as well",
    )


def add_golden(parser: argparse.ArgumentParser) -> None:
    """Add the folder of golden studies."""
    parser.add_argument(
        "--golden",
        default="results/golden",
        metavar="DIR",
        help="folder of golden studies, <pack>.json each (default: results/golden)",
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Add the seed."""
    parser.add_argument(
        "--seed", type=_seed, metavar="N", help="seed of the random worlds (default: the pack's)"
    )


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add where the runs are made."""
    parser.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes of this machine (default: one per processor)",
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="Dask scheduler that makes the runs, such as tcp://host:8786; local: one of this "
        "machine",
    )


def names(value: str | None) -> tuple[str, ...] | None:
    """Return the names of a comma-separated option."""
    if value is None:
        return None
    return tuple(part.strip() for part in value.split(",") if part.strip())


def positive(text: str) -> int:
    """Return a whole number of at least 1."""
    return _whole(text, 1, None, "of at least 1")


def seconds(text: str) -> float:
    """Return a number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        message = f"{text!r} is no number of seconds above 0"
        raise argparse.ArgumentTypeError(message)
    return value


def _seed(text: str) -> int:
    return _whole(text, 0, 2**63 - 1, "from 0 to 2**63 - 1")


def _whole(text: str, lowest: int, highest: int | None, words: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = lowest - 1
    if value < lowest or (highest is not None and value > highest):
        message = f"{text!r} is not a whole number {words}"
        raise argparse.ArgumentTypeError(message)
    return value
