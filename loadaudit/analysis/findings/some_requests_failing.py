"""LA204: an operation answers some requests with 5xx and others not."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import error_values, own_errors
from loadaudit.analysis.tallies import ErrorTally, OperationTally
from loadaudit.records import Finding, Outcome, Severity

CODE = "LA204"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation and exception. Proven: the same paths fail each time, others never."""
    for operation, tally in facts.known():
        if tally.outcomes[Outcome.SERVER_ERROR] == tally.requests:
            continue
        for error in own_errors(tally):
            yield _finding(operation.id, tally, error)


def _finding(operation_id: str, tally: OperationTally, error: ErrorTally) -> Finding:
    failing = [path for path, count in error.paths.items() if count]
    always = [path for path in failing if error.paths[path] == tally.paths[path]]
    by_row = len(always) == len(failing) < len(tally.paths)
    values = {
        **error_values(error),
        "requests": tally.requests,
        "paths": len(tally.paths),
        "failing_paths": len(failing),
        "path": error.paths.most_common(1)[0][0],
        "by_row": int(by_row),
    }
    if not by_row:
        values["unproven"] = "same_path_also_succeeds"
    return Finding(
        code=CODE,
        severity=Severity.HIGH,
        operations=(operation_id,),
        values=values,
        samples=tuple(error.examples),
        proven=by_row,
    )
