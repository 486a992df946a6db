"""Which trace of a request counts, and how long somebody waits for one."""

import time

from loadaudit.audit.traces import SUMMARY_WAIT_S, SummaryMerger, TraceDesk
from loadaudit.load.correlation import control_number
from loadaudit.load.receiver import TraceInbox
from tests.analysis.factories import trace

SUMMARY, WHOLE = trace(1, summary_only=True), trace(1)


def test_the_whole_trace_counts_whichever_comes_first() -> None:
    """Its summary is not seen again."""
    for first, second in (([SUMMARY], []), ([], [WHOLE])):
        merger = SummaryMerger()
        ready = merger.merge(first, second, 0.0)
        ready += merger.merge([SUMMARY] if second else [], [] if second else [WHOLE], 0.1)
        assert ready == [WHOLE]
        assert merger.merge([], [], 100.0) == merger.rest() == []


def test_a_summary_stands_in_for_a_trace_that_does_not_come() -> None:
    """After a while, and at the end at once."""
    merger = SummaryMerger()
    assert merger.merge([SUMMARY], [], 0.0) == []
    assert merger.merge([], [], SUMMARY_WAIT_S) == [SUMMARY]
    merger.merge([trace(2, summary_only=True)], [], SUMMARY_WAIT_S)
    assert [one.number for one in merger.rest()] == [2]


def test_traces_that_do_not_come_are_waited_for_less() -> None:
    """Where summaries stand in, a Redis that the server cannot reach costs three waits and not one per request."""
    desk = TraceDesk(TraceInbox(), has_summaries=True)
    begin_s = time.monotonic()
    for number in range(8):
        assert desk.find(control_number(number), 0.2) is None
    assert time.monotonic() - begin_s < 8 * 0.2


def test_nothing_is_waited_for_when_nothing_can_come() -> None:
    """The run's own Redis is away."""
    inbox = TraceInbox()
    inbox.reachable = False
    begin_s = time.monotonic()
    assert TraceDesk(inbox, has_summaries=True).find(control_number(1), 5.0) is None
    assert time.monotonic() - begin_s < 1
