"""Golden LP files: every constraint family of a model alone, as text that a reader can check.

A family is one constraint component of a model; its file holds its rows on a tiny problem. Set
CHANNELWRIGHT_WRITE_GOLDEN=1 to write the files anew, and say in the changelog why they moved.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyomo.environ as pyo

FOLDER = Path(__file__).resolve().parent
REWRITE = os.environ.get("CHANNELWRIGHT_WRITE_GOLDEN") == "1"


def families(model):
    """Names of all constraint components, without the index of their block."""
    return sorted({component.local_name for component in model.component_objects(pyo.Constraint)})


def family_text(model, family, folder):
    """LP text of one family of a model, everything else switched off."""
    for component in model.component_objects(pyo.Constraint):
        if component.local_name != family:
            component.deactivate()
    path = folder / "family.lp"
    model.write(str(path), format="lp", io_options={"symbolic_solver_labels": True})
    return path.read_text(encoding="utf-8")


def check(model, family, prefix, folder):
    """Compare one family with its golden file, or write the file when asked to."""
    text = family_text(model, family, folder)
    golden = FOLDER / f"{prefix}_{family}.lp"
    if REWRITE:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def stored_families(prefix):
    """Families that have a golden file under a prefix."""
    return sorted(path.stem.removeprefix(f"{prefix}_") for path in FOLDER.glob(f"{prefix}_*.lp"))
