"""What of a request's time is its own, and what it waited for locks that others held."""

from loadaudit.analysis.fingerprints import can_wait_for_a_lock
from loadaudit.analysis.locks import may_wait
from loadaudit.analysis.tallies import OperationTally


def own_service_ns(tally: OperationTally, *, single_writer: bool) -> list[int]:
    """Return the service time of each request without statements that may have waited for a lock.

    `single_writer`: as in SQLite, where whatever writes waits for its turn.
    """
    own_ns = list(tally.service_ns)
    for statement in tally.statements.values():
        if may_wait(statement.sql) or (single_writer and can_wait_for_a_lock(statement.sql)):
            for index, time_ns in zip(statement.request_indexes, statement.total_ns, strict=True):
                own_ns[index] -= time_ns
    return own_ns
