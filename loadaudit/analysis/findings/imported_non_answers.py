"""LA205 for imported results: answers that counted as successes and have the size of a page that is none."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.imported.pages import is_near
from loadaudit.analysis.imported.verdicts import ImportedFacts
from loadaudit.analysis.result_tools import NonAnswer
from loadaudit.records import Finding, Severity

CODE = "LA205"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per page that names got instead of their own answer."""
    if facts.imported is None:
        return
    for page in facts.imported.summary.non_answers:
        if page.requests:
            yield _finding(facts.imported, page)


def _finding(imported: ImportedFacts, page: NonAnswer) -> Finding:
    got = [row for row, verdict in imported.judged if verdict.non_answers[page.kind, page.size_bytes]]
    doubtful = [row for row, verdict in imported.judged if verdict.doubtful and not row.is_account]
    values: dict[str, str | int | float] = {
        "kind": f"{page.kind}_page",
        "requests": page.requests,
        "names": page.names,
        "of_names": sum(row.group.method in ("GET", "HEAD") and not row.is_account for row, _ in imported.judged),
        "size_bytes": page.size_bytes,
        "size": f"{page.size_bytes}",
        "http_status": page.status,
        "name": page.learnt_from,
        "doubtful": len(doubtful),
        "doubtful_requests": sum(row.group.requests for row in doubtful),
        "near": sum(is_near(row, page.size_bytes) for row in doubtful),
    }
    if page.kind != "login":
        values["unproven"] = "only_sizes_are_known"
    return Finding(
        code=CODE,
        severity=_severity(imported, page),
        operations=tuple(sorted({row.group.operation_id or row.group.label for row in got})),
        values=values,
        proven=page.kind == "login",
    )


def _severity(imported: ImportedFacts, page: NonAnswer) -> Severity:
    """Critical where the run as a whole says nothing, because most names got the login page."""
    return Severity.CRITICAL if page.kind == "login" and imported.pages.widespread else Severity.HIGH
