"""LA201: every answer of an operation is a 5xx."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.errors import error_values, own_errors
from loadaudit.analysis.lacking import setting_lacked, variable_lacked
from loadaudit.records import Finding, Outcome, Severity

CODE = "LA201"

_CONCLUSIVE = 3
"""Fewer requests may all have met the same unlucky row or moment."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation that never answered anything but 5xx."""
    for operation, tally in facts.known():
        errors = own_errors(tally)
        if not errors or tally.outcomes[Outcome.SERVER_ERROR] != tally.requests:
            continue
        if sum(error.count for error in errors) != tally.requests:
            continue
        enough = tally.requests >= _CONCLUSIVE
        known = errors[0].exception is not None
        values = {**error_values(errors[0]), "requests": tally.requests}
        values["status"] = tally.statuses[Outcome.SERVER_ERROR].most_common(1)[0][0]
        if (exception := errors[0].exception) is not None:
            # Nothing is to be mended in the code where something is only to be set.
            for kind, name in (("setting", setting_lacked(exception)), ("variable", variable_lacked(exception))):
                values |= {"kind": kind, "name": name} if name else {}
        if facts.imported is not None:
            values |= {"kind": "imported", "unproven": "only_the_status_is_known"}
        elif not known:
            values["unproven"] = "no_exception_seen"
        yield Finding(
            code=CODE,
            severity=Severity.HIGH if enough else Severity.WARNING,
            operations=(operation.id,),
            values=values,
            samples=tuple(errors[0].examples),
            proven=known,
        )
