"""The slowest request of an operation that a run has recorded, so that it can be sent again."""

from pathlib import Path

from loadaudit.errors import UsageError
from loadaudit.records import InspectedRequest, Operation, Sample
from loadaudit.runfile.folder import find_run
from loadaudit.runfile.reader import RunFile


def slowest_request(runs: Path, reference: str, operation: Operation) -> InspectedRequest:
    """Return the request with the longest response time; a body comes from the run's plan.

    Raises UsageError when the run has none of the operation.
    """
    path = find_run(runs, reference)
    with RunFile(path) as run:
        label = run.info().label or run.info().id
        samples = (one for one in run.samples() if one.operation_id == operation.id and one.status)
        slowest: Sample | None = max(samples, key=lambda one: one.response_ns, default=None)
        plan = run.plan()
    if slowest is None:
        raise UsageError(
            f"The run {label} has no answered request of {operation.id}.",
            hint="Leave --slowest out, or name another run: --run LABEL",
        )
    identities = plan.identities if plan is not None else ()
    planned = [one for one in plan.requests if one.operation_id == operation.id] if plan is not None else []
    planned.sort(key=lambda one: one.role != slowest.role)
    return InspectedRequest(
        operation_id=operation.id,
        method=operation.method,
        path=slowest.path,
        role=slowest.role,
        username=next((one.username for one in identities if one.role == slowest.role), ""),
        payload=planned[0].payload_at(slowest.path) if planned else None,
        origin=f"slowest request of the run {label}",
        headers=planned[0].paths[0].headers if planned else (),
    )
