"""Where the time of requests went, from the client's start to its last byte, in parts that add up."""

from array import array
from collections.abc import Mapping, Sequence

from loadaudit.analysis.fingerprints import fingerprint
from loadaudit.analysis.result_split import OperationSplit, RequestSplit, StatementShare
from loadaudit.records import ALONE_BIT, Sample, Trace

PARTS = (
    "network",
    "queue",
    "connect",
    "lock",
    "database",
    "commit",
    "cache",
    "template",
    "python",
    "http",
    "waiting",
    "sending",
    "outside",
    "unexplained",
)
"""In the order in which they are shown. `lock` is an estimate. `outside`: network, queue and sending, where the server
has another clock, or the request was sent alone."""

_KEPT = 2_000
"""Requests of an operation that its typical one is made of; of more, each second, fourth … is kept."""
_STATEMENTS = 5


class SplitTally:
    """The served requests of one operation."""

    __slots__ = ("_columns", "_count", "_slowest", "_stride", "_totals")

    def __init__(self) -> None:
        self._totals = array("q")
        self._columns = array("q")
        """As many numbers for each request as there are parts."""
        self._count = 0
        self._stride = 1
        self._slowest: tuple[Sample, Trace] | None = None

    def add(self, sample: Sample, trace: Trace) -> None:
        """Add one request with its whole trace."""
        if self._slowest is None or sample.response_ns > self._slowest[0].response_ns:
            self._slowest = (sample, trace)
        if self._count % self._stride == 0:
            if len(self._totals) >= _KEPT:
                self._thin()
            self._totals.append(sample.response_ns)
            self._columns.extend(parts_of(sample, trace))
        self._count += 1

    def result(self) -> OperationSplit | None:
        """Return the typical request and the slowest one, or None when no whole trace came."""
        if self._slowest is None:
            return None
        order = sorted(range(len(self._totals)), key=self._totals.__getitem__)
        # The middle half: means add up, where medians of the parts would not.
        quarter = len(order) // 4
        middle = order[quarter : len(order) - quarter]
        width = len(PARTS)
        sums = [sum(self._columns[row * width + at] for row in middle) for at in range(width)]
        return OperationSplit(
            n=self._count,
            typical_ns=round(sum(self._totals[row] for row in middle) / len(middle)),
            typical=_named([round(one / len(middle)) for one in sums]),
            slowest=_request(*self._slowest),
        )

    def _thin(self) -> None:
        width = len(PARTS)
        kept = range(0, len(self._totals), 2)
        self._columns = array("q", [self._columns[row * width + at] for row in kept for at in range(width)])
        self._totals = self._totals[::2]
        self._stride *= 2


def parts_of(sample: Sample, trace: Trace) -> tuple[int, ...]:
    """Return nanoseconds in the order of PARTS; they add up to the response time.

    What overlaps counts once (`Trace`). A part is never negative: where the clocks of both sides contradict each
    other, the difference is missing from `unexplained`.
    """
    network_ns = max(sample.dns_ns, sample.connect_ns, sample.tls_ns) if sample.new_connection else 0
    queue_ns = sending_ns = outside_ns = 0
    # Of what is sent alone nobody has noted when it was sent on the clock of the load.
    if trace.start_ns and not sample.number & ALONE_BIT:
        queue_ns = max(0, trace.start_ns - sample.start_ns - network_ns)
        sending_ns = max(0, sample.start_ns + sample.response_ns - trace.start_ns - trace.service_ns)
    else:
        outside_ns = max(0, sample.response_ns - trace.service_ns - network_ns)
    known = (
        network_ns,
        queue_ns,
        trace.connect_ns,
        trace.lock_ns,
        trace.database_ns - trace.lock_ns,
        trace.commit_ns,
        trace.cache_ns,
        trace.template_ns,
        trace.python_ns,
        trace.http_ns,
        trace.waiting_ns,
        sending_ns,
        outside_ns,
    )
    return (*known, max(0, sample.response_ns - sum(known)))


def _request(sample: Sample, trace: Trace) -> RequestSplit:
    uses = sorted(trace.statements, key=lambda one: -one.total_ns)[:_STATEMENTS]
    return RequestSplit(
        number=sample.number,
        path=sample.path,
        response_ns=sample.response_ns,
        parts=_named(parts_of(sample, trace)),
        statements=tuple(
            StatementShare(
                sql=fingerprint(use.sql), executions=use.count, total_ns=use.total_ns, call_site=use.call_site
            )
            for use in uses
        ),
    )


def _named(values: Sequence[int]) -> Mapping[str, int]:
    return dict(zip(PARTS, values, strict=True))
