"""Sums up the logins of a run by role."""

from collections import Counter
from collections.abc import Sequence

from loadaudit.analysis.result import Logins, RoleLogins
from loadaudit.records import LoginAttempt


def summarise_logins(attempts: Sequence[LoginAttempt]) -> Logins:
    """Return the attempts by role; a virtual user counts as logged in when its last attempt was proven."""
    roles: dict[str, list[LoginAttempt]] = {}
    for attempt in attempts:
        roles.setdefault(attempt.role, []).append(attempt)
    return Logins(
        roles=tuple(_role(name, roles[name]) for name in sorted(roles)),
        attempts=len(attempts),
        proven=sum(attempt.proven for attempt in attempts),
    )


def _role(name: str, attempts: Sequence[LoginAttempt]) -> RoleLogins:
    last = {attempt.vu: attempt.proven for attempt in attempts}
    failures = Counter(attempt.detail for attempt in attempts if not attempt.proven)
    return RoleLogins(
        role=name,
        users=len(last),
        proven=sum(last.values()),
        attempts=len(attempts),
        failure=failures.most_common(1)[0][0] if failures else "",
    )
