"""Rows of many owners, each with a limit, and one for all."""

from perpit.views.tails import Tails, rows_within


class Row:
    def __init__(self, time_ms: int) -> None:
        self.time_ms = time_ms


def times(rows: list[Row]) -> list[int]:
    return [row.time_ms for row in rows]


def test_a_span_has_both_its_ends() -> None:
    rows = [Row(time_ms) for time_ms in (1, 3, 3, 5, 8)]
    assert times(rows_within(rows, 3, 5)) == [3, 3, 5]
    assert times(rows_within(rows, None, 2)) == [1]
    assert times(rows_within(rows, 4, None)) == [5, 8]
    assert rows_within(rows, 6, 7) == []


def test_of_each_owner_and_of_all_the_newest_stay() -> None:
    tails: Tails[str, Row] = Tails(each_max=8, all_max=16)
    for time_ms in range(1_000):
        tails.append("busy", Row(time_ms))
    assert times(tails.within("busy", None, None))[-8:] == list(range(992, 1_000))
    assert len(tails.within("busy", None, None)) <= 9
    for time_ms in range(1_000, 1_020):
        tails.append(f"calm {time_ms % 5}", Row(time_ms))
    owners = ["busy", *(f"calm {number}" for number in range(5))]
    kept = sorted(time_ms for owner in owners for time_ms in times(tails.within(owner, None, None)))
    assert kept[-16:] == list(range(1_004, 1_020))
    assert len(kept) <= 18


def test_nobody_has_rows_before_the_first() -> None:
    tails: Tails[str, Row] = Tails(1, 1)
    assert tails.within("nobody", None, None) == []
