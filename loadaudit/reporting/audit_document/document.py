"""Summary, issues, coverage, actions, criteria, what is good, next steps and limits of a run in Markdown."""

from collections.abc import Iterable
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.records import Severity
from loadaudit.reporting import facts, imported, units
from loadaudit.reporting.audit_document import closing
from loadaudit.reporting.audit_document.actions import SIZES, actions
from loadaudit.reporting.criteria import criteria_rows
from loadaudit.reporting.extra_tables import extra_tables
from loadaudit.reporting.groups import FindingGroup, grouped
from loadaudit.reporting.markdown_text import block, code, plain, table
from loadaudit.reporting.missed import missed
from loadaudit.reporting.wording import LEVELS, SEVERITIES, outcomes_text, samples_of

_SLOWEST = 20
_MOST_SAMPLES = 3
_OF_TIME = ("LA3", "LA4", "LA5")
"""Codes of findings about time and the database."""


def write_markdown(analysis: Analysis, stream: TextIO) -> None:
    """Write the whole audit; below each part stands the command that gives its figures again."""
    info = analysis.info
    stream.write(f"# {_('Load audit')}: {plain(info.label or info.id)}\n\n")
    parts = (
        _summary,
        _critical,
        _coverage,
        _missed,
        _performance,
        _other_findings,
        _actions,
        _criteria,
        _good,
        _next_steps,
        _limits,
        _errors,
        _conditions,
        _imported,
    )
    for part in parts:
        stream.write(part(analysis))


def _again(analysis: Analysis, command: str, where: str = "") -> str:
    """Return the line that says how to get the figures above it again."""
    text = code(f"manage.py loadaudit {command.replace('RUN', analysis.info.id)}")
    values = {"command": text, "where": code(where)}
    line = _("Again with: %(command)s, %(where)s") % values if where else _("Again with: %(command)s") % values
    return f"{line}\n\n"


def _summary(analysis: Analysis) -> str:
    lines = [
        (_("Reported by status code"), facts.reported_text(analysis)),
        (imported.proven_label(analysis), facts.proven_text(analysis)),
        (_("Coverage"), units.coverage(analysis.coverage.total)),
        *facts.latency_lines(analysis),
        (_("Logins"), facts.logins_text(analysis)),
    ]
    text = "".join(f"- **{plain(label)}:** {plain(value)}\n" for label, value in lines)
    again = _again(analysis, "report RUN --format json", "reported, totals, logins")
    return f"## {_('Summary')}\n\n{plain(_verdict(analysis))}\n\n{text}\n{again}"


def _verdict(analysis: Analysis) -> str:
    """Return the run in three sentences: what was sent, what it is worth, and what it found."""
    info, it = analysis.info, analysis.reported
    sent = _(
        "%(requests)s requests were sent to %(target)s, %(load)s of them by %(users)s users in %(time)s of load."
    ) % {
        "requests": units.count(it.sent),
        "load": units.count(analysis.requests),
        "users": units.count(info.users),
        "target": info.target,
        "time": units.duration(analysis.load_ns) if analysis.load_ns else units.NONE,
    }
    if it.health_requests:
        apart = _("%(count)s health checks among them are left out of the shares.")
        sent = f"{sent} {apart % {'count': units.count(it.health_requests)}}"
    worth = _("Of %(reported)s requests that a load tool would call successes, %(proven)s are proven.") % {
        "reported": units.count(it.reported_requests),
        "proven": units.count(it.proven_requests),
    }
    if analysis.imported is not None:
        sent = _("The results of %(tool)s hold %(requests)s requests.") % {
            "tool": analysis.imported.tool,
            "requests": units.count(it.requests),
        }
        worth = _("Of %(reported)s requests that the tool called successes, %(proven)s are no known non-answers.") % {
            "reported": units.count(it.reported_requests),
            "proven": units.count(it.proven_requests),
        }
    # As they stand below, where what is said of several operations is one issue.
    grave = len(grouped(one for one in analysis.findings if one.severity >= Severity.HIGH))
    warnings = len(grouped(one for one in analysis.findings if one.severity is Severity.WARNING))
    counted = ngettext("%(count)s critical issue", "%(count)s critical issues", grave) % {"count": units.count(grave)}
    warned = ngettext("%(count)s warning", "%(count)s warnings", warnings) % {"count": units.count(warnings)}
    return " ".join((sent, worth, _("Findings: %(grave)s and %(warnings)s.") % {"grave": counted, "warnings": warned}))


def _critical(analysis: Analysis) -> str:
    groups = grouped(one for one in analysis.findings if one.severity >= Severity.HIGH)
    return _issues(analysis, _("Critical issues"), groups)


