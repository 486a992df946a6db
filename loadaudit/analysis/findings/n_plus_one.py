"""LA301: one statement executed again and again within a request."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.repetition import Repetition, repetitions
from loadaudit.records import Finding, Severity

CODE = "LA301"

REPEATS = 5
"""Executions per request, in the median, from which a repeated statement is a loop and no coincidence."""

_MANY = 20


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per statement and call site, with every operation that does it.

    Proven when the count follows the rows of another statement (the growth law), differs between requests, or the
    place in the project's code is known. Repeated
    writes are info: a loop that saves rows is often the intended work.
    """
    for repetition in repetitions(facts):
        if repetition.median >= REPEATS:
            yield _finding(repetition)


def _finding(repetition: Repetition) -> Finding:
    grows = repetition.least < repetition.most
    proven = grows or bool(repetition.call_site or repetition.parent)
    severity = Severity.HIGH if repetition.median >= _MANY else Severity.WARNING
    values = {**repetition.values(), "grows": int(grows)}
    if repetition.parent:
        values["cause"] = "per_row"
    if not repetition.reads:
        values["kind"] = "writes_per_row" if repetition.parent else "writes"
    if not proven:
        values["unproven"] = "count_never_varied"
    return Finding(
        code=CODE,
        severity=severity if repetition.reads else Severity.INFO,
        operations=repetition.operations,
        values=values,
        statements=(repetition.sql,),
        samples=repetition.samples,
        proven=proven,
    )
