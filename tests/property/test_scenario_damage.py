"""Whatever happens to a file of a pack, the reader answers with a pack or with problems."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from channelwright.scenario import check
from tests.conftest import ROOT

TINY = ROOT / "tests/data/packs/tiny"
FILES = sorted(path.relative_to(TINY).as_posix() for path in TINY.rglob("*.*") if path.is_file())
PIECES = st.one_of(
    st.binary(min_size=0, max_size=8),
    st.sampled_from(
        [b"", b",", b"\n", b'"', b": ", b"*", b"&a ", b"[", b"{", b"-", b"nan", b"1e400"]
    ),
    st.sampled_from(
        [b"0", b"-1", b"1e308", b"99999999999999999999", b"true", b"null", b"2025-13-01"]
    ),
)


@settings(max_examples=150)
@given(file=st.sampled_from(FILES), place=st.floats(0, 1), length=st.integers(0, 12), piece=PIECES)
def test_damaged_bytes_never_end_in_a_traceback(
    file: str, place: float, length: int, piece: bytes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(shutil.copytree(TINY, Path(folder) / "pack"))
        data = (pack / file).read_bytes()
        start = round(place * len(data))
        (pack / file).write_bytes(data[:start] + piece + data[start + length :])
        assert_answered(pack)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "0", "-1", "1e9", "nan", "plant", "h1", "DSD", "visit", "*", "24:00", "no"]
    ),
)


@settings(max_examples=150)
@given(
    file=st.sampled_from([name for name in FILES if name.endswith(".csv")]),
    row=st.integers(1, 20),
    column=st.integers(0, 18),
    cell=CELLS,
)
def test_damaged_cells_never_end_in_a_traceback(
    file: str, row: int, column: int, cell: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(shutil.copytree(TINY, Path(folder) / "pack"))
        lines = [line.split(",") for line in (pack / file).read_text("utf-8").splitlines()]
        line = lines[row % len(lines)]
        line[column % len(line)] = '"' + cell.replace('"', '""') + '"'
        text = "\n".join(",".join(cells) for cells in lines) + "\n"
        (pack / file).write_bytes(text.encode("utf-8", "surrogatepass"))
        assert_answered(pack)


def assert_answered(pack: Path) -> None:
    for problem in check(pack):
        assert problem.file
        assert problem.message
        assert problem.remedy
        assert "\n" not in problem.line()