def _performance(analysis: Analysis) -> str:
    groups = grouped(one for one in analysis.findings if _is_of_time(one.code) and one.severity < Severity.HIGH)
    return _issues(analysis, _("Performance issues"), groups) + _lanes(analysis) + _slowest(analysis)


def _other_findings(analysis: Analysis) -> str:
    groups = grouped(one for one in analysis.findings if not _is_of_time(one.code) and one.severity < Severity.HIGH)
    return _issues(analysis, _("Other observations"), groups) if groups else ""


def _is_of_time(code_of_finding: str) -> bool:
    return code_of_finding.startswith(_OF_TIME)


def _issues(analysis: Analysis, title: str, groups: Iterable[FindingGroup]) -> str:
    parts = [_finding(analysis, group) for group in groups]
    body = "".join(parts) if parts else f"{_('None.')}\n\n"
    return f"## {title}\n\n{body}{_again(analysis, 'report RUN --format json', 'findings')}"


def _command(analysis: Analysis, group: FindingGroup) -> str:
    """Return what to type next; what shows a run names this one, which need not be the latest for long."""
    for shown in ("manage.py loadaudit diff", "manage.py loadaudit report"):
        if group.command.startswith(shown):
            return f"{shown} {analysis.info.id}{group.command.removeprefix(shown)}"
    return group.command


def _actions(analysis: Analysis) -> str:
    headings = ("", _("What to do"), _("Because of"), _("Impact"), _("Effort"), _("Finding"))
    rows = [
        (
            f"P{one.priority}",
            plain(one.text),
            plain(one.subject),
            str(SIZES[one.impact]),
            str(SIZES[one.effort]),
            one.source,
        )
        for one in actions(analysis)
    ]
    body = table(headings, rows) if rows else f"{_('Nothing.')}\n"
    note = _(
        "P1: high impact, and done within days, or the run cannot be relied on without it. P2: medium impact, or high "
        "impact and much work. P3: the rest. Impact follows the finding's severity, effort what usually mends it."
    )
    return f"## {_('Prioritised actions')}\n\n{body}\n{plain(note)}\n\n"


def _criteria(analysis: Analysis) -> str:
    headings = (_("Criterion"), _("Current"), _("Target"), _("Verdict"), _("Asked by"))
    rows = []
    for row in criteria_rows(analysis):
        name, target = _split_limit(row.limit)
        rows.append((code(name), plain(row.current), code(target), plain(row.word), plain(row.origin)))
    return f"## {_('Success criteria')}\n\n{table(headings, rows)}\n{_again(analysis, 'check RUN')}"


def _split_limit(text: str) -> tuple[str, str]:
    """Return what is measured and what is asked of it: `p95[Export] < 5s` gives `p95[Export]` and `< 5s`."""
    for comparison in (" <= ", " >= ", " == ", " != ", " < ", " > "):
        name, found, limit = text.rpartition(comparison)
        if found:
            return name, f"{comparison.strip()} {limit}"
    return text, ""


def _good(analysis: Analysis) -> str:
    lines = [plain(one) for one in closing.good(analysis)]
    again = _again(analysis, "report RUN --format json", "logins, criteria, categories, operations, contention, series")
    return _listed(_("What is good"), lines) + (again if lines else "")


def _next_steps(analysis: Analysis) -> str:
    steps = closing.next_steps(analysis, actions(analysis), analysis.info.id)
    return f"## {_('Next steps')}\n\n" + "".join(f"{n}. {one}\n" for n, one in enumerate(steps, start=1)) + "\n"


def _limits(analysis: Analysis) -> str:
    text = _listed(_("Limits of this run"), [plain(one) for one in closing.limits(analysis)])
    text += _again(analysis, "report RUN --format json", "run, totals, operations, findings, messages")
    of_results = "".join(f"- {plain(one)}\n" for one in imported.limit_texts(analysis))
    return f"{text}### {_('What these results cannot tell')}\n\n{of_results}\n" if of_results else text


def _listed(title: str, lines: Iterable[str]) -> str:
    shown = "".join(f"- {one}\n" for one in lines) or f"{_('Nothing.')}\n"
    return f"## {title}\n\n{shown}\n"


def _coverage(analysis: Analysis) -> str:
    headings = (
        _("Category"),
        _("Operations"),
        _("Attempted"),
        _("Reached"),
        _("Succeeded"),
        _("Loaded"),
        _("Excluded"),
        _("Coverage"),
    )
    rows = []
    for row in (*analysis.coverage.categories, analysis.coverage.total):
        counts = (row.operations, row.attempted, row.reached, row.succeeded, row.loaded, row.excluded)
        name = plain(row.category) if row.category else f"**{_('Total')}**"
        rows.append((name, *(units.count(value) for value in counts), units.coverage(row)))
    again = _again(analysis, "diff RUN")
    return f"## {_('Coverage by category')}\n\n{table(headings, rows, right=range(1, 8))}\n{again}"


