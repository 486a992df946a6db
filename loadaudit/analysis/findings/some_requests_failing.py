"""LA204: an operation answers some requests with 5xx and others not."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings import double_submit
from loadaudit.analysis.findings.errors import error_values, is_duplicate, own_errors
from loadaudit.analysis.tallies import ErrorTally, OperationTally
from loadaudit.records import Finding, Outcome, Plan, Severity, Values

CODE = "LA204"

_AGAIN = 2
_TURNS = 4


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation and exception.

    Proven: the same paths fail each time, others never; during the load, or, where the load's own writes changed rows
    or there was more than one kind of error, behind it, each path alone.
    """
    for operation, tally in facts.known():
        if tally.outcomes[Outcome.SERVER_ERROR] == tally.requests:
            continue
        for error in own_errors(tally):
            if facts.imported is not None:
                yield _imported(operation.id, tally, error)
            elif is_duplicate(error.exception):
                if not double_submit.tells_of(facts, tally, error):
                    yield _duplicate(operation.id, tally, error)
            else:
                yield _finding(operation.id, tally, error, facts.alone.get(operation.id), facts.plan)


def _rows_changed(tally: OperationTally, error: ErrorTally) -> bool:
    """Say whether each path that fails either always fails or changed once, while others went on working.

    Then something has changed its row meanwhile. What begins to fail at one moment is no matter of rows: failures and
    successes have to take turns.
    """
    worked: dict[str, list[int]] = {}
    for path, start_ns in zip(tally.served_paths, tally.served_start_ns, strict=True):
        worked.setdefault(path, []).append(start_ns)
    failed: dict[str, list[int]] = {}
    for start_ns, path in error.moments:
        failed.setdefault(path, []).append(start_ns)
    again = sum(len(times) >= _AGAIN and path not in worked for path, times in failed.items())
    once = all(
        path not in worked or max(worked[path]) < min(times) or min(worked[path]) > max(times)
        for path, times in failed.items()
    )
    moments = [(start_ns, True) for times in worked.values() for start_ns in times]
    moments += [(start_ns, False) for start_ns, _ in error.moments]
    turns = sum(first[1] != second[1] for first, second in pairwise(sorted(moments)))
    return again >= _AGAIN and once and len(failed) < len(tally.paths) and turns >= _TURNS


def _fails_alone(error: ErrorTally, alone: OperationTally | None) -> bool:
    """Say whether paths failed in the same way whenever they were sent alone, twice at least, and others never did."""
    fingerprint = error.exception.fingerprint if error.exception is not None else ""
    same = alone.errors.get(fingerprint) if alone is not None else None
    if alone is None or same is None:
        return False
    any_error = {path for one in alone.errors.values() for path in one.paths}
    # What the load changed meanwhile works now, and is no counterexample.
    failing = [path for path in error.paths if same.paths[path] >= _AGAIN]
    # One success may be that of the preflight, before writes of the load changed the row.
    always = all(alone.paths[path] - same.paths[path] < _AGAIN for path in same.paths)
    working = [path for path, count in alone.paths.items() if count >= _AGAIN and path not in any_error]
    return bool(failing and working) and always


def _works_alone(error: ErrorTally, alone: OperationTally | None) -> bool:
    """Say whether every path that failed, and was sent again alone, worked then."""
    sent = [path for path in error.paths if alone is not None and alone.paths[path] >= _AGAIN]
    failed = {path for one in alone.errors.values() for path in one.paths} if alone is not None else set()
    return bool(sent) and not failed.intersection(sent)


def _imported(operation_id: str, tally: OperationTally, error: ErrorTally) -> Finding:
    values = {**error_values(error), "requests": tally.requests, "kind": "imported"}
    return _made(operation_id, {**values, "unproven": "only_the_status_is_known"}, proven=False)


def _duplicate(operation_id: str, tally: OperationTally, error: ErrorTally) -> Finding:
    """Return the finding about a row that exists already: which path it befalls hangs on what was sent before."""
    values = {**error_values(error), "requests": tally.requests, "cause": "duplicate"}
    return _made(operation_id, values, samples=error.examples, proven=True)


def _may_be_of_the_body(operation_id: str, error: ErrorTally, plan: Plan | None) -> bool:
    """Say whether a row that was missed may be one that the body names: the same body went to all addresses."""
    if error.exception is None or not error.exception.type.endswith("DoesNotExist"):
        return False
    own = {
        path.path: path.payload or one.payload
        for one in (plan.requests if plan is not None else ())
        if one.operation_id == operation_id
        for path in one.paths
    }
    sent = [own[path] for path in error.paths if path in own]
    return any(one is not None and (one.document or one.pairs) for one in sent) and len(set(own.values())) < len(own)


def _finding(
    operation_id: str,
    tally: OperationTally,
    error: ErrorTally,
    alone: OperationTally | None,
    plan: Plan | None,
) -> Finding:
    failing = [path for path, count in error.paths.items() if count]
    always = [path for path in failing if error.paths[path] == tally.paths[path]]
    again = any(error.paths[path] >= _AGAIN for path in always)
    by_row = again and len(always) == len(failing) < len(tally.paths)
    values = {
        **error_values(error),
        "requests": tally.requests,
        "paths": len(tally.paths),
        "failing_paths": len(failing),
        "path": error.paths.most_common(1)[0][0],
        "by_row": int(by_row),
    }
    if not by_row and _rows_changed(tally, error):
        by_row = True
        values |= {"by_row": 1, "cause": "changed"}
    if not by_row and _fails_alone(error, alone):
        by_row = True
        values |= {"by_row": 1, "cause": "alone"}
    if by_row and _works_alone(error, alone):
        by_row = False
        values = {name: value for name, value in values.items() if name != "cause"} | {"by_row": 0}
        values["unproven"] = "works_alone"
    if by_row and _may_be_of_the_body(operation_id, error, plan):
        by_row = False
        values = {name: value for name, value in values.items() if name != "cause"} | {"by_row": 0}
        values["unproven"] = "body_may_name_rows"
    if not by_row:
        values["kind"] = "open"
    if not by_row and "unproven" not in values:
        apart = len(always) == len(failing) < len(tally.paths)
        values["unproven"] = "no_path_failed_twice" if apart else "same_path_also_succeeds"
    return _made(operation_id, values, samples=error.examples, proven=by_row)


def _made(operation_id: str, values: Values, *, proven: bool, samples: Sequence[int] = ()) -> Finding:
    return Finding(
        code=CODE,
        severity=Severity.HIGH,
        operations=(operation_id,),
        values=values,
        samples=tuple(samples),
        proven=proven,
    )
