"""Where the time of a request went: the parts exclude each other."""

import random
import threading
import time

import pytest

from loadaudit.probes.recorder import Recorder, SpanKind, recording
from loadaudit.probes.split import merged, split_of
from loadaudit.probes.threads import ThreadCarrier
from tests.probes.executions import executed, mark

MS = 1_000_000


@pytest.fixture
def recorder() -> Recorder:
    """One that began at 0."""
    made = Recorder(1, 1)
    made.start_ns = 0
    return made


def test_a_statement_within_a_template_is_database_time(recorder: Recorder) -> None:
    """The template has the rest of its span."""
    executed(recorder, "A", mark(start_ns=20 * MS, duration_ns=10 * MS))
    recorder.spans.append((SpanKind.TEMPLATE, 10 * MS, 50 * MS))
    split = split_of(recorder, 100 * MS, 0, 10 * MS)
    assert (split.database_ns, split.template_ns, split.waiting_ns) == (10 * MS, 30 * MS, 60 * MS)


def test_statements_of_the_same_moment_count_once(recorder: Recorder) -> None:
    """Two threads that wait together do not wait twice as long."""
    recorder.carried = True
    executed(recorder, "A", *(mark(start_ns=start * MS, duration_ns=10 * MS) for start in (10, 15)))
    split = split_of(recorder, 50 * MS, 0, 20 * MS)
    assert (split.database_ns, split.waiting_ns) == (15 * MS, 35 * MS)


def test_a_cache_kept_in_the_database(recorder: Recorder) -> None:
    """Its statements are database time and its own work is the cache's."""
    executed(recorder, "A", mark(start_ns=2 * MS, duration_ns=6 * MS))
    recorder.spans.append((SpanKind.CACHE, 1 * MS, 10 * MS))
    split = split_of(recorder, 10 * MS, 0, 6 * MS)
    assert (split.database_ns, split.cache_ns) == (6 * MS, 3 * MS)


def test_cpu_within_statements_is_no_python(recorder: Recorder) -> None:
    """SQLite works on the request's own thread; the share of those that were looked at stands for all."""
    executed(recorder, "A", mark(start_ns=0, duration_ns=40 * MS))
    recorder.sampled_ns, recorder.sampled_cpu_ns = 10 * MS, 5 * MS
    split = split_of(recorder, 100 * MS, 50 * MS, 40 * MS)
    assert (split.python_ns, split.waiting_ns) == (30 * MS, 30 * MS)


def test_without_a_clock_nothing_is_claimed(recorder: Recorder) -> None:
    """What a coroutine did besides is unexplained."""
    split = split_of(recorder, 100 * MS, None, 0)
    assert (split.python_ns, split.waiting_ns) == (0, 0)


def test_what_goes_on_after_the_response_is_no_part_of_it(recorder: Recorder) -> None:
    """A span of a thread ends with the request at the latest."""
    recorder.spans.append((SpanKind.HTTP, 90 * MS, 500 * MS))
    assert split_of(recorder, 100 * MS, 0, 0).http_ns == 10 * MS


def test_working_and_sleeping_are_told_apart() -> None:
    """On real clocks: work is Python, sleep is waiting, in the request's thread as in one that it starts."""
    carrier, recorder = ThreadCarrier(), Recorder(1, 1)
    carrier.install()

    def work() -> None:
        end_ns = time.thread_time_ns() + 20 * MS
        while time.thread_time_ns() < end_ns:
            pass

    try:
        with recording(recorder):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            time.sleep(0.03)
    finally:
        carrier.restore()
    split = split_of(
        recorder, time.monotonic_ns(), time.thread_time_ns() - recorder.start_cpu_ns + recorder.carried_cpu_ns, 0
    )
    assert 20 * MS <= split.python_ns < 30 * MS
    assert split.waiting_ns >= 30 * MS


def test_merged_intervals() -> None:
    """Overlapping and touching ones become one."""
    assert merged([(5, 8), (1, 3), (2, 4), (8, 9)]) == [(1, 4), (5, 9)]
    assert merged([]) == []


@pytest.mark.parametrize("seed", range(20))
def test_each_moment_belongs_to_the_first_kind_that_has_it(recorder: Recorder, seed: int) -> None:
    """Statements with their fetches and spans, nested and side by side, against counting moment by moment."""
    chance, end_ns = random.Random(seed), 200
    recorder.carried = True
    moments: list[set[int]] = [set() for _ in SpanKind]
    for text in "AB":
        for _ in range(chance.randrange(6)):
            points = sorted(chance.sample(range(1, end_ns), 4))
            fetched = chance.random() < 0.5
            executed(recorder, text, [*points[:2], 0, None, *((*points[2:], 1) if fetched else ())])
            moments[SpanKind.DATABASE].update(range(*points[:2]), range(*points[2:]) if fetched else ())
    for kind in (*SpanKind, *SpanKind):
        start_ns, finish_ns = sorted(chance.sample(range(1, end_ns + 50), 2))
        recorder.spans.append((kind, min(start_ns, end_ns), finish_ns))
        moments[kind].update(range(start_ns, min(finish_ns, end_ns)))
    found = split_of(recorder, end_ns, None, 0)
    taken: set[int] = set()
    for kind, own in enumerate(moments):
        assert found[kind] == len(own - taken)
        taken |= own
