"""What is read beside the requests: once a second, on connections of its own, in the process of the run."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from loadaudit.errors import LoadauditError
from loadaudit.records import BlockedSession, Observation, SeriesReading
from loadaudit.runfile.writer import RunWriter

INTERVAL_S = 1.0
JOIN_TIMEOUT_S = 6.0
"""How long the end of the load waits for a probe that hangs in its connection."""

Note = Callable[[str], None]
"""Takes one message for the run file."""


class SeriesProbe(Protocol):
    """Something that can be read again and again. All three methods are called in one thread, the sampler's."""

    @property
    def name(self) -> str:
        """What the readings are filed under; unique in a run."""

    def start(self, note: Note) -> None:
        """Connect. Raises NotObservedError that names the grant or setting that would allow it."""

    def read(self) -> Mapping[str, float]:
        """Return what can be read now, units in the names; a value that is not known is left out."""

    def stop(self) -> None:
        """Disconnect; also called when `start` or `read` has failed."""


@runtime_checkable
class EventProbe(SeriesProbe, Protocol):
    """One that sees more than numbers."""

    def take(self) -> Sequence[Observation]:
        """Return what was seen since the last call, also after `stop`; times are on the monotonic clock."""


class NotObservedError(LoadauditError):
    """A probe cannot read; the message says what, the hint what would allow it."""


class NotApplicableError(NotObservedError):
    """There is nothing here that the probe could read; a run says nothing about it."""


class SeriesSampler:
    """Reads probes in a thread of its own while its context is open. A probe that fails is left out from then on."""

    def __init__(
        self,
        probes: Sequence[SeriesProbe],
        writer: RunWriter,
        *,
        epoch_ns: int,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """`wait` pauses for seconds and returns whether the sampler shall end."""
        self._probes = probes
        self._writer = writer
        self._epoch_ns = epoch_ns
        self._clock_ns = clock_ns
        self._end = threading.Event()
        self._wait = wait or self._end.wait
        self._said: dict[str, str] = {}
        """Who said first why it cannot read."""
        self._thread = threading.Thread(target=self._run, daemon=True, name="loadaudit-series")

    def __enter__(self) -> Self:
        if self._probes:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        if self._probes:
            self._thread.join(JOIN_TIMEOUT_S)

    def _run(self) -> None:
        try:
            self.sample()
        except LoadauditError:
            # The run file cannot be written; the run itself meets the same error and says so.
            return

    def sample(self) -> None:
        """Read every probe once per interval until told to end; one that takes longer skips the next."""
        running = [probe for probe in self._probes if self._started(probe)]
        try:
            tick = 0
            while running:
                tick = max(tick, int(self._elapsed_s() / INTERVAL_S)) + 1
                if self._wait(max(0.0, tick * INTERVAL_S - self._elapsed_s())):
                    return
                running = self._read_all(running)
        finally:
            for probe in running:
                _stop(probe)
            self._keep_events(running)

    def _elapsed_s(self) -> float:
        return (self._clock_ns() - self._epoch_ns) / 1e9

    def _started(self, probe: SeriesProbe) -> bool:
        try:
            probe.start(self._writer.add_message)
        except Exception as error:
            self._give_up(probe, error)
            return False
        return True

    def _read_all(self, probes: Sequence[SeriesProbe]) -> list[SeriesProbe]:
        readings: list[SeriesReading] = []
        kept = []
        for probe in probes:
            time_ns = self._clock_ns() - self._epoch_ns
            try:
                readings.append(SeriesReading(probe=probe.name, time_ns=time_ns, values=dict(probe.read())))
            except Exception as error:
                self._give_up(probe, error)
            else:
                kept.append(probe)
        self._writer.add_series(readings)
        self._keep_events(probes)
        return kept

    def _keep_events(self, probes: Sequence[SeriesProbe]) -> None:
        events = [one for probe in probes if isinstance(probe, EventProbe) for one in probe.take()]
        if events:
            self._writer.add_observations(map(self._on_the_runs_clock, events))

    def _on_the_runs_clock(self, event: Observation) -> Observation:
        if isinstance(event, BlockedSession):
            since_ns = self._epoch_ns
            return replace(
                event, start_ns=event.start_ns - since_ns, statement_start_ns=event.statement_start_ns - since_ns
            )
        return event

    def _give_up(self, probe: SeriesProbe, error: Exception) -> None:
        _stop(probe)
        if isinstance(error, NotApplicableError):
            return
        if isinstance(error, NotObservedError):
            said, hint = error.message, error.hint
        else:
            said, hint = f"{type(error).__name__}: {' '.join(str(error).split())}", ""
        first = self._said.setdefault(said, probe.name)
        text = f"{said} {hint}".strip() if first == probe.name else f"For the same reason as {first}."
        self._writer.add_message(f"Not observed from {max(0.0, self._elapsed_s()):.0f} s on: {probe.name}. {text}")


def _stop(probe: SeriesProbe) -> None:
    try:
        probe.stop()
    except Exception:
        # What it leaves ends with this process; there is nothing more to read from it.
        return
