from hypothesis import given
from hypothesis import strategies as st

from perpit.views.tail import Tail


@given(st.integers(1, 40), st.integers(0, 400))
def test_a_tail_keeps_the_newest_rows_and_never_an_eighth_more_than_its_limit(limit: int, count: int) -> None:
    tail: Tail[int] = Tail(limit)
    for row in range(count):
        tail.append(row)
        assert len(tail.rows) <= limit + limit // 8
    kept = len(tail.rows)
    assert kept >= min(limit, count)
    assert tail.rows == list(range(count - kept, count))
