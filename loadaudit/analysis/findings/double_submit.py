"""LA509: the same form sent several times at the same moment makes several rows, or ends in an error."""

import re
from collections import Counter
from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import error_values, is_duplicate
from loadaudit.analysis.lanes import is_about_no_row
from loadaudit.analysis.tallies import ErrorTally, OperationTally
from loadaudit.records import Finding, Kind, Lane, Severity

CODE = "LA509"

_INSERT = re.compile(r'^INSERT INTO "?(\w+)"?')
_SIDE_TABLES = re.compile(r"session|_log$|log(?:entry)?$|histor|audit|activit|event|django_", re.IGNORECASE)
"""Where a row per request is what is asked for."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation of which equal requests of one moment each inserted a row of the same table.

    The run sends writes that are about no row yet the same to the letter; those about a row differ in their texts.
    Whether the second row is wrong, no data tells: hence info.
    """
    for (lane, operation_id), tally in sorted(facts.beside.items(), key=lambda one: one[0][1]):
        if lane is not Lane.CONFLICT or not _is_submitted(facts, operation_id):
            continue
        yield from _uncaught(operation_id, tally)
        if tally.successes < 2:
            continue
        table, rows = _inserted(tally)
        if rows >= tally.successes:
            yield Finding(
                code=CODE,
                severity=Severity.INFO,
                operations=(operation_id,),
                values={"table": table, "rows": rows, "successes": tally.successes, "unproven": "may_be_meant"},
                samples=tuple(tally.served_numbers[:2]),
                proven=False,
            )


def tells_of(facts: RunFacts, tally: OperationTally, error: ErrorTally) -> bool:
    """Say whether all of an error befell equal requests of one moment, and a finding of this rule tells of it."""
    beside = facts.beside.get((Lane.CONFLICT, tally.operation_id))
    if beside is None or not beside.successes or not tally.alone or error.exception is None:
        return False
    same = beside.errors.get(error.exception.fingerprint)
    return same is not None and same.count == error.count and _is_submitted(facts, tally.operation_id)


def _is_submitted(facts: RunFacts, operation_id: str) -> bool:
    operation = facts.operations.get(operation_id)
    return operation is not None and operation.kind is Kind.WRITE and is_about_no_row(facts, operation_id)


def _uncaught(operation_id: str, tally: OperationTally) -> Iterator[Finding]:
    """Yield one where a constraint kept the second row away and the view answered that with a server error.

    A refusal (invalid, 400, 409) is what is asked for.
    """
    errors = [one for one in tally.errors.values() if is_duplicate(one.exception)]
    if errors and tally.successes:
        values = {**error_values(errors[0]), "errors": sum(one.count for one in errors), "requests": tally.requests}
        yield Finding(
            code=CODE,
            severity=Severity.INFO,
            operations=(operation_id,),
            values={**values, "kind": "uncaught"},
            samples=tuple(errors[0].examples[:2]),
            proven=True,
        )


def _inserted(tally: OperationTally) -> tuple[str, int]:
    tables: Counter[str] = Counter()
    for statement in tally.statements.values():
        found = _INSERT.match(statement.sql)
        if found and not _SIDE_TABLES.search(found[1]):
            tables[found[1]] += sum(statement.counts)
    return tables.most_common(1)[0] if tables else ("", 0)
