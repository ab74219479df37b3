"""What every test shares: the place of the repository and reproducible random examples."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Examples are the same on every machine; a slow machine is not a failed property.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")

# No test may open a window, and child processes inherit the choice.
os.environ["MPLBACKEND"] = "Agg"


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of what a user starts from, in which documented code may write its results.

    It is shared by the session: a run that one page has done is reused by the next.
    """
    folder = tmp_path_factory.mktemp("workspace")
    if (ROOT / "scenarios").is_dir():
        shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    return folder
