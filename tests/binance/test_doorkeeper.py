"""Handshakes and cut-off connections, counted by IP in windows of five minutes."""

from perpit.binance.doorkeeper import CUT_OFF_MAX, WINDOW_MS, Doorkeeper

START_MS = 1_700_000_100_000
assert START_MS % WINDOW_MS == 0


class Clock:
    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


def admitted(door: Doorkeeper, ip: str, count: int) -> int:
    return sum(door.refuses(ip) is None for _ in range(count))


def test_an_ip_gets_its_attempts_in_each_window_and_others_get_theirs() -> None:
    clock = Clock()
    door = Doorkeeper(clock, 300)
    assert admitted(door, "1.1.1.1", 301) == 300
    assert admitted(door, "2.2.2.2", 300) == 300
    clock.now_ms += WINDOW_MS - 1
    assert admitted(door, "1.1.1.1", 1) == 0
    clock.now_ms += 1
    assert admitted(door, "1.1.1.1", 300) == 300


def test_who_is_refused_is_told_when_to_come_back() -> None:
    clock = Clock()
    door = Doorkeeper(clock, 1)
    door.refuses("1.1.1.1")
    clock.now_ms += 1_500
    refusal = door.refuses("1.1.1.1")
    assert refusal is not None
    assert (refusal.status, refusal.code, refusal.retry_after_s) == (429, -1003, 299)


def test_zero_attempts_mean_any_number() -> None:
    assert admitted(Doorkeeper(Clock()), "1.1.1.1", 10_000) == 10_000


def test_more_than_ten_cut_off_connections_ban_the_ip_until_the_window_is_over() -> None:
    clock = Clock()
    door = Doorkeeper(clock)
    for _time in range(CUT_OFF_MAX):
        door.cut_off("1.1.1.1")
    assert door.refuses("1.1.1.1") is None
    door.cut_off("1.1.1.1")
    refusal = door.refuses("1.1.1.1")
    assert refusal is not None
    assert (refusal.status, refusal.code) == (418, -1003)
    assert str(START_MS + WINDOW_MS) in refusal.message
    assert door.refuses("2.2.2.2") is None
    clock.now_ms += WINDOW_MS
    assert door.refuses("1.1.1.1") is None


def test_windows_pass_with_real_time_where_the_venue_s_clock_stands() -> None:
    idle_ms = 0
    door = Doorkeeper(Clock(), 1, lambda: idle_ms)
    assert admitted(door, "1.1.1.1", 2) == 1
    idle_ms = WINDOW_MS
    assert admitted(door, "1.1.1.1", 2) == 1


def test_the_table_of_ips_is_bounded() -> None:
    door = Doorkeeper(Clock(), 1, max_ips=2)
    assert [admitted(door, ip, 1) for ip in ("1.1.1.1", "2.2.2.2", "3.3.3.3")] == [1, 1, 1]
    assert admitted(door, "3.3.3.3", 1) == 0
    assert admitted(door, "1.1.1.1", 1) == 1  # forgotten, as the first who came
