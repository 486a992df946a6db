"""What the requests of one operation add up to, collected in one pass in columns of plain integers."""

from array import array
from collections import Counter
from collections.abc import Sequence

from loadaudit.analysis.effects import has_effect
from loadaudit.analysis.fingerprints import fingerprint
from loadaudit.analysis.outcomes import NOT_REACHED, ran_own_view
from loadaudit.analysis.tail import TailTally
from loadaudit.analysis.time_split import SplitTally
from loadaudit.records import (
    LOGIN_MARKS,
    Lane,
    Outcome,
    RowWrite,
    Sample,
    ServerException,
    StatementUse,
    Trace,
    Values,
    leads_away,
)

OUTCOMES = tuple(Outcome)
_POSITIONS = {outcome: position for position, outcome in enumerate(OUTCOMES)}

EXAMPLES = 3
"""Sample numbers kept for each thing that a finding may point to."""

_PATHS = 1000
_ROW_WRITES = 20_000
_EXPLAINED = frozenset({Outcome.BROKEN, Outcome.TLS_FAILED})
"""Whose samples say more than the word."""
_SERVED = frozenset({Outcome.OK, Outcome.SOFT_FAILURE, Outcome.INVALID, Outcome.TIMEOUT, Outcome.FIRST_BYTE_TIMEOUT})


class StatementTally:
    """Uses of one statement by the served requests of one operation: one entry per request that used it."""

    __slots__ = (
        "aliases",
        "call_sites",
        "counts",
        "examples",
        "max_ns",
        "request_indexes",
        "rows",
        "sql",
        "total_ns",
    )

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.counts = array("q")
        self.max_ns = array("q")
        self.total_ns = array("q")
        self.rows = array("q")
        """Read or written by all executions of one request; 0 also where the driver does not know."""
        self.request_indexes = array("q")
        """Positions of the requests in the columns of the operation."""
        self.aliases: set[str] = set()
        self.call_sites: Counter[str] = Counter()
        self.examples: list[int] = []

    def add(self, number: int, request_index: int, use: StatementUse) -> None:
        """Add what one request did with the statement."""
        if self.request_indexes and self.request_indexes[-1] == request_index:
            self.counts[-1] += use.count
            self.rows[-1] += use.rows
            self.total_ns[-1] += use.total_ns
            self.max_ns[-1] = max(self.max_ns[-1], use.max_ns)
        else:
            self.request_indexes.append(request_index)
            self.counts.append(use.count)
            self.rows.append(use.rows)
            self.total_ns.append(use.total_ns)
            self.max_ns.append(use.max_ns)
            _keep(self.examples, number)
        self.aliases.add(use.alias)
        if use.call_site:
            self.call_sites[use.call_site] += use.count

    @property
    def call_site(self) -> str:
        """The place in the project's code that used the statement most, or empty."""
        return self.call_sites.most_common(1)[0][0] if self.call_sites else ""


class ErrorTally:
    """5xx answers of one operation with the same exception; an empty fingerprint: none was seen."""

    __slots__ = ("count", "examples", "exception", "moments", "paths")

    def __init__(self, exception: ServerException | None) -> None:
        self.exception = exception
        self.count = 0
        self.paths: Counter[str] = Counter()
        self.moments: list[tuple[int, str]] = []
        """Start and path of each; bounded."""
        self.examples: list[int] = []


