"""One pass over samples and traces: what every rule and every table is made of."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from loadaudit.analysis.clock import Clock
from loadaudit.analysis.fingerprints import fingerprint
from loadaudit.analysis.imported.verdicts import ImportedFacts
from loadaudit.analysis.locks import LockLog, LockUse
from loadaudit.analysis.outcomes import classify
from loadaudit.analysis.result import TimeBucket
from loadaudit.analysis.result_tools import ToolComparison
from loadaudit.analysis.seen_logins import SeenLogins
from loadaudit.analysis.tail import ServedLog
from loadaudit.analysis.tallies import OperationTally
from loadaudit.analysis.tools import ToolTally
from loadaudit.records import (
    GENERATOR_PROBE,
    BlockedSession,
    ConnectionPool,
    Identity,
    Lane,
    Level,
    LoginAttempt,
    LostSession,
    Operation,
    Outcome,
    Plan,
    Risk,
    RunInfo,
    Sample,
    SeriesReading,
    ServerException,
    TableScan,
    TimeLimit,
    Trace,
)
from loadaudit.runfile.reader import RunFile

_CREDITED_TO_A_USER = frozenset({Outcome.OK, Outcome.DENIED, Outcome.OTHER_USER})
"""Outcomes that would be put down to a user, although nobody's session was shown."""

PROCESS_PROBE = "process"
"""The probe that reads CPU and memory."""

_CPU_LIMITS = {"machine_cpu_percent": 95.0, "load_cpu_percent": 80.0}
"""Medians from which a request also waits for the CPU: of the whole machine, and of the load workers in one core."""

LOADED_SUCCESSES = 20
"""Proven successes from which an operation counts as loaded: enough to state its p95."""

_BESIDE = frozenset({Lane.CONFLICT, Lane.SPREAD, Lane.CROSSED, Lane.WARM})

