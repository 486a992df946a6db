"""LA101 for imported results: logins that failed, or that nothing behind them confirms."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.records import Finding, Severity

CODE = "LA101"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding for all logins: some failed, or none did and what came after them contradicts it."""
    if facts.imported is None:
        return
    logins = facts.imported.logins
    failed = logins.attempts - logins.proven - logins.doubted
    if not failed and not logins.doubted:
        return
    own = sorted(
        {row.group.operation_id for row, _ in facts.imported.judged if row.is_login and row.group.method == "POST"}
    )
    yield Finding(
        code=CODE,
        severity=Severity.CRITICAL if 2 * failed >= logins.attempts else Severity.HIGH,
        operations=tuple(one for one in own if one),
        values={
            "kind": ("imported" if facts.imported.login_detail else "imported_log") if failed else "doubted",
            "failed": failed,
            "attempts": logins.attempts,
            "share": failed / logins.attempts,
            "detail": facts.imported.login_detail,
            "unproven": "only_the_status_is_known" if failed else "sessions_may_have_ended",
        },
        proven=False,
    )
