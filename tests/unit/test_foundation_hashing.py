"""Content hashes: equal content, equal hash; any change of content, another hash."""

import datetime
import os
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.foundation.hashing import digest, digest_files

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@dataclass(frozen=True)
class Point:
    x: int
    y: np.ndarray


@dataclass(frozen=True)
class Place:
    x: int
    y: np.ndarray


class Colour(Enum):
    RED = 1
    BLUE = 2


def shape_of(value):
    """Content with its types: 1, 1.0 and True are different contents."""
    if isinstance(value, list):
        return [shape_of(item) for item in value]
    if isinstance(value, dict):
        return {key: shape_of(item) for key, item in value.items()}
    return (type(value).__name__, repr(value))


@given(plain, plain)
def test_hashes_are_equal_exactly_when_contents_are(left, right):
    assert (digest(left) == digest(right)) == (shape_of(left) == shape_of(right))


@given(st.dictionaries(st.text(max_size=3), st.integers(), min_size=2))
def test_order_of_a_mapping_does_not_matter(mapping):
    assert digest(dict(reversed(mapping.items()))) == digest(mapping)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["ab", "c"], ["a", "bc"]),
        ([[1], 2], [[1, 2]]),
        ([1, 2], [2, 1]),
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}),
        (1, True),
        (1, 1.0),
        ("1", 1),
        (None, "None"),
        (0.0, -0.0),
        (datetime.date(2025, 1, 1), "2025-01-01"),
        (Colour.RED, Colour.BLUE),
        (np.zeros(4), np.zeros((2, 2))),
        (np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.float64)),
        (np.array([1, 2]), [1, 2]),
        (Point(1, np.zeros(2)), Point(1, np.array([0.0, 1.0]))),
        (Point(1, np.zeros(2)), Place(1, np.zeros(2))),
    ],
)
def test_different_contents_have_different_hashes(left, right):
    assert digest(left) != digest(right)


def test_memory_order_of_an_array_does_not_matter():
    grid = np.arange(12).reshape(3, 4)
    assert digest(np.asfortranarray(grid)) == digest(grid)
    assert digest(np.arange(24)[::2]) == digest(np.arange(24)[::2].copy())


def test_numbers_of_numpy_are_plain_numbers():
    assert digest(np.int64(7)) == digest(7)
    assert digest(np.float64(0.1)) == digest(0.1)


def test_what_has_no_stable_content_is_refused():
    with pytest.raises(TypeError, match="no stable content hash for set"):
        digest({"a": {1, 2}})


def test_hash_is_the_same_in_another_process():
    value = {"name": "x", "days": [1, 2.5, None], "open": True}
    code = (
        "import sys; from channelwright.foundation.hashing import digest; "
        f"sys.stdout.write(digest({value!r}))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {digest(value)}


def test_files_count_by_name_and_content_not_by_order(tmp_path):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_bytes(b"a\n")
    two.write_bytes(b"b\n")
    before = digest_files([one, two])
    assert digest_files([two, one]) == before
    two.write_bytes(b"c\n")
    assert digest_files([one, two]) != before


def test_line_ends_of_files_do_not_matter(tmp_path):
    path = tmp_path / "one.py"
    path.write_bytes(b"a\nb\n")
    before = digest_files([path])
    path.write_bytes(b"a\r\nb\r\n")
    assert digest_files([path]) == before