_NOT_ALONE = frozenset({Lane.CROSSED, Lane.WARM})
"""Of these, what was sent again only to be compared with the first time, or together with another operation, which
may have changed what it found, says nothing about the operation alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """What one look of a load worker at itself showed."""

    cpu_percent: float
    """Of one processor."""
    delay_ns: int
    """How much too late a thread was woken, at worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Everything that rules judge. Rules read it and change nothing."""

    info: RunInfo
    plan: Plan | None
    operations: Mapping[str, Operation]
    tallies: Mapping[str, OperationTally]
    """Of operations that were sent; ids that the inventory does not know included."""
    alone: Mapping[str, OperationTally]
    """Of what was sent outside of the load, where identities are tried that the load then leaves out."""
    beside: Mapping[tuple[Lane, str], OperationTally]
    """Of the lanes that are sent outside of the load, by lane and id."""
    lanes: Mapping[str, Lane]
    """Where each operation of the inventory is sent in the load."""
    connections_opened: Mapping[int, int]
    """To databases, by the second of the load in which the request began."""
    levels: Mapping[str, Level]
    logins: tuple[LoginAttempt, ...]
    lost_sessions: tuple[LostSession, ...]
    exceptions: Mapping[str, ServerException]
    """By fingerprint, with tracebacks."""
    timeline: tuple[TimeBucket, ...]
    load_ns: int
    slow_ms: int
    strains: tuple[Strain, ...] = ()
    """How hard the load workers found their work, look by look."""
    tool: ToolComparison | None = None
    imported: ImportedFacts | None = None
    """Of results that another tool measured."""
    served: ServedLog = field(default_factory=ServedLog)
    locks: Mapping[str, Sequence[LockUse]] = field(default_factory=dict)
    """By table: requests that locked rows, in the order of their ends."""
    scans: Mapping[str, tuple[TableScan, ...]] = field(default_factory=dict)
    """By fingerprint of the statement: tables that it reads from end to end."""
    blocked: tuple[BlockedSession, ...] = ()
    """Sessions that were seen waiting for each other."""
    limits: tuple[TimeLimit, ...] = ()
    """After what time servers give up."""
    pools: tuple[ConnectionPool, ...] = ()
    """Of database connections, in each process of the target."""
    readings: tuple[SeriesReading, ...] = ()
    """What probes read beside the requests."""

    @property
    def requests(self) -> int:
        """Requests sent in the whole run."""
        return sum(tally.requests for tally in self.tallies.values())

    def is_health(self, operation_id: str) -> bool:
        """Whether an operation is sent as a health check beside the load, and so in no overall figure."""
        return self.lanes.get(operation_id) is Lane.HEALTH

    @property
    def sqlite(self) -> bool:
        """Whether the target works on SQLite, which has a single writer."""
        return any(
            "sqlite" in value.lower()
            for key, value in self.info.environment.items()
            if key.lower().startswith(("database", "db"))
        )

    @property
    def cpu_contended(self) -> bool:
        """Whether this machine had so little CPU left during the load that requests waited for it."""
        process = [one.values for one in self.readings if one.probe == PROCESS_PROBE and one.time_ns <= self.load_ns]
        columns = {name: [values[name] for values in process if name in values] for name in _CPU_LIMITS}
        return any(found and statistics.median_low(found) >= _CPU_LIMITS[name] for name, found in columns.items())

    def known(self) -> Iterator[tuple[Operation, OperationTally]]:
        """Yield every operation of the inventory that was sent, with its requests, by id."""
        for operation_id in sorted(self.tallies):
            if operation_id in self.operations:
                yield self.operations[operation_id], self.tallies[operation_id]


def gather(run: RunFile, *, slow_ms: int) -> RunFacts:
    """Read the run once, classify every sample and return the facts."""
    info, plan, logins = run.info(), run.plan(), run.logins()
    operations = {operation.id: operation for operation in run.operations()}
    login_pages = frozenset(info.environment.get("login pages", "").split())
    lost = run.lost_sessions()
    judge = _Judge(
        operations,
        plan,
        logins,
        _dead_spans(run, lost, _user_ids(plan.identities if plan else ())),
        traces_expected=info.traces_expected,
        login_pages=login_pages,
    )
    tallies: dict[str, OperationTally] = {}
    alone: dict[str, OperationTally] = {}
    beside: dict[tuple[Lane, str], OperationTally] = {}
    clock = Clock()
    tool, seen = ToolTally(run.tool_verdicts()), SeenLogins(operations.values())
    locks, served = LockLog(), ServedLog()
    lanes = lanes_of(plan, operations)
    readings = tuple(run.series())
    for sample, trace in join(run.samples(), run.traces()):
        outcome = judge(sample, trace)
        locks.add(sample, trace)
        if sample.lane in _BESIDE:
            kept = beside.setdefault(
                (sample.lane, sample.operation_id), OperationTally(sample.operation_id, alone=True)
            )
            kept.add(sample, trace, outcome, traces_expected=info.traces_expected)
        if sample.lane in _NOT_ALONE:
            continue
        aside = sample.alone or sample.warm_up
        within = alone if aside else tallies
        tally = within.get(sample.operation_id)
        if tally is None:
            tally = within[sample.operation_id] = OperationTally(sample.operation_id, alone=aside)
        success = tally.add(sample, trace, outcome, traces_expected=info.traces_expected)
        if not aside:
            served.add(sample, trace)
            clock.add(sample, trace, success)
            tool.add(sample, outcome, success=success)
            seen.add(sample, trace, outcome)
    return RunFacts(
        info=info,
        plan=plan,
        operations=operations,
        # What was sent alone tells of operations that the load left out; of the others it would only add a request.
        tallies=alone | tallies,
        alone=alone,
        beside=beside,
        lanes=lanes,
        connections_opened=clock.connections_opened,
        levels={one: max(level_of(tallies.get(one)), level_of(alone.get(one))) for one in operations},
        # The users of another tool's load log in by themselves.
        logins=logins or (seen.attempts() if tool.spoke else ()),
        lost_sessions=lost,
        exceptions={one.fingerprint: one for one in run.exceptions()},
        timeline=clock.timeline(),
        load_ns=info.load_ns or clock.end_ns,
        slow_ms=slow_ms,
        strains=tuple(_strains(readings)),
        tool=tool.comparison(),
        served=served,
        locks=locks.by_table(),
        scans=_scans(run),
        blocked=run.blocked_sessions(),
        limits=run.observations(TimeLimit),
        pools=run.observations(ConnectionPool),
        readings=readings,
    )


def _scans(run: RunFile) -> Mapping[str, tuple[TableScan, ...]]:
    found: dict[str, tuple[TableScan, ...]] = {}
    for scan in run.observations(TableScan):
        key = fingerprint(scan.statement)
        found[key] = (*found.get(key, ()), scan)
    return found


def _strains(readings: Iterable[SeriesReading]) -> Iterator[Strain]:
    for reading in readings:
        if reading.probe.startswith(GENERATOR_PROBE) and "delay_ms" in reading.values:
            values = reading.values
            yield Strain(cpu_percent=values.get("cpu_percent", 0.0), delay_ns=round(values["delay_ms"] * 1e6))


def lanes_of(plan: Plan | None, operations: Mapping[str, Operation]) -> Mapping[str, Lane]:
    """Return the lane of each operation: as planned, or by its risk where no plan gave it one of its own."""
    by_risk = {one.id: Lane.HEAVY if one.risk is Risk.HEAVY else Lane.LIGHT for one in operations.values()}
    planned = plan.requests if plan else ()
    return by_risk | {one.operation_id: one.lane for one in planned if one.lane is not Lane.LIGHT}


def join(samples: Iterable[Sample], traces: Iterable[Trace]) -> Iterator[tuple[Sample, Trace | None]]:
    """Yield each sample with the trace of the same number; both must ascend by number."""
    remaining = iter(traces)
    trace = next(remaining, None)
    for sample in samples:
        while trace is not None and trace.number < sample.number:
            trace = next(remaining, None)
        yield sample, trace if trace is not None and trace.number == sample.number else None


def level_of(tally: OperationTally | None) -> Level:
    """Return how far an operation got."""
    if tally is None or not tally.requests:
        return Level.UNTOUCHED
    if tally.successes >= LOADED_SUCCESSES:
        return Level.LOADED
    if tally.successes:
        return Level.SUCCEEDED
    return Level.REACHED if tally.reached else Level.ATTEMPTED


def _dead_spans(
    run: RunFile, lost: Iterable[LostSession], users: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[int, int], ...]:
    """Return where a session was dead: after the last trace that shows its user, up to where that was noticed."""
    return tuple((run.last_proven(one.number, users.get(one.role, ())), one.number) for one in lost if one.number)


class _Judge:
    """Classifies samples with what is known about who was meant to send them."""

    def __init__(
        self,
        operations: Mapping[str, Operation],
        plan: Plan | None,
        logins: Iterable[LoginAttempt],
        dead: Sequence[tuple[int, int]],
        *,
        traces_expected: bool,
        login_pages: frozenset[str],
    ) -> None:
        self._operations = operations
        self._users = _user_ids(plan.identities if plan else ())
        self._dead = dead
        self._traces_expected = traces_expected
        self._login_pages = login_pages
        attempts = tuple(logins)
        self._not_logged_in = {one.vu for one in attempts} - {one.vu for one in attempts if one.proven}

    def __call__(self, sample: Sample, trace: Trace | None) -> Outcome:
        outcome = classify(
            sample,
            trace,
            expected_user_id=self._expected_user(sample.role, trace),
            traces_expected=self._traces_expected,
            login_pages=self._login_pages,
        )
        if outcome in _CREDITED_TO_A_USER and any(first < sample.number <= last for first, last in self._dead):
            return Outcome.SESSION_LOST
        if outcome is Outcome.OK and self._impossible(sample, trace):
            return Outcome.OTHER_USER
        return outcome

    def _expected_user(self, role: str, trace: Trace | None) -> str:
        """Return the user that the role stands for; of several users with one role, the one that was seen."""
        users = self._users.get(role, ())
        if trace is not None and trace.user_id in users:
            return trace.user_id
        return users[0] if users else ""

    def _impossible(self, sample: Sample, trace: Trace | None) -> bool:
        """Say whether a page behind a login answered a virtual user whose login was never proven."""
        if sample.vu not in self._not_logged_in or (trace is not None and trace.user_id):
            return False
        operation = self._operations.get(sample.operation_id)
        return operation is not None and (operation.access.login or operation.access.is_raised)


def _user_ids(identities: Iterable[Identity]) -> Mapping[str, tuple[str, ...]]:
    users: dict[str, tuple[str, ...]] = {}
    unknown: set[str] = set()
    for identity in identities:
        if identity.user_id:
            users[identity.role] = (*users.get(identity.role, ()), identity.user_id)
        else:
            unknown.add(identity.role)
    return {role: ids for role, ids in users.items() if role not in unknown}
