"""The growing table of whole numbers: what its views keep, and what is taken, dropped and added."""

import numpy as np
import pytest

from channelwright.simulation.rows import Rows


def table(count=3):
    numbers = np.arange(count)
    grid = np.stack([numbers, 10 * numbers], axis=1)
    return Rows(outlet=numbers, cases=grid, day=100 + numbers)


def test_columns_that_were_read_stay_when_rows_come_and_go():
    rows = table()
    outlet, cases = rows["outlet"], rows["cases"]
    rows.append(outlet=np.array([7]), cases=np.array([[7, 70]]), day=np.array([107]))
    rows.keep(np.array([False, True, False, True]))
    assert outlet.tolist() == [0, 1, 2]
    assert cases.tolist() == [[0, 0], [1, 10], [2, 20]]
    assert rows["outlet"].tolist() == [1, 7]
    assert rows["cases"].tolist() == [[1, 10], [7, 70]]
    assert len(rows) == 2


def test_what_is_written_into_a_column_is_written_into_the_table():
    rows = table()
    rows["day"][1] = 5
    assert rows.take(np.array([1]))["day"].tolist() == [5]


@pytest.mark.parametrize("chosen", [np.array([2, 0]), np.array([True, False, True])])
def test_rows_taken_are_a_table_of_their_own(chosen):
    rows = table()
    some = rows.take(chosen)
    some["outlet"][:] = -1
    some.append(outlet=np.array([9]), cases=np.array([[9, 90]]), day=np.array([109]))
    expected = chosen.tolist() if chosen.dtype != bool else [0, 2]
    assert some["day"].tolist() == [*(100 + row for row in expected), 109]
    assert some["cases"][:, 1].tolist() == [*(10 * row for row in expected), 90]
    assert rows["outlet"].tolist() == [0, 1, 2]


def test_rows_are_written_by_whoever_extends_the_table():
    rows = table()
    numbers, grids = rows.extend(100)
    numbers[:], grids[:] = 4, 40
    assert len(rows) == 103
    assert rows["outlet"].tolist() == [0, 1, 2] + 100 * [4]
    assert rows["cases"][-1].tolist() == [40, 40]


def test_storage_holds_columns_and_grids_in_order_of_their_names():
    rows = table()
    for _ in range(2):
        numbers, grids = rows.storage()
        used = len(rows)
        assert numbers[:, :used].tolist() == [rows["outlet"].tolist(), rows["day"].tolist()]
        assert grids[:, :used].tolist() == [rows["cases"].tolist()]
        rows.append(outlet=np.array([7]), cases=np.array([[7, 70]]), day=np.array([107]))


def test_a_table_with_more_columns_has_the_others_too():
    rows = table().plus(value=np.array([5, 6, 7]))
    assert rows["value"].tolist() == [5, 6, 7]
    assert rows["day"].tolist() == [100, 101, 102]
    some = rows.take(np.array([2]))
    assert [int(column[0]) for column in some.columns(("outlet", "day", "value"))] == [2, 102, 7]
    assert some["cases"].tolist() == [[2, 20]]


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="price"):
        table()["price"]