def _missed(analysis: Analysis) -> str:
    groups = missed(analysis)
    if not groups:
        return ""
    lines = [f"## {_('Not covered, and why')}\n\n"]
    for group in groups:
        lines.append(f"### {plain(group.category)} ({units.count(group.count)})\n\n")
        for entry in group.reasons:
            lines.append(f"{plain(entry.reason)}:\n\n")
            lines += [f"- {code(result.operation.id)}\n" for result in entry.operations]
            lines.append("\n")
    return "".join((*lines, _again(analysis, "diff RUN")))


def _finding(analysis: Analysis, group: FindingGroup) -> str:
    lines = [f"### {group.code} · {SEVERITIES[group.severity]} · {plain(group.title)}\n\n"]
    for finding, text in group.entries:
        named = ", ".join(code(one) for one in finding.operations)
        lines.append(f"- {named}: {plain(text.claim)}\n" if named else f"- {plain(text.claim)}\n")
        lines += [f"  - {code(statement)}\n" for statement in finding.statements]
        shown = "; ".join(samples_of(finding)[:_MOST_SAMPLES])
        lines += [f"  - {_('Seen at')}: {plain(shown)}\n"] if shown else []
    if group.cause:
        lines.append(f"\n**{_('Cause')}:** {plain(group.cause)}\n")
    lines.append(f"\n**{_('What to do')}:** {plain(group.action)}\n\n{block(_command(analysis, group), 'sh')}\n")
    return "".join(lines)


def _lanes(analysis: Analysis) -> str:
    parts = []
    for one in extra_tables(analysis):
        rows = [(code(row[0]) if one.operations else plain(row[0]), *map(plain, row[1:])) for row in one.rows]
        parts.append(f"### {plain(one.title)}\n\n{table(one.headings, rows, right=range(1, len(one.headings)))}\n")
        parts += [f"{plain(one.note)}\n\n"] if one.note else []
    where = "contention, lock_queues, exports, health_effect, operations"
    return "".join(parts) + (_again(analysis, "report RUN --format json", where) if parts else "")


def _slowest(analysis: Analysis) -> str:
    measured = [result for result in analysis.operations if result.statistics.latency.p95_ns is not None]
    if not measured:
        return ""
    measured.sort(key=lambda result: -(result.statistics.latency.p95_ns or 0))
    headings = (_("Operation"), _("Level"), "n", "p50", "p95", "p99", _("max"), _("Queries"), _("Database"))
    rows = [_slow_row(result) for result in measured[:_SLOWEST]]
    heading = _("Slowest operations by p95 of proven successes")
    again = _again(analysis, "report RUN --format json", "operations")
    return f"### {heading}\n\n{table(headings, rows, right=range(2, 9))}\n{again}"


def _slow_row(result: OperationResult) -> tuple[str, ...]:
    it = result.statistics
    times = (it.latency.p50_ns, it.latency.p95_ns, it.latency.p99_ns, it.latency.max_ns)
    queries = units.NONE if it.queries_median is None else units.count(it.queries_median)
    return (
        code(result.operation.id),
        str(LEVELS[result.level]),
        units.count(it.latency.n),
        *(units.duration(value) for value in times),
        queries,
        units.share(it.database_share),
    )


def _errors(analysis: Analysis) -> str:
    if not analysis.errors:
        return ""
    lines = [f"## {_('Errors')}\n\n"]
    for error in analysis.errors:
        lines.append(f"### {plain(error.type)}: {plain(error.message)}\n\n")
        named = ", ".join(code(one) for one in error.operations)
        lines.append(_("%(count)s requests of %(operations)s") % {"count": error.count, "operations": named} + "\n\n")
        if error.traceback:
            lines.append(block(error.traceback) + "\n")
    return "".join((*lines, _again(analysis, "report RUN --format json", "errors")))


def _conditions(analysis: Analysis) -> str:
    pairs = (*facts.run_facts(analysis), *facts.environment(analysis))
    rows = [(plain(label), plain(value)) for label, value in pairs]
    outcomes = outcomes_text(analysis.overall.outcomes) or units.NONE
    rows.append((_("Outcomes"), plain(outcomes)))
    again = _again(analysis, "report RUN --format json", "run, series")
    return f"## {_('Conditions')}\n\n{table((_('Fact'), _('Value')), rows)}\n{again}"


def _imported(analysis: Analysis) -> str:
    parts = []
    rows = [(code(one.name), one.requests, plain(one.candidates)) for one in imported.unmatched_rows(analysis)]
    if rows:
        headings = (_("Name"), _("Requests"), _("It may be"))
        parts.append(f"\n## {_('Names that fit no operation')}\n\n{table(headings, rows, right=range(1, 2))}")
    return "".join(parts)