class OperationTally:
    """All requests of one operation."""

    def __init__(self, operation_id: str, *, alone: bool = False) -> None:
        self.operation_id = operation_id
        self.alone = alone
        """Whether these requests were sent outside of the load, whose figures they are no part of."""
        self.requests = 0
        self.reached = 0
        self.successes = 0
        self.reported = 0
        self.body_bytes_total = 0
        self.outcomes: Counter[Outcome] = Counter()
        self.by_role: dict[str, Counter[Outcome]] = {}
        self.statuses: dict[Outcome, Counter[int]] = {}
        self.denied_redirects: dict[str, Counter[bool]] = {}
        """By role: whether denied answers were redirects."""
        self.other_views: Counter[str] = Counter()
        self.csrf_reasons: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.failure_marks: Counter[str] = Counter()
        """What the bodies of soft failures gave away."""
        self.refusals: Counter[str] = Counter()
        """What forms refused, and with which words a view led on."""
        self.examples: dict[Outcome, list[int]] = {}
        self.effects: Counter[bool | None] = Counter()
        """Successes alone or of the heavy lane, by whether they changed rows."""
        self.idle_examples: list[int] = []
        """Of those that changed none."""
        self.paths: Counter[str] = Counter()
        self.explained: dict[Outcome, tuple[str, Values]] = {}
        """Code and values of a reason that says more about an outcome than its word."""
        self.errors: dict[str, ErrorTally] = {}
        self._latency_ns = array("q")
        self._response_ns = array("q")
        self._body_bytes = array("q")
        self.success_latency_ns: Sequence[int] = self._latency_ns
        self.success_response_ns: Sequence[int] = self._response_ns
        self.success_body_bytes: Sequence[int] = self._body_bytes
        self.files = 0
        """Successes whose answer was a file."""
        self.success_start_ns = array("q")
        self.success_workers = array("q")
        """Process ids of the server workers, 0 where they are not known; so is `served_workers`."""
        self.success_first_byte_ns = array("q")
        """From when a success began to the first byte of its answer; not in imported results."""
        self.kept_tail_ns = array("q")
        """From first to last byte, of answers on kept connections."""
        self.failure_start_ns = array("q")
        """Of the requests that are no proven success; so are the next two."""
        self.failure_latency_ns = array("q")
        self.failure_outcomes = array("b")
        """Positions in OUTCOMES."""
        self.answered = 0
        self.untraced = 0
        """Answered requests whose trace never came."""
        self.untraced_examples: list[int] = []
        self.traced = 0
        self.connections_opened = 0
        self.connections_left = 0
        self.requests_leaving = 0
        self.leaving_examples: list[int] = []
        self.longest_statement_ns = 0
        """Of all requests with a whole trace, failed ones too; so is the next."""
        self.longest_connect_ns = 0
        # One entry per served request with a whole trace.
        self.service_ns = array("q")
        self.cpu_ns = array("q")
        self.sql_ns = array("q")
        self.sql_count = array("q")
        self.cache_gets = array("q")
        self.cache_hits = array("q")
        self.cache_sets = array("q")
        self.connect_ns = array("q")
        """Waiting for a database connection."""
        self.served_bytes = array("q")
        self.served_paths: list[str] = []
        self.served_numbers = array("q")
        self.served_start_ns = array("q")
        self.served_workers = array("q")
        self.statements: dict[str, StatementTally] = {}
        self.split = SplitTally()
        self.tail = TailTally()
        self.row_writes: list[tuple[int, int, RowWrite]] = []
        """Number and start of the success, and a row that it read and wrote back."""

    def add(self, sample: Sample, trace: Trace | None, outcome: Outcome, *, traces_expected: bool) -> bool:
        """Add one request and say whether it is a proven success."""
        self._count(sample, outcome)
        if outcome is Outcome.SERVER_ERROR:
            self._add_error(sample, trace.exception if trace else None)
        if trace is not None:
            reached = ran_own_view(sample, trace) and outcome not in NOT_REACHED
            self._count_trace(sample, trace, outcome)
            if reached and outcome in _SERVED and not trace.summary_only:
                self._add_served(sample, trace)
        else:
            reached = not traces_expected and outcome not in NOT_REACHED and sample.status > 0
            if traces_expected and sample.status > 0:
                self.untraced += 1
                _keep(self.untraced_examples, sample.number)
        self.reached += reached
        success = reached and outcome is Outcome.OK
        if success:
            self._add_success(sample)
            if trace is not None and (self.alone or sample.lane is Lane.HEAVY):
                effect = has_effect(trace)
                self.effects[effect] += 1
                if effect is False:
                    _keep(self.idle_examples, sample.number)
            self.success_workers.append(trace.worker if trace is not None else 0)
            if trace is not None and len(self.row_writes) < _ROW_WRITES:
                self.row_writes += [(sample.number, trace.start_ns, one) for one in trace.row_writes]
        else:
            self.failure_start_ns.append(sample.start_ns)
            self.failure_latency_ns.append(sample.latency_ns)
            self.failure_outcomes.append(_POSITIONS[outcome])
        return success

    @property
    def was_led_away(self) -> bool:
        """Whether the view itself redirected those who were refused, most often: not to a login page."""
        told = self.refusals.most_common(1)
        return bool(told) and leads_away(told[0][0])

    def _count(self, sample: Sample, outcome: Outcome) -> None:
        self.requests += 1
        self.outcomes[outcome] += 1
        self.by_role.setdefault(sample.role, Counter())[outcome] += 1
        self.answered += sample.status > 0
        if sample.status and not sample.new_connection and sample.protocol in ("1.0", "1.1"):
            self.kept_tail_ns.append(sample.response_ns - sample.first_byte_ns)
        self.reported += 0 < sample.status < 400
        self.body_bytes_total += sample.body_bytes
        if sample.path in self.paths or len(self.paths) < _PATHS:
            self.paths[sample.path] += 1
        if outcome is Outcome.OK:
            return
        self.statuses.setdefault(outcome, Counter())[sample.status] += 1
        _keep(self.examples.setdefault(outcome, []), sample.number)
        if outcome is Outcome.DENIED:
            redirected = 300 <= sample.status < 400 or sample.body_mark in LOGIN_MARKS
            self.denied_redirects.setdefault(sample.role, Counter())[redirected] += 1
        elif outcome is Outcome.SOFT_FAILURE:
            self.failure_marks[sample.body_mark] += 1
        elif outcome in _EXPLAINED:
            self.broken[sample.error.partition(": ")[2] or sample.error] += 1

    def _count_trace(self, sample: Sample, trace: Trace, outcome: Outcome) -> None:
        self.traced += 1
        self.connections_opened += trace.connections_opened
        self.connections_left += trace.connections_left
        self.longest_statement_ns = max([self.longest_statement_ns, *(use.max_ns for use in trace.statements)])
        self.longest_connect_ns = max(self.longest_connect_ns, trace.connect_ns)
        if trace.connections_left > 0:
            self.requests_leaving += 1
            _keep(self.leaving_examples, sample.number)
        if outcome is Outcome.OTHER_VIEW:
            self.other_views[f"{trace.method} {trace.route}" if trace.view_ran else ""] += 1
        elif outcome is Outcome.CSRF_REJECTED:
            self.csrf_reasons[trace.csrf_reason] += 1
        elif outcome in (Outcome.INVALID, Outcome.CLIENT_ERROR, Outcome.DENIED):
            self.refusals.update(trace.refusals)

    def _add_error(self, sample: Sample, exception: ServerException | None) -> None:
        key = exception.fingerprint if exception else ""
        tally = self.errors.get(key)
        if tally is None:
            tally = self.errors[key] = ErrorTally(exception)
        tally.count += 1
        if sample.path in tally.paths or len(tally.paths) < _PATHS:
            tally.paths[sample.path] += 1
        if len(tally.moments) < _PATHS:
            tally.moments.append((sample.start_ns, sample.path))
        _keep(tally.examples, sample.number)

    def _add_success(self, sample: Sample) -> None:
        self.successes += 1
        self._latency_ns.append(sample.latency_ns)
        self._response_ns.append(sample.response_ns)
        self._body_bytes.append(sample.body_bytes)
        self.files += sample.body_mark == "file"
        self.success_start_ns.append(sample.start_ns)
        self.success_first_byte_ns.append(sample.first_byte_ns)

    def _add_served(self, sample: Sample, trace: Trace) -> None:
        index = len(self.service_ns)
        self.service_ns.append(trace.service_ns)
        self.cpu_ns.append(trace.cpu_ns)
        self.sql_ns.append(trace.sql_ns)
        self.sql_count.append(trace.sql_count)
        self.cache_gets.append(trace.cache_gets)
        self.cache_hits.append(trace.cache_hits)
        self.cache_sets.append(trace.cache_sets)
        self.connect_ns.append(trace.connect_ns)
        self.served_bytes.append(sample.body_bytes)
        self.served_paths.append(sample.path)
        self.served_numbers.append(sample.number)
        self.served_start_ns.append(sample.start_ns)
        self.served_workers.append(trace.worker)
        self.split.add(sample, trace)
        self.tail.add(sample, trace)
        for use in trace.statements:
            text = fingerprint(use.sql)
            tally = self.statements.get(text)
            if tally is None:
                tally = self.statements[text] = StatementTally(text)
            tally.add(sample.number, index, use)


def _keep(examples: list[int], number: int) -> None:
    if len(examples) < EXAMPLES:
        examples.append(number)
