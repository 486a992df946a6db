"""Findings that say the same of several operations, brought together so that it is read once."""

from collections.abc import Iterable
from dataclasses import dataclass

from loadaudit.records import Finding, Severity
from loadaudit.reporting.wording import FindingText, finding_text


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """Findings with one code, severity, title, cause and action."""

    code: str
    severity: Severity
    title: str
    cause: str
    action: str
    proven: bool
    entries: tuple[tuple[Finding, FindingText], ...]

    @property
    def command(self) -> str:
        """What to type next."""
        return self.entries[0][1].command


def grouped(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Return the findings in their order, those that differ in operations and figures only together."""
    groups: dict[tuple[str, Severity, str, str, str], list[tuple[Finding, FindingText]]] = {}
    for finding in findings:
        text = finding_text(finding)
        key = (finding.code, finding.severity, text.title, text.cause, text.action)
        groups.setdefault(key, []).append((finding, text))
    return tuple(
        FindingGroup(
            code=code,
            severity=severity,
            title=title,
            cause=cause,
            action=action,
            proven=entries[0][0].proven,
            entries=tuple(entries),
        )
        for (code, severity, title, cause, action), entries in groups.items()
    )
