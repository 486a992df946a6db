"""The sampler that reads probes beside the requests, with a clock that the test moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from loadaudit.probes.series import NotApplicableError, Note, NotObservedError, SeriesSampler
from loadaudit.records import BlockedSession, SeriesReading, TimeLimit
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter
from tests.analysis.factories import run_info

S = 1_000_000_000
EPOCH_NS = 50 * S


class Clock:
    """Time that passes only while somebody waits or a probe says that it was slow."""

    def __init__(self, seconds: float) -> None:
        self.now_ns = EPOCH_NS
        self._end_ns = EPOCH_NS + int(seconds * S)

    def __call__(self) -> int:
        return self.now_ns

    def wait(self, timeout_s: float) -> bool:
        """Let the time pass and say whether the load has ended by then."""
        self.now_ns += round(timeout_s * S)
        return self.now_ns > self._end_ns


class Fake:
    """A probe that counts its readings and does what the test wants at each."""

    def __init__(self, name: str = "fake", act: Callable[[int], None] = lambda number: None) -> None:
        self.name = name
        self.calls: list[str] = []
        self._act = act
        self._number = 0

    def start(self, note: Note) -> None:
        """Note the call."""
        self.calls.append("start")
        self._act(0)

    def read(self) -> Mapping[str, float]:
        """Return the number of this reading."""
        self.calls.append("read")
        self._number += 1
        self._act(self._number)
        return {"number": self._number, "half": self._number / 2}

    def stop(self) -> None:
        """Note the call."""
        self.calls.append("stop")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[RunWriter]:
    """An open run file."""
    with RunWriter(tmp_path / "run.loadaudit", run_info()) as writer:
        yield writer


def sample(writer: RunWriter, clock: Clock, *probes: Fake) -> tuple[list[SeriesReading], tuple[str, ...]]:
    """Sample until the clock says that the load has ended, and return what is in the run file."""
    SeriesSampler(probes, writer, epoch_ns=EPOCH_NS, clock_ns=clock, wait=clock.wait).sample()
    with RunFile(writer.path) as run:
        return list(run.series()), run.messages()


def failing(when: int, error: Exception) -> Callable[[int], None]:
    """Return what raises at one reading; 0 is the start."""

    def act(number: int) -> None:
        if number == when:
            raise error

    return act


def test_a_reading_each_second_since_the_start_of_the_load(writer: RunWriter) -> None:
    """Lined up with the samples, whose times begin there too."""
    readings, messages = sample(writer, Clock(3.5), probe := Fake())
    assert readings == [
        SeriesReading(probe="fake", time_ns=n * S, values={"number": float(n), "half": n / 2}) for n in (1, 2, 3)
    ]
    assert probe.calls == ["start", "read", "read", "read", "stop"]
    assert messages == ()


def test_a_load_under_a_second_has_no_reading(writer: RunWriter) -> None:
    """No data, not a guess; the probe is stopped all the same."""
    readings, _ = sample(writer, Clock(0.5), probe := Fake())
    assert readings == []
    assert probe.calls == ["start", "stop"]


def test_a_slow_reading_skips_seconds_and_does_not_drift(writer: RunWriter) -> None:
    """A reading that takes 2.4 s leaves out two and the next is on the full second again."""
    clock = Clock(5.5)

    def slow_once(number: int) -> None:
        clock.now_ns += round(2.4 * S) if number == 1 else 0

    readings, _ = sample(writer, clock, Fake(act=slow_once))
    assert [one.time_ns / S for one in readings] == [1, 4, 5]


def test_a_late_start_begins_at_the_next_second(writer: RunWriter) -> None:
    """A connection that takes long delays the first reading, not the times that are written."""
    clock = Clock(4.5)

    def slow_start(number: int) -> None:
        clock.now_ns += round(1.3 * S) if number == 0 else 0

    readings, _ = sample(writer, clock, Fake(act=slow_start))
    assert [one.time_ns / S for one in readings] == [2, 3, 4]


def test_a_probe_that_cannot_start_leaves_one_message(writer: RunWriter) -> None:
    """With what would allow it; the other probe is read as if nothing had happened."""
    refused = NotObservedError("INFO is not allowed.", hint="Allow it with: +info")
    broken, healthy = Fake("broken", failing(0, refused)), Fake("healthy")
    readings, messages = sample(writer, Clock(2.5), broken, healthy)
    assert messages == ("Not observed from 0 s on: broken. INFO is not allowed. Allow it with: +info",)
    assert broken.calls == ["start", "stop"]
    assert [one.probe for one in readings] == ["healthy", "healthy"]


def test_what_several_probes_lack_is_said_once(writer: RunWriter) -> None:
    """As a password that two of them are refused for."""
    refused = NotObservedError("Wrong password.", hint="Mend PASSWORD.")
    probes = [Fake(name, failing(0, refused)) for name in ("first", "second")]
    _, messages = sample(writer, Clock(1.5), *probes)
    assert messages == (
        "Not observed from 0 s on: first. Wrong password. Mend PASSWORD.",
        "Not observed from 0 s on: second. For the same reason as first.",
    )


def test_a_probe_that_fails_in_the_load_keeps_what_it_read(writer: RunWriter) -> None:
    """It is stopped at its first error and not asked again."""
    broken = Fake("broken", failing(2, ConnectionResetError("gone\naway")))
    readings, messages = sample(writer, Clock(4.5), broken, Fake("healthy"))
    assert messages == ("Not observed from 2 s on: broken. ConnectionResetError: gone away",)
    assert broken.calls == ["start", "read", "read", "stop"]
    assert [one.time_ns / S for one in readings if one.probe == "broken"] == [1]
    assert len([one for one in readings if one.probe == "healthy"]) == 4


def test_sampling_ends_when_no_probe_is_left(writer: RunWriter) -> None:
    """Nothing waits for a load that nobody watches."""
    clock = Clock(1000)
    sample(writer, clock, Fake(act=failing(1, OSError("x"))))
    assert clock.now_ns == EPOCH_NS + S


def test_the_context_reads_in_a_thread_of_its_own(writer: RunWriter) -> None:
    """All three methods run there, because some counters are kept by thread; the end of the context ends it."""
    threads: set[threading.Thread] = set()
    read = threading.Event()

    def note_thread(number: int) -> None:
        threads.add(threading.current_thread())
        if number:
            read.set()

    ends = threading.Event()
    probe = Fake(act=note_thread)
    with SeriesSampler([probe], writer, epoch_ns=0, clock_ns=lambda: 0, wait=lambda _: ends.is_set()):
        assert read.wait(10)
        ends.set()
    assert probe.calls[-1] == "stop"
    (thread,) = threads
    assert thread is not threading.current_thread()
    assert not thread.is_alive()


def test_leaving_the_context_wakes_the_sampler(writer: RunWriter) -> None:
    """A run does not wait for the next full second."""
    probe = Fake()
    with SeriesSampler([probe], writer, epoch_ns=0, clock_ns=lambda: 0):
        pass
    assert probe.calls == ["start", "stop"]


def test_without_probes_there_is_no_thread(writer: RunWriter) -> None:
    """Nothing to read."""
    before = threading.active_count()
    with SeriesSampler([], writer, epoch_ns=0):
        assert threading.active_count() == before


def test_a_run_file_that_cannot_be_written_ends_the_sampler_quietly(writer: RunWriter) -> None:
    """The run meets the same error and reports it; a traceback of a thread would only be noise."""
    probe = Fake()
    writer.close()
    with SeriesSampler([probe], writer, epoch_ns=0, clock_ns=lambda: 0, wait=lambda _: False):
        pass
    assert probe.calls[-1] == "stop"


class Eventful(Fake):
    """One that sees a wait at each reading, and one more when it stops."""

    def take(self) -> list[BlockedSession | TimeLimit]:
        """Return a wait that began 2 s after the load did, and a limit."""
        if self.calls[-1] == "start":
            return []
        wait = BlockedSession(
            alias="default",
            pid=1,
            statement="A",
            start_ns=EPOCH_NS + 2 * S,
            wait_ns=self._number,
            resolution_ns=0,
            holder_pid=2,
            holder_statement="B",
            holder_state="active",
        )
        return [wait, TimeLimit(name="query_wait_timeout", seconds=120)]


def test_events_are_kept_on_the_clock_of_the_run(writer: RunWriter) -> None:
    """As they end, so that a run that is killed has all but the last; and those that end with the probe."""
    sample(writer, Clock(2.0), Eventful())
    with RunFile(writer.path) as run:
        found, limits = run.blocked_sessions(), run.observations(TimeLimit)
    assert [(one.start_ns, one.wait_ns) for one in found] == [(2 * S, 1), (2 * S, 2), (2 * S, 2)]
    assert len(limits) == 3


def test_a_probe_without_anything_to_read_says_nothing(writer: RunWriter) -> None:
    """Where no pooler is, none is missing."""

    def refuse(number: int) -> None:
        raise NotApplicableError("There is none.")

    assert sample(writer, Clock(2.0), Fake(act=refuse)) == ([], ())
