from perpit.views.quota import LARGEST_BLOCK, Quota
from perpit.views.tail import Tail


class Counted:
    def __init__(self) -> None:
        self.expired = 0

    def expire(self, count: int) -> None:
        self.expired += count


def test_the_oldest_rows_expire_whosoever_they_are() -> None:
    first, second = Counted(), Counted()
    quota = Quota(4)
    for owner in (first, first, second, first):
        quota.add(owner)
    assert (first.expired, second.expired) == (0, 0)
    quota.add(second)
    quota.add(second)
    assert (first.expired, second.expired) == (2, 0)
    quota.add(second)
    assert (first.expired, second.expired) == (2, 1)


def test_rows_expire_in_blocks_of_an_eighth_and_no_larger_ones() -> None:
    for limit, block in ((1, 1), (80, 10), (100_000, LARGEST_BLOCK)):
        owner, quota = Counted(), Quota(limit)
        for _ in range(limit + block - 1):
            quota.add(owner)
        assert owner.expired == 0
        quota.add(owner)
        assert owner.expired == block


def test_a_tail_that_forgot_rows_by_itself_drops_them_once() -> None:
    tail: Tail[int] = Tail(8)
    for row in range(10):
        tail.append(row)
    assert tail.rows == [2, 3, 4, 5, 6, 7, 8, 9]
    tail.expire(2)
    assert tail.rows[0] == 2
    tail.expire(3)
    assert tail.rows == [5, 6, 7, 8, 9]
