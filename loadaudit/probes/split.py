"""Splits the time of a request among what it did, so that nothing counts twice."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from operator import gt, sub
from typing import NamedTuple

from loadaudit.probes.recorder import END, FETCHES, START, Recorder, SpanKind

Intervals = list[tuple[int, int]]
KINDS = len(SpanKind)
_DATABASE = int(SpanKind.DATABASE)


class Split(NamedTuple):
    """Nanoseconds by what they were spent on; together at most the service time. The first are `SpanKind` in order."""

    database_ns: int
    commit_ns: int
    connect_ns: int
    http_ns: int
    cache_ns: int
    template_ns: int
    python_ns: int
    waiting_ns: int


def split_of(recorder: Recorder, end_ns: int, cpu_ns: int | None, sql_ns: int) -> Split:
    """Return where the time went; without the CPU of the request's threads the rest of it stays unexplained.

    `sql_ns` is the time of all statements. Of moments in which several things went on, nested or in several threads,
    the first of `SpanKind` has them.
    """
    # Lists by the kind's number: an enum as a key of a dictionary costs more than the sum.
    taken = [0] * KINDS
    spans = recorder.spans
    overlap = recorder.carried or recorder.is_async or recorder.overlapping or len(recorder.groups) > 1
    if spans or overlap or sql_ns > end_ns - recorder.start_ns:
        total_ns = _share_out(recorder, end_ns, taken)
    else:
        total_ns = taken[_DATABASE] = sql_ns
    rest_ns = max(0, end_ns - recorder.start_ns - total_ns)
    python_ns = 0
    if cpu_ns is not None:
        alone_ns = total_ns
        if spans:
            alone_ns -= _length(merged([(start_ns, min(finish_ns, end_ns)) for _, start_ns, finish_ns in spans]))
        if alone_ns:
            cpu_ns -= round(_cpu_share(recorder) * alone_ns)
        python_ns = min(rest_ns, max(0, cpu_ns - recorder.span_cpu_ns))
    # By position: names would cost as much as all of the above.
    return Split._make((*taken, python_ns, 0 if cpu_ns is None else rest_ns - python_ns))


def _share_out(recorder: Recorder, end_ns: int, taken: list[int]) -> int:
    """Put into `taken` what each kind alone has, and return the sum."""
    database = _Covered(recorder)
    total_ns = taken[_DATABASE] = database.total_ns
    by_kind: list[Intervals] = [[] for _ in range(KINDS)]
    for kind, start_ns, finish_ns in recorder.spans:
        # What a thread leaves running when the response is made is no part of the request.
        by_kind[kind].append((start_ns, min(finish_ns, end_ns)))
    busy: Intervals = []
    for position, own in enumerate(by_kind):
        if own:
            busy = merged([*busy, *own])
            # Statements are many and spans few: they are not gone through again for each kind.
            longer_ns = database.total_ns + sum(
                finish_ns - start_ns - database.within(start_ns, finish_ns) for start_ns, finish_ns in busy
            )
            taken[position], total_ns = taken[position] + longer_ns - total_ns, longer_ns
    return total_ns


class _Covered:
    """What the statements of a request cover, as disjoint intervals in order."""

    def __init__(self, recorder: Recorder) -> None:
        starts: list[int] = []
        ends: list[int] = []
        for texts in recorder.groups.values():
            for marks in texts.values():
                for mark in marks:
                    starts.append(mark[START])
                    ends.append(mark[END])
                    if len(mark) > FETCHES:
                        starts += mark[FETCHES::3]
                        ends += mark[FETCHES + 1 :: 3]
        self._starts, self._ends = sorted(starts), sorted(ends)
        if any(map(gt, self._ends, self._starts[1:])):  # in several threads, or one within another
            covered = merged(list(zip(starts, ends, strict=True)))
            self._starts, self._ends = [start_ns for start_ns, _ in covered], [end_ns for _, end_ns in covered]
        self._until: list[int] = [0, *accumulate(map(sub, self._ends, self._starts))]
        self.total_ns = self._until[-1]

    def within(self, start_ns: int, end_ns: int) -> int:
        """Return the nanoseconds that are covered from `start_ns` to `end_ns`."""
        first, last = bisect_right(self._ends, start_ns), bisect_left(self._starts, end_ns)
        if first >= last:
            return 0
        before_ns, after_ns = max(0, start_ns - self._starts[first]), max(0, self._ends[last - 1] - end_ns)
        return self._until[last] - self._until[first] - before_ns - after_ns


def merged(intervals: Intervals) -> Intervals:
    """Return what the intervals cover as disjoint ones in order."""
    covered: Intervals = []
    last_ns = begin_ns = 0
    for start_ns, end_ns in sorted(intervals):
        if start_ns > last_ns or not last_ns:
            if last_ns:
                covered.append((begin_ns, last_ns))
            begin_ns, last_ns = start_ns, end_ns
        elif end_ns > last_ns:
            last_ns = end_ns
    if last_ns:
        covered.append((begin_ns, last_ns))
    return covered


def _length(intervals: Iterable[tuple[int, int]]) -> int:
    return sum(end_ns - start_ns for start_ns, end_ns in intervals)


def _cpu_share(recorder: Recorder) -> float:
    """Return how much of the time in statements this process worked itself, by those whose CPU was taken."""
    return min(1.0, recorder.sampled_cpu_ns / recorder.sampled_ns) if recorder.sampled_ns else 0.0
