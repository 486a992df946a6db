"""Logins of a load test that logs its users in by itself, as its own requests show them."""

import re
from collections.abc import Iterable, Mapping

from loadaudit.records import LOGIN_MARKS, LoginAttempt, LoginCause, Operation, Outcome, Sample, Trace

LOGIN_NAME = re.compile(r"log[-_ ]?in(?:$|[^a-z])|sign[-_ ]?in(?:$|[^a-z])", re.IGNORECASE)
"""What routes and names of logins read like."""

_CAUSES: Mapping[Outcome, LoginCause] = {
    Outcome.INVALID: LoginCause.REJECTED,
    Outcome.SOFT_FAILURE: LoginCause.REJECTED,
    Outcome.DENIED: LoginCause.REJECTED,
    Outcome.CLIENT_ERROR: LoginCause.REJECTED,
    Outcome.CSRF_REJECTED: LoginCause.CSRF,
    Outcome.RATE_LIMITED: LoginCause.RATE_LIMITED,
    Outcome.SERVER_ERROR: LoginCause.EXCEPTION,
}
"""Of outcomes that are answers; others are another status, or no answer at all."""


class SeenLogins:
    """Follows the requests that send credentials through the one pass over all samples."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._logins = {one.id for one in operations if one.method == "POST" and LOGIN_NAME.search(one.route)}
        self._attempts: list[LoginAttempt] = []

    def add(self, sample: Sample, trace: Trace | None, outcome: Outcome) -> None:
        """Take one sample; what is no login is left out."""
        if sample.operation_id not in self._logins:
            return
        cause, detail = _judged(sample, trace, outcome)
        self._attempts.append(
            LoginAttempt(
                vu=sample.vu,
                role=sample.role,
                proven=cause is LoginCause.NONE,
                detail=detail,
                duration_ns=sample.latency_ns,
                cause=cause,
            )
        )

    def attempts(self) -> tuple[LoginAttempt, ...]:
        """Return the logins by the numbers of their samples."""
        return tuple(self._attempts)


def _judged(sample: Sample, trace: Trace | None, outcome: Outcome) -> tuple[LoginCause, str]:
    """Return why a login counts as failed and how that shows; the cause NONE: it worked.

    A session shows its user in the trace; a token is proven by an answer that is neither a failure nor a form.
    """
    if outcome is Outcome.OK:
        if trace is not None and trace.user_id:
            return LoginCause.NONE, f"the trace shows user {trace.user_id}"
        if sample.body_mark in LOGIN_MARKS:
            return LoginCause.REJECTED, "the login form came back"
        if trace is None or not trace.view_ran:
            return LoginCause.NOT_PROVEN, "no trace shows its user"
        return LoginCause.NONE, "its view answered, without a session"
    if not sample.status:
        return LoginCause.NO_ANSWER, sample.error
    return _CAUSES.get(outcome, LoginCause.STATUS), _words(sample, trace)


def _words(sample: Sample, trace: Trace | None) -> str:
    """Return the server's own reason where it gave one, else the status."""
    if trace is not None:
        if trace.csrf_reason:
            return trace.csrf_reason
        if trace.exception is not None:
            return f"{trace.exception.type}: {trace.exception.message}"
        if trace.refusals:
            return trace.refusals[0]
    return f"status {sample.status}"
