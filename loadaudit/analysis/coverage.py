"""The coverage table, the reason why an operation is missing from it, and reported against proven."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.result import Coverage, CoverageRow, OperationResult, Reason, Reported
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Level, Operation, Outcome, Plan, leads_away


def coverage(results: Sequence[OperationResult]) -> Coverage:
    """Return a row per category, by name, and one for all operations."""
    sent = any(result.requests for result in results)
    groups: dict[str, list[OperationResult]] = {}
    for result in results:
        groups.setdefault(result.operation.category, []).append(result)
    return Coverage(
        categories=tuple(_row(name, groups[name], sent=sent) for name in sorted(groups)),
        total=_row("", results, sent=sent),
    )


def reasons(
    operation: Operation,
    tally: OperationTally | None,
    excluded: Mapping[str, str],
    planned: Collection[str] | None,
    sender: str = "",
) -> tuple[Reason, ...]:
    """Return why the operation has no proven success, the most frequent reason first.

    `excluded` has the plan's reasons by operation id, `planned` the ids that the plan sends; None: the run
    ended before there was a plan. `sender` is the file that decides in place of a plan.
    """
    if tally is None or not tally.requests or (tally.alone and operation.id in excluded):
        # Where it was tried alone, the plan's reason tells more than the count of one.
        return (_not_sent(operation, excluded, planned, sender),)
    return tuple(_clause(outcome, count, tally) for outcome, count in _ordered(tally.outcomes))


def reported(facts: RunFacts, results: Sequence[OperationResult]) -> Reported:
    """Return what a load tool would have called a success beside what is proven."""
    tallies = [tally for id_, tally in facts.tallies.items() if not facts.is_health(id_)]
    requests = sum(tally.requests for tally in tallies)
    return Reported(
        requests=requests,
        reported_requests=sum(tally.reported for tally in tallies),
        proven_requests=sum(tally.successes for tally in tallies),
        operations=len(results),
        reported_operations=sum(1 for _, tally in facts.known() if tally.reported),
        proven_operations=sum(1 for result in results if result.level >= Level.SUCCEEDED),
        health_requests=facts.requests - requests,
    )


def exclusions(plan: Plan | None) -> Mapping[str, str]:
    """Return the reason of every operation that the plan leaves out, by id."""
    return {one.operation_id: one.reason for one in plan.exclusions} if plan else {}


def _row(category: str, results: Sequence[OperationResult], *, sent: bool) -> CoverageRow:
    counts = Counter(level for result in results for level in Level if result.level >= level)
    return CoverageRow(
        category=category,
        operations=counts[Level.UNTOUCHED],
        attempted=counts[Level.ATTEMPTED],
        reached=counts[Level.REACHED],
        succeeded=counts[Level.SUCCEEDED],
        loaded=counts[Level.LOADED],
        excluded=sum(1 for result in results if result.excluded),
        held_back=sum(1 for result in results if result.held_back),
        sent=sent,
    )


def _not_sent(
    operation: Operation, excluded: Mapping[str, str], planned: Collection[str] | None, sender: str
) -> Reason:
    if sender:
        return Reason(code="not_in_file", values={"file": sender})
    if operation.id in excluded:
        return Reason(code="excluded", values={"reason": excluded[operation.id]})
    if planned is None:
        return Reason(code="no_plan")
    return Reason(code="never_sent" if operation.id in planned else "not_planned")


def _ordered(outcomes: Mapping[Outcome, int]) -> list[tuple[Outcome, int]]:
    return sorted(outcomes.items(), key=lambda pair: (-pair[1], pair[0].value))


def _clause(outcome: Outcome, count: int, tally: OperationTally) -> Reason:
    values: dict[str, str | int | float] = {"count": count, "requests": tally.requests}
    values["roles"] = ", ".join(sorted(role for role, seen in tally.by_role.items() if seen[outcome]))
    statuses = tally.statuses.get(outcome)
    if statuses:
        values["status"] = statuses.most_common(1)[0][0]
    if outcome in tally.explained:
        code, more = tally.explained[outcome]
        return Reason(code=code, values={**values, **more})
    if outcome is Outcome.OK:
        return Reason(code="no_trace", values=values)
    code = outcome.value
    if outcome is Outcome.DENIED:
        redirected = sum(seen[True] for seen in tally.denied_redirects.values())
        code = "denied_redirect" if redirected * 2 >= count else "denied"
        if tally.was_led_away:
            code, values["detail"] = "invalid_told", tally.refusals.most_common(1)[0][0]
    elif outcome is Outcome.SERVER_ERROR:
        code, values = _server_error(values, tally)
    elif outcome is Outcome.OTHER_VIEW:
        code, values = _other_view(values, tally)
    elif outcome is Outcome.CSRF_REJECTED and tally.csrf_reasons:
        values["detail"] = tally.csrf_reasons.most_common(1)[0][0]
    elif outcome is Outcome.INVALID and tally.refusals:
        values["detail"] = detail = tally.refusals.most_common(1)[0][0]
        code = "invalid_told" if leads_away(detail) else code
    elif outcome in (Outcome.BROKEN, Outcome.TLS_FAILED) and tally.broken:
        values["detail"] = tally.broken.most_common(1)[0][0]
    return Reason(code=code, values=values)


def _server_error(
    values: dict[str, str | int | float], tally: OperationTally
) -> tuple[str, dict[str, str | int | float]]:
    worst = max(tally.errors.values(), key=lambda error: error.count)
    if worst.exception is None:
        return "server_error", values
    return "server_error_exception", {
        **values,
        "type": worst.exception.type,
        "message": worst.exception.message,
        "fingerprint": worst.exception.fingerprint,
    }


def _other_view(
    values: dict[str, str | int | float], tally: OperationTally
) -> tuple[str, dict[str, str | int | float]]:
    if not tally.other_views:
        return "other_view", values
    name = tally.other_views.most_common(1)[0][0]
    return ("other_view_named", {**values, "other": name}) if name else ("other_view", values)
