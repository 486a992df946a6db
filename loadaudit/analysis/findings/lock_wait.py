"""LA502: requests wait for a row lock that others hold for long."""

from collections.abc import Collection, Iterator, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.fingerprints import fingerprint
from loadaudit.analysis.locks import LockUse, LockWait, locked_table, most, waits
from loadaudit.analysis.statistics import median
from loadaudit.records import BlockedSession, Finding, Severity

CODE = "LA502"

WAIT_NS = 100_000_000
"""What takes less is work, or a wait that nobody notices."""
HELD_NS = 100_000_000
"""Of one holder: a queue of many that each hold a lock for a moment is a busy row and no defect."""
_HELD_BY_SESSION_NS = 500_000_000
"""Samples see long transactions sooner than short ones."""
_MINIMUM = 3
_FACTOR = 10
_EXPLAINED = 0.8


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per table; SQLite has no row locks.

    A statement waited when it took ten times as long as its quickest execution, and 100 ms at least. Proven when, for
    four fifths of all that time, another request that locks rows of the same table ended in the meantime: who holds a
    lock lets go of it by the end of its request. How long one holds it is the wait by how many went before.
    """
    if facts.sqlite:
        return
    told: set[str] = set()
    for table, uses in sorted(facts.locks.items()):
        found = tuple(waits(uses, least_ns=max(WAIT_NS, _FACTOR * min(one.wait_ns for one in uses))))
        explained = [one for one in found if one.holders]
        if len(explained) < _MINIMUM:
            continue
        held_ns = median([one.use.wait_ns // len(one.holders) for one in explained]) or 0
        waited_ns, all_ns = (sum(one.use.wait_ns for one in of) for of in (explained, found))
        if held_ns >= HELD_NS and waited_ns >= _EXPLAINED * all_ns and _own_time_ns(uses, explained) >= HELD_NS:
            told.add(table)
            yield _finding(table, uses, explained, held_ns)
    yield from _of_sessions(facts, told)


def _own_time_ns(uses: Sequence[LockUse], found: Sequence[LockWait]) -> int:
    """Return the shortest time, without its own waits, of the operation that holds most: on a busy machine others
    make a lock last."""
    holder = most(one.holders[-1].operation_id for one in found)
    return min(one.end_ns - one.start_ns - one.wait_ns for one in uses if one.operation_id == holder)


def _of_sessions(facts: RunFacts, told: Collection[str]) -> Iterator[Finding]:
    """Yield what PostgreSQL itself was seen saying, where the order of requests does not tell: table locks, others.

    Whoever holds the lock may be no request of the run: a job, a migration, a session that forgot its transaction.
    """
    seen: dict[str, list[BlockedSession]] = {}
    for one in facts.blocked:
        what = locked_table(one.statement) or one.lock
        if what not in told and one.wait_ns >= WAIT_NS and not _ends_in_a_circle(one, facts.blocked):
            seen.setdefault(what, []).append(one)
    for what, found in sorted(seen.items()):
        held_ns = median([one.held_ns for one in found]) or 0
        if len(found) < _MINIMUM or held_ns < _HELD_BY_SESSION_NS:
            continue
        worst = max(found, key=lambda one: one.wait_ns)
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            operations=tuple(sorted({one.holder_operation for one in found} & facts.operations.keys())),
            values={
                "kind": "sessions",
                "table": what,
                "waits": len(found),
                "median_ns": median([one.wait_ns for one in found]) or 0,
                "max_ns": worst.wait_ns,
                "held_ns": held_ns,
                "waiter": most(one.operation for one in found),
                "holder": most(one.holder_operation for one in found),
                "state": most(one.holder_state for one in found),
            },
            statements=(fingerprint(worst.holder_statement),),
            samples=tuple(one for one in (worst.number, worst.holder_number) if one),
        )


def _ends_in_a_circle(wait: BlockedSession, all_waits: Sequence[BlockedSession]) -> bool:
    """Whether who it waits for waits in turn, and in the end for one of them: a deadlock, which is told as one."""
    line = [wait]
    while True:
        last = line[-1]
        next_ = next((one for one in all_waits if one.pid == last.holder_pid and _at_once(one, last)), None)
        if next_ is None:
            return False
        if next_ in line:
            return True
        line.append(next_)


def _at_once(one: BlockedSession, other: BlockedSession) -> bool:
    return (
        one.alias == other.alias
        and one.start_ns < other.start_ns + other.wait_ns
        and other.start_ns < one.start_ns + one.wait_ns
    )


def _finding(table: str, uses: Sequence[LockUse], found: Sequence[LockWait], held_ns: int) -> Finding:
    # Who went right before the waiting one: its own end let the waiting one go on.
    holders = [one.holders[-1] for one in found]
    worst = max(found, key=lambda one: one.use.wait_ns)
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        operations=tuple(sorted({one.operation_id for one in holders})),
        values={
            "table": table,
            "waits": len(found),
            "uses": len(uses),
            "median_ns": median([one.use.wait_ns for one in found]) or 0,
            "max_ns": worst.use.wait_ns,
            "held_ns": held_ns,
            "waiter": most(one.use.operation_id for one in found),
            "holder": most(one.operation_id for one in holders),
            "call_site": most(one.call_site for one in holders) or most(one.use.call_site for one in found),
        },
        statements=(most(one.use.statement for one in found),),
        samples=(worst.use.number, worst.holders[-1].number),
    )
