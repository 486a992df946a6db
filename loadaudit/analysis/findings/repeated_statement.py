"""LA302: the same statement two to four times within a request."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.n_plus_one import REPEATS
from loadaudit.analysis.findings.repetition import repetitions
from loadaudit.records import Finding, Severity

CODE = "LA302"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per statement and call site; reads only: writing twice is seldom an oversight."""
    for repetition in repetitions(facts):
        if repetition.reads and 2 <= repetition.median < REPEATS:
            yield Finding(
                code=CODE,
                severity=Severity.INFO,
                operations=repetition.operations,
                values={**repetition.values(), "unproven": "parameters_not_kept"},
                statements=(repetition.sql,),
                samples=repetition.samples,
                proven=False,
            )
