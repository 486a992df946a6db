"""Who held what for whom: sessions that were seen waiting, and requests whose order shows it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.fingerprints import fingerprint
from loadaudit.analysis.locks import LockWait, locked_table, most, waits
from loadaudit.analysis.result import LockQueue
from loadaudit.records import BlockedSession

MOST_QUEUES = 20
WAIT_NS = 100_000_000
"""Of requests: what takes less is work, or a wait that nobody notices."""
_FACTOR = 10
"""And it takes so many times as long as the quickest execution on the same table."""

_LOCKS = {"relation": "table", "advisory": "advisory lock", "tuple": "row", "transactionid": "row"}


def lock_queues(facts: RunFacts) -> tuple[LockQueue, ...]:
    """Return the queues, the longest wait first; SQLite has no locks of rows, and nobody looks at its sessions."""
    if facts.sqlite:
        return ()
    found = [*_of_sessions(facts), *_of_requests(facts)]
    return tuple(sorted(found, key=lambda one: -one.longest_ns)[:MOST_QUEUES])


def _of_sessions(facts: RunFacts) -> Iterator[LockQueue]:
    users = _users(facts)
    queues: dict[tuple[str, str, str, str], list[BlockedSession]] = {}
    for one in facts.blocked:
        key = (fingerprint(one.statement), fingerprint(one.holder_statement), one.holder_state, one.lock)
        queues.setdefault(key, []).append(one)
    for (waiting, holding, state, lock), found in queues.items():
        yield LockQueue(
            what=locked_table(waiting) or _LOCKS.get(lock, lock),
            waiters=_known(one.operation for one in found) or users.get(waiting, ()),
            holders=_known(one.holder_operation for one in found) or users.get(holding, ()),
            waiting=waiting,
            holding=holding,
            state=state,
            seen=len(found),
            longest_ns=max(one.wait_ns for one in found),
            held_ns=max(one.held_ns for one in found),
            sessions=True,
        )


def _known(operations: Iterable[str]) -> tuple[str, ...]:
    """Return those that a trace tells, the most frequent first."""
    return tuple(name for name, _ in Counter(filter(None, operations)).most_common())


def _of_requests(facts: RunFacts) -> Iterator[LockQueue]:
    """Yield a queue for each table and pair of operations: a request waits for the one that ended right before."""
    for table, uses in sorted(facts.locks.items()):
        least_ns = max(WAIT_NS, _FACTOR * min(one.wait_ns for one in uses))
        pairs: dict[tuple[str, str], list[LockWait]] = {}
        for one in waits(uses, least_ns=least_ns):
            if one.holders:
                pairs.setdefault((one.use.operation_id, one.holders[-1].operation_id), []).append(one)
        for (waiter, holder), found in pairs.items():
            yield LockQueue(
                what=table,
                waiters=(waiter,),
                holders=(holder,),
                waiting=most(one.use.statement for one in found),
                holding=most(one.holders[-1].statement for one in found),
                state="",
                seen=len(found),
                longest_ns=max(one.use.wait_ns for one in found),
                held_ns=0,
                sessions=False,
            )


def _users(facts: RunFacts) -> Mapping[str, tuple[str, ...]]:
    """Return by statement the operations that execute it, the most frequent first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for id_, tally in facts.tallies.items():
        for statement in tally.statements.values():
            found.setdefault(statement.sql, []).append((-sum(statement.counts), id_))
    return {sql: tuple(id_ for _, id_ in sorted(users)) for sql, users in found.items()}
