"""LA102: sessions end during the load although nobody logged out."""

from collections import Counter
from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Severity

CODE = "LA102"
_NAMED = 10


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all sessions that were lost, with the operations at which that was noticed."""
    lost = facts.lost_sessions
    if not lost:
        return
    noticed = Counter(one.operation_id for one in lost)
    regained = sum(one.regained for one in lost)
    yield Finding(
        code=CODE,
        severity=Severity.HIGH if regained == len(lost) else Severity.CRITICAL,
        operations=tuple(operation_id for operation_id, _ in noticed.most_common(_NAMED) if operation_id),
        values={
            "lost": len(lost),
            "users": len({one.vu for one in lost}),
            "regained": regained,
            "sign": Counter(one.sign for one in lost).most_common(1)[0][0],
        },
        samples=tuple(one.number for one in lost[:3]),
    )
