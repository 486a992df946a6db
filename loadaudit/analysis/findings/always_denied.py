"""LA203: an operation denies an identity that its declared access would allow."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Evidence, Finding, Operation, Outcome, Severity

CODE = "LA203"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation and role of which every request was denied without a declared reason.

    Above info only when somebody who had proven a login was sent to the login page of an operation that
    declares nothing but a login and selects no row: a 403, or a redirect of the view's own, may be a rule about this
    user, and a row may belong to somebody else.
    """
    staff = _staff(facts)
    logged_in = {attempt.role for attempt in facts.logins if attempt.proven}
    for operation, _ in facts.known():
        for role, tally in sorted(_by_role(facts, operation.id).items()):
            seen = tally.by_role[role]
            denied = seen[Outcome.DENIED]
            anonymous = role == "anonymous"
            if denied != seen.total() or not _allows(operation, anonymous=anonymous, staff=staff.get(role, False)):
                continue
            if anonymous or role in logged_in:
                yield _finding(operation, tally, role)


def _by_role(facts: RunFacts, operation_id: str) -> dict[str, OperationTally]:
    """Return where each role's requests are counted: in the load, else in what was sent alone."""
    tallies = (facts.alone.get(operation_id), facts.tallies.get(operation_id))
    return {role: tally for tally in tallies if tally is not None for role in tally.by_role}


def _staff(facts: RunFacts) -> dict[str, bool]:
    return {one.role: one.staff for one in facts.plan.identities} if facts.plan else {}


def _allows(operation: Operation, *, anonymous: bool, staff: bool) -> bool:
    access = operation.access
    if access.api_key or access.is_particular or access.superuser or (access.staff and not staff):
        return False
    return not (anonymous and access.login)


def _finding(operation: Operation, tally: OperationTally, role: str) -> Finding:
    redirected = tally.denied_redirects[role][True] == tally.by_role[role][Outcome.DENIED] and not tally.was_led_away
    unproven = ""
    if operation.access.evidence is Evidence.ASSUMED:
        unproven = "access_assumed"
    elif operation.parameters:
        unproven = "row_may_belong_to_another"
    elif not redirected:
        unproven = "refusal_may_be_a_rule"
    values: dict[str, str | int | float] = {
        "role": role,
        "requests": tally.by_role[role].total(),
        "redirected": int(redirected),
        "login": int(operation.access.login),
        "staff": int(operation.access.staff),
        "status": tally.statuses[Outcome.DENIED].most_common(1)[0][0],
    }
    if not redirected or role == "anonymous":
        values["kind"] = "refused"
    if unproven:
        values["unproven"] = unproven
    return Finding(
        code=CODE,
        severity=Severity.INFO if unproven else Severity.HIGH,
        operations=(operation.id,),
        values=values,
        samples=tuple(tally.examples[Outcome.DENIED]),
        proven=not unproven,
    )
