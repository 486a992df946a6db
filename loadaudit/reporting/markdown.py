"""An analysis as a Markdown document."""

from typing import TextIO

from django.utils.translation import gettext as _

from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.reporting import facts, imported, units
from loadaudit.reporting.criteria import criteria_rows
from loadaudit.reporting.extra_tables import extra_tables
from loadaudit.reporting.groups import FindingGroup, grouped
from loadaudit.reporting.markdown_text import block, code, plain, table
from loadaudit.reporting.missed import missed
from loadaudit.reporting.wording import LEVELS, SEVERITIES, outcomes_text

_SLOWEST = 20


def write_markdown(analysis: Analysis, stream: TextIO) -> None:
    """Write summary, coverage, what is not covered, findings, slowest operations, errors and conditions."""
    info = analysis.info
    stream.write(f"# {_('Load audit')}: {plain(info.label or info.id)}\n\n")
    for part in (_summary, _criteria, _coverage, _missed, _findings, _lanes, _slowest, _errors, _conditions, _imported):
        stream.write(part(analysis))


def _summary(analysis: Analysis) -> str:
    lines = [
        (_("Reported by status code"), facts.reported_text(analysis)),
        (imported.proven_label(analysis), facts.proven_text(analysis)),
        (_("Coverage"), units.coverage(analysis.coverage.total)),
        *facts.latency_lines(analysis),
    ]
    text = "".join(f"- **{plain(label)}:** {plain(value)}\n" for label, value in lines)
    return f"## {_('Summary')}\n\n{text}\n"


def _criteria(analysis: Analysis) -> str:
    headings = (_("Limit"), _("Current"), _("Verdict"), _("Asked by"))
    rows = [
        (code(row.limit), plain(row.current), plain(row.word), plain(row.origin)) for row in criteria_rows(analysis)
    ]
    return f"## {_('Success criteria')}\n\n{table(headings, rows)}\n"


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
    return f"## {_('Coverage')}\n\n{table(headings, rows, right=range(1, 8))}\n"


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
    return "".join(lines)


def _findings(analysis: Analysis) -> str:
    lines = [f"## {_('Findings')}\n\n"]
    if not analysis.findings:
        lines.append(f"{_('None.')}\n\n")
    lines += [_finding(group) for group in grouped(analysis.findings)]
    return "".join(lines)


def _finding(group: FindingGroup) -> str:
    lines = [f"### {group.code} · {SEVERITIES[group.severity]} · {plain(group.title)}\n\n"]
    for finding, text in group.entries:
        named = ", ".join(code(one) for one in finding.operations)
        lines.append(f"- {named}: {plain(text.claim)}\n" if named else f"- {plain(text.claim)}\n")
        lines += [f"  - {code(statement)}\n" for statement in finding.statements]
    if group.cause:
        lines.append(f"\n**{_('Cause')}:** {plain(group.cause)}\n")
    lines.append(f"\n**{_('What to do')}:** {plain(group.action)}\n\n{block(group.command, 'sh')}\n")
    return "".join(lines)


def _lanes(analysis: Analysis) -> str:
    parts = []
    for one in extra_tables(analysis):
        rows = [(code(row[0]) if one.operations else plain(row[0]), *map(plain, row[1:])) for row in one.rows]
        parts.append(f"## {plain(one.title)}\n\n{table(one.headings, rows, right=range(1, len(one.headings)))}\n")
        parts += [f"{plain(one.note)}\n\n"] if one.note else []
    return "".join(parts)


def _slowest(analysis: Analysis) -> str:
    measured = [result for result in analysis.operations if result.statistics.latency.p95_ns is not None]
    if not measured:
        return ""
    measured.sort(key=lambda result: -(result.statistics.latency.p95_ns or 0))
    headings = (_("Operation"), _("Level"), "n", "p50", "p95", "p99", _("max"), _("Queries"), _("Database"))
    rows = [_slow_row(result) for result in measured[:_SLOWEST]]
    heading = _("Slowest operations by p95 of proven successes")
    return f"## {heading}\n\n{table(headings, rows, right=range(2, 9))}\n"


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
    return "".join(lines)


def _conditions(analysis: Analysis) -> str:
    pairs = (*facts.run_facts(analysis), *facts.environment(analysis))
    rows = [(plain(label), plain(value)) for label, value in pairs]
    outcomes = outcomes_text(analysis.overall.outcomes) or units.NONE
    rows.append((_("Outcomes"), plain(outcomes)))
    messages = "".join(f"- {plain(message)}\n" for message in facts.messages(analysis))
    return f"## {_('Conditions')}\n\n{table((_('Fact'), _('Value')), rows)}" + (f"\n{messages}" if messages else "")


def _imported(analysis: Analysis) -> str:
    parts = []
    rows = [(code(one.name), one.requests, plain(one.candidates)) for one in imported.unmatched_rows(analysis)]
    if rows:
        headings = (_("Name"), _("Requests"), _("It may be"))
        parts.append(f"\n## {_('Names that fit no operation')}\n\n{table(headings, rows, right=range(1, 2))}")
    limits = imported.limit_texts(analysis)
    if limits:
        lines = "".join(f"- {plain(text)}\n" for text in limits)
        parts.append(f"\n## {_('What these results cannot tell')}\n\n{lines}")
    return "".join(parts)
