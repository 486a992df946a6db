"""LA404: answers on kept connections come in two parts, 40 ms apart."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.statistics import nearest_rank
from loadaudit.records import Finding, Severity

CODE = "LA404"

WINDOW_NS = (36_000_000, 56_000_000)
"""Linux delays an acknowledgement by at least 40 ms (TCP_DELACK_MIN); its timer may fire a tick earlier, or late."""

_MINIMUM = 20
_SHARE = 0.5


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding when half of the answers on kept connections have the pause between first and last byte.

    Nagle's algorithm (RFC 896) keeps a second small packet back until the first is acknowledged, which the other side
    delays (RFC 1122, section 4.2.3.2) because it waits for something to send itself. On new connections Linux
    acknowledges at once.
    """
    low, high = WINDOW_NS
    answers, delayed, operations = 0, list[int](), list[str]()
    for operation_id, tally in sorted(facts.tallies.items()):
        inside = [tail_ns for tail_ns in tally.kept_tail_ns if low <= tail_ns <= high]
        answers += len(tally.kept_tail_ns)
        delayed += inside
        if inside and len(inside) >= _SHARE * len(tally.kept_tail_ns):
            operations.append(operation_id)
    if len(delayed) >= _MINIMUM and len(delayed) >= _SHARE * answers:
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            operations=tuple(operations),
            values={"delayed": len(delayed), "answers": answers, "pause_ns": nearest_rank(sorted(delayed), 0.5)},
        )
