"""Sums up the logins of a run by role, and the sessions that were lost."""

from collections import Counter
from collections.abc import Mapping, Sequence

from loadaudit.analysis.result import ErrorGroup, Logins, RoleLogins
from loadaudit.records import LoginAttempt, LoginCause, LostSession


def summarise_logins(attempts: Sequence[LoginAttempt], lost: Sequence[LostSession] = ()) -> Logins:
    """Return the attempts by role; a virtual user counts as logged in when its last attempt was proven."""
    roles: dict[str, list[LoginAttempt]] = {}
    for attempt in attempts:
        roles.setdefault(attempt.role, []).append(attempt)
    return Logins(
        roles=tuple(_role(name, roles[name], [one for one in lost if one.role == name]) for name in sorted(roles)),
        attempts=len(attempts),
        proven=sum(attempt.proven for attempt in attempts),
        retries=sum(attempt.retry > 0 for attempt in attempts),
        causes=_causes(attempts),
        lost=len(lost),
        regained=sum(one.regained for one in lost),
        pause_ns=sum(one.pause_ns for one in lost),
        after_loss_ns=sum(attempt.duration_ns for attempt in attempts if attempt.after_loss),
    )


def login_errors(attempts: Sequence[LoginAttempt]) -> tuple[ErrorGroup, ...]:
    """Return the exceptions that logins raised in the server, with their tracebacks."""
    counts = Counter(one.traceback for one in attempts if one.traceback)
    return tuple(_error(traceback, count) for traceback, count in counts.most_common())


def _error(traceback: str, count: int) -> ErrorGroup:
    kind, _, message = traceback.strip().rpartition("\n")[2].partition(": ")
    return ErrorGroup(
        fingerprint="login", type=kind, message=message, traceback=traceback, count=count, operations=("login",)
    )


def _role(name: str, attempts: Sequence[LoginAttempt], lost: Sequence[LostSession]) -> RoleLogins:
    last = {attempt.vu: attempt.proven for attempt in attempts}
    failures = Counter(attempt.detail for attempt in attempts if not attempt.proven)
    return RoleLogins(
        role=name,
        users=len(last),
        proven=sum(last.values()),
        attempts=len(attempts),
        failure=failures.most_common(1)[0][0] if failures else "",
        retries=sum(attempt.retry > 0 for attempt in attempts),
        causes=_causes(attempts),
        ways=tuple(sorted({attempt.way for attempt in attempts})),
        lost=len(lost),
        regained=sum(one.regained for one in lost),
    )


def _causes(attempts: Sequence[LoginAttempt]) -> Mapping[LoginCause, int]:
    causes = Counter(attempt.cause for attempt in attempts if not attempt.proven)
    return dict(sorted(causes.items()))
