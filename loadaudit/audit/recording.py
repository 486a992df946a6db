"""Drives the load and records it: events in, samples and traces into the run file, until it is enough."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from loadaudit.audit.failing import FailingPaths
from loadaudit.audit.interrupts import Interrupts
from loadaudit.audit.options import Observer
from loadaudit.audit.places import Place
from loadaudit.audit.scenarios import ScenarioLoad
from loadaudit.audit.sessions import SessionKeeper
from loadaudit.audit.traces import SummaryMerger
from loadaudit.load.engine import (
    POLL_INTERVAL_S,
    Event,
    Finished,
    LoadEngine,
    SamplesArrived,
    SessionDoubted,
    StrainMeasured,
    TimePassed,
    WorkerLost,
)
from loadaudit.load.job import Job
from loadaudit.load.pacing import whole_block_s
from loadaudit.records import GENERATOR_PROBE, Lane, Plan, PlannedRequest, Sample, SeriesReading, Trace
from loadaudit.runfile.writer import RunWriter

DRAIN_TIMEOUT_S = 3.0
"""How long traces may still come in after the last sample."""

COMPLETED = "completed"
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """How the load ended."""

    reason: str
    """`completed`, `interrupted` or `aborted: …`."""
    load_ns: int
    """Without warming up."""
    request_count: int
    dropped: int = 0
    """Requests of the rate that could not begin."""
    failing: FailingPaths = field(default_factory=FailingPaths)
    """Addresses that failed, of reads that did not always fail."""


class Recording:
    """One load from its start to its last trace."""

    def __init__(
        self,
        job: Job,
        plan: Plan,
        place: Place,
        writer: RunWriter,
        observer: Observer,
        interrupts: Interrupts,
        keeper: SessionKeeper,
        scripts: ScenarioLoad | None = None,
    ) -> None:
        self._scripts = scripts
        self._keeper = keeper
        self._job = job
        self._plan = plan
        self._place = place
        self._writer = writer
        self._observer = observer
        self._interrupts = interrupts
        self._wanted = _wanted_samples(job, plan.target_samples)
        self._least_s = whole_block_s(job.lanes)
        self._counts: Counter[str] = Counter()
        self._failing = FailingPaths()
        self._request_count = 0
        self._light_count = 0
        self._untraced = 0
        self._merger = SummaryMerger()
        self._reason = ""
        self._patient = False
        self._end_ns = 0

    def drive(self, engine: LoadEngine, clock_ns: Callable[[], int] = time.monotonic_ns) -> LoadResult:
        """Run the engine until every operation has its samples, the time is up, or something ends it."""
        begin_ns = self._job.epoch_ns
        self._interrupts.loading = True
        engine.start()
        self._keeper.start(engine.tell)
        if self._scripts is not None:
            self._scripts.start()
        for event in self._events(engine):
            self._take(event)
            self._take_scripted()
            elapsed_s = (clock_ns() - begin_ns) / 1e9
            self._observer.tick(elapsed_s, self._plan.limit_s)
            self._reason = self._reason or self._end_of_load(elapsed_s)
            if self._reason and not self._end_ns:
                self._end_ns = clock_ns()
                self._end_engine(engine)
            elif self._end_ns and self._patient and self._interrupts.asked:
                self._patient = False
                engine.stop()
        self._end_scripted(engine)
        self._note_dropped(engine)
        self._drain()
        self._keeper.finish()
        self._interrupts.loaded = True
        warm_up_ns = round(self._plan.shape.warm_up_s * 1e9)
        return LoadResult(
            reason=self._reason or COMPLETED,
            load_ns=max((self._end_ns or clock_ns()) - begin_ns - warm_up_ns, 0),
            request_count=self._request_count,
            dropped=engine.dropped[Lane.LIGHT],
            failing=self._failing,
        )

    def _end_engine(self, engine: LoadEngine) -> None:
        """Let heavy requests under way come to their end, unless somebody waits for that of the run."""
        self._patient = self._reason == COMPLETED
        engine.stop(patient=self._patient)
        if self._patient and any(user.lane is Lane.HEAVY for user in self._job.users):
            self._observer.phase("Waiting for heavy requests that are under way")

    def _note_dropped(self, engine: LoadEngine) -> None:
        for lane, count in engine.dropped.items():
            begun = "request" if count == 1 else "requests"
            text = f"{count:,} {begun} of the {lane} lane could not begin in time: the ones before had no answer."
            if lane is Lane.LIGHT:
                text += " More --users would have been free for them, unless the target is at its limit."
            self._writer.add_message(text)
            self._observer.note(text)

    def _events(self, engine: LoadEngine) -> Iterator[Event]:
        """Yield what happens until the load workers have ended, and the scenarios where there is nothing else."""
        for event in engine.events():
            if isinstance(event, Finished):
                break
            yield event
        while not self._job.users and self._scripts is not None and self._scripts.alive and not self._reason:
            time.sleep(POLL_INTERVAL_S)
            yield TimePassed()

    def _take_scripted(self) -> None:
        samples, traces = self._scripts.take() if self._scripts is not None else ([], [])
        if samples:
            self._take_samples(tuple(samples), traces)

    def _end_scripted(self, engine: LoadEngine) -> None:
        if self._scripts is None:
            return
        if dropped := self._scripts.dropped():
            engine.dropped[Lane.LIGHT] += dropped
        notes = self._scripts.stop()
        self._take_scripted()
        for note in notes:
            self._writer.add_message(note)
            self._observer.note(note)

    def _take_samples(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        self._request_count += len(samples)
        self._untraced += sum(1 for sample in samples if sample.status)
        counted = [sample for sample in samples if not sample.warm_up]
        self._counts.update([sample.operation_id for sample in counted])
        self._light_count += sum([sample.lane is Lane.LIGHT for sample in counted])
        for sample in samples:
            self._failing.note(sample)
        self._writer.add_samples(samples)
        self._observer.arrived(samples, self._record_traces(traces))

    def _take(self, event: Event) -> None:
        if isinstance(event, SamplesArrived):
            self._take_samples(event.samples, list(event.traces))
        elif isinstance(event, SessionDoubted):
            self._keeper.doubt(event.doubt)
        elif isinstance(event, StrainMeasured):
            self._writer.add_series([_reading_of(event)])
        elif isinstance(event, WorkerLost) and event.goes_on:
            self._writer.add_message(event.detail)
            self._observer.phase(event.detail)
        elif isinstance(event, WorkerLost):
            self._reason = self._reason or f"aborted: {event.detail}"
        else:
            self._record_traces([])

    def _record_traces(self, traces: list[Trace]) -> list[Trace]:
        if self._place.desk is not None:
            traces = self._merger.merge(traces, self._place.desk.take(), time.monotonic())
        return self._store(traces)

    def _store(self, traces: list[Trace]) -> list[Trace]:
        if traces:
            self._untraced -= len(traces)
            self._writer.add_traces(traces)
            self._keeper.watch(traces)
        return traces

    def _end_of_load(self, elapsed_s: float) -> str:
        """Return why the load ends now, or empty."""
        if self._interrupts.asked:
            return INTERRUPTED
        server = self._place.server
        if server is not None and not server.alive:
            return f"aborted: the embedded server ended during the load: {server.log_tail()}"
        if self._keeper.problem:
            return f"aborted: {self._keeper.problem}"
        if self._plan.shape.iterations is not None:
            enough = self._light_count >= self._plan.shape.iterations
            return COMPLETED if enough or elapsed_s >= self._plan.max_duration_s else ""
        enough = self._plan.duration_s is None and elapsed_s >= self._least_s and self._enough()
        return COMPLETED if enough or elapsed_s >= self._plan.max_duration_s else ""

    def _enough(self) -> bool:
        return bool(self._wanted) and all(self._counts[id_] >= count for id_, count in self._wanted.items())

    def _drain(self) -> None:
        """Wait a little for the traces of the last samples; the server's sinks send in batches."""
        deadline = time.monotonic() + DRAIN_TIMEOUT_S
        while self._place.desk is not None and self._untraced > 0 and time.monotonic() < deadline:
            time.sleep(0.05)
            self._record_traces([])
        self._observer.arrived((), self._store(self._merger.rest()))
        for note in self._place.inbox.notes() if self._place.inbox is not None else ():
            self._writer.add_message(note)


def _reading_of(event: StrainMeasured) -> SeriesReading:
    strain = event.strain
    values = {"cpu_percent": strain.cpu_percent, "delay_ms": strain.delay_ns / 1e6}
    return SeriesReading(probe=f"{GENERATOR_PROBE} {event.worker}", time_ns=strain.time_ns, values=values)


def _wanted_samples(job: Job, target: int) -> dict[str, int]:
    """Return how many samples each operation that some virtual user sends is to have."""
    return {
        planned.operation_id: min([target if user.rounds is None else user.rounds, *_rows_of(planned)])
        for user in job.users
        for planned in (job.requests[position] for position in user.positions)
    }


def _rows_of(planned: PlannedRequest) -> list[int]:
    """Return how many samples there can be at the most of what uses its rows or values up; nothing of all else."""
    return [len(planned.paths)] if planned.once_each else [planned.most] if planned.most else []
