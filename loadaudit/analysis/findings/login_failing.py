"""LA101: logins through the target's own form fail."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.logins import summarise_logins
from loadaudit.analysis.result import RoleLogins
from loadaudit.records import Finding, Severity

CODE = "LA101"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per role of which a login attempt was not proven."""
    for role in summarise_logins(facts.logins).roles:
        if role.failure:
            values: dict[str, str | int | float] = {
                "role": role.role,
                "users": role.users,
                "failed": role.users - role.proven,
                "attempts": role.attempts,
                "detail": role.failure,
            }
            if facts.tool is not None and role.proven < role.users:
                # Its users have names and passwords of their own.
                values["kind"] = "locustfile"
            yield Finding(code=CODE, severity=_severity(role), operations=(), values=values)


def _severity(role: RoleLogins) -> Severity:
    if role.proven == role.users:
        return Severity.INFO
    return Severity.CRITICAL if role.proven * 2 <= role.users else Severity.HIGH
