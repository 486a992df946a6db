"""A comparison as rows of text, the same for every format."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loadaudit.analysis.comparison.ranks import Interval
from loadaudit.analysis.comparison.result import (
    Change,
    Comparison,
    Difference,
    Figure,
    KeptFinding,
    OperationChange,
    RunFigures,
    Verdict,
)
from loadaudit.analysis.result import CoverageRow
from loadaudit.records import Finding, Outcome
from loadaudit.reporting import units
from loadaudit.reporting.criteria import VERDICTS as CRITERION_VERDICTS
from loadaudit.reporting.criteria import current_text
from loadaudit.reporting.finding_words import Text
from loadaudit.reporting.wording import finding_text, outcomes_text

VERDICTS: Mapping[Verdict, Text] = {
    Verdict.WORSE: gettext_lazy("worse"),
    Verdict.BETTER: gettext_lazy("better"),
    Verdict.NO_DIFFERENCE: gettext_lazy("no difference shown"),
    Verdict.NOT_ENOUGH_DATA: gettext_lazy("not enough data"),
}

FIGURES: Mapping[Figure, Text] = {
    Figure.LATENCY: gettext_lazy("latency"),
    Figure.CPU: gettext_lazy("CPU time on the server"),
    Figure.DATABASE: gettext_lazy("time in the database"),
    Figure.SUCCESS: gettext_lazy("proven successes"),
    Figure.QUERIES: gettext_lazy("queries"),
}

_CONDITIONS: Mapping[str, Text] = {
    "target": gettext_lazy("Target"),
    "users": gettext_lazy("Virtual users"),
    "shape": gettext_lazy("Shape of the load"),
    "think_time": gettext_lazy("Pause between requests of a user"),
    "engine": gettext_lazy("What decided about requests"),
    "load_nodes": gettext_lazy("Further processes that sent load"),
    "seed": gettext_lazy("Seed"),
    "load_length": gettext_lazy("Length of the load"),
    "request_rate": gettext_lazy("Requests sent"),
    "finish_reason": gettext_lazy("Ended"),
    "tool": gettext_lazy("Measured by"),
    "infrastructure": gettext_lazy("Server and database (not recorded: as noted, or called)"),
    "changed_settings": gettext_lazy("Changed for the run, not in all of them"),
    "traces": gettext_lazy("Traces of the server"),
    "inventory": gettext_lazy("Operations of the project"),
    "sent": gettext_lazy("Operations sent"),
    "logins": gettext_lazy("Proven logins"),
    "behind_login": gettext_lazy("Behind the login: succeeded / sent"),
    "proven": gettext_lazy("Proven successes by all requests"),
    "cpu_contended": gettext_lazy("Waited for the CPU of the machine"),
}

INTERVAL_RUNS = 3
"""Up to so many runs there is room for confidence intervals beside each other."""

_NAMED = 3
"""Operations of a finding."""

ALMOST_NOTHING = 0.1
"""Share of the operations behind the login that succeeded, of those sent."""

TIMES = (Figure.LATENCY, Figure.CPU, Figure.DATABASE)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One figure that changed."""

    operation_id: str
    figure: str
    first: str
    second: str
    change: str
    p: str


def condition_rows(differences: Iterable[Difference]) -> Iterator[tuple[Difference, Row]]:
    """Yield each difference of conditions with its name and its value in each run."""
    for one in differences:
        name = str(_CONDITIONS.get(one.code, one.code.capitalize()))
        yield one, (name, *(value or units.NONE for value in one.values))


def evidence_text(runs: Iterable[RunFigures]) -> str:
    """Return which runs hardly got behind the login, so that their figures are those of other pages; or empty."""
    names = [
        run.info.label or run.info.id
        for run in runs
        if run.behind_login is not None and run.behind_login < ALMOST_NOTHING
    ]
    if not names:
        return ""
    return _(
        "Almost nothing behind the login was reached in %(runs)s: what was quick there is the login page, and says "
        "nothing about the pages behind it."
    ) % {"runs": ", ".join(names)}


def total_rows(runs: Sequence[RunFigures]) -> Sequence[Row]:
    """Return the figures of whole runs, one row each."""
    return [
        (_("Coverage"), *(units.coverage(one.total) for one in runs)),
        (_("Proven successes"), *(units.share(one.success_rate) for one in runs)),
        (_("Proven logins"), *(units.share(one.logins) for one in runs)),
        (_("Operations reached, succeeded, loaded"), *(levels_text(one.total) for one in runs)),
        (_("Requests"), *(units.count(one.requests) for one in runs)),
        (_("Outcomes"), *(proven_outcomes(one.outcomes, one.successes) for one in runs)),
        (_("Rate"), *(units.rate(one.rate_per_s) for one in runs)),
        *((f"p{name}", *(_quantile(one.quantiles.get(name), len(runs)) for one in runs)) for name in (50, 95, 99)),
        (_("Queries, median"), *(count_text(one.queries_median) for one in runs)),
        (_("Database"), *(units.share(one.database_share) for one in runs)),
        (_("Bytes, median"), *(count_text(one.body_bytes_median) for one in runs)),
    ]


def levels_text(row: CoverageRow) -> str:
    """Return how many operations got how far: reached, succeeded, loaded."""
    return ", ".join(map(units.count, (row.reached, row.succeeded, row.loaded)))


def _quantile(interval: Interval | None, runs: int) -> str:
    if runs <= INTERVAL_RUNS:
        return interval_text(interval)
    return units.NONE if interval is None else units.duration(interval.value)


def proven_outcomes(outcomes: Mapping[Outcome, int], successes: int) -> str:
    """Return outcomes with their counts; what only looks like a success is told from what is proven."""
    proven: dict[Outcome, int] = {one: count for one, count in outcomes.items() if one is not Outcome.OK}
    if successes:
        proven[Outcome.OK] = successes
    texts = [outcomes_text(proven)] if proven else []
    if unproven := outcomes.get(Outcome.OK, 0) - successes:
        texts.append(_("ok without a proof %(count)s") % {"count": units.count(unproven)})
    return ", ".join(texts) or units.NONE


def interval_text(interval: Interval | None) -> str:
    """Return a quantile with its confidence interval: `12 ms (11 ms to 14 ms)`."""
    if interval is None:
        return units.NONE
    value = units.duration(interval.value)
    if interval.low is None and interval.high is None:
        return value
    low = units.duration(interval.low) if interval.low is not None else "?"
    high = units.duration(interval.high) if interval.high is not None else "?"
    return _("%(value)s (%(low)s to %(high)s)") % {"value": value, "low": low, "high": high}


def change_rows(operations: Iterable[OperationChange], verdict: Verdict) -> Sequence[ChangeRow]:
    """Return the figures with that verdict, the largest changes of latency first."""
    found = [(one, change) for one in operations for change in one.changes if change.verdict is verdict]
    found.sort(key=lambda pair: (pair[1].figure in TIMES, -_size(pair[1])))
    return [
        ChangeRow(
            operation_id=one.operation_id,
            figure=str(FIGURES[change.figure]),
            first=_value(change.figure, change.first),
            second=_value(change.figure, change.second),
            change=_change_text(change),
            p=_p_text(change.p),
        )
        for one, change in found
    ]


def worse_text(comparison: Comparison, operation_id: str) -> str:
    """Return what got worse at an operation: its figures, and that it is no longer covered."""
    changed = [one for one in comparison.operations if one.operation_id == operation_id]
    texts = [f"{one.figure} {one.first} → {one.second} ({one.change})" for one in change_rows(changed, Verdict.WORSE)]
    texts += [_("no longer covered") for one in changed if one.lost]
    return "; ".join(texts)


def common_text(comparison: Comparison) -> str:
    """Return what moved all operations alike, or empty when there is nothing to say."""
    ratio = comparison.common_ratio
    if ratio is None or max(ratio, 1 / ratio) < 1.05:
        return ""
    return _(
        "All %(count)s operations together: latency %(change)s. That is the machine, or something that all of them "
        "share; it is taken out of the changes of single operations."
    ) % {"count": units.count(comparison.common_count), "change": percent_change(ratio)}


def reach_text(comparison: Comparison) -> str:
    """Return how great a change has to be for these runs to show it, in the middle of all operations; or empty."""
    texts = []
    for figure in TIMES:
        reaches = [
            change.high / change.ratio
            for one in comparison.operations
            for change in one.changes
            if change.figure is figure and change.ratio and change.high
        ]
        if reaches:
            texts.append(f"{FIGURES[figure]} ±{100 * (median(reaches) - 1):.0f} %")
    if not texts:
        return ""
    return _("How sure a change of one operation is known, 95 %% confidence, in the middle of all: %(figures)s.") % {
        "figures": ", ".join(texts)
    }


def summary_text(comparison: Comparison) -> str:
    """Return how many operations got which verdict."""
    counts = [(verdict, len(comparison.of(verdict))) for verdict in Verdict]
    return ", ".join(f"{units.count(count)} {VERDICTS[verdict]}" for verdict, count in counts)


def other_lines(comparison: Comparison) -> Sequence[tuple[str, Sequence[str]]]:
    """Return headings with lines: coverage lost and won, operations, findings and criteria that are not the same."""
    parts = (
        (_("No longer covered"), [one.operation_id for one in comparison.operations if one.lost]),
        (_("Newly covered"), [one.operation_id for one in comparison.operations if one.won]),
        (_("Operations added"), list(comparison.added)),
        (_("Operations removed"), list(comparison.removed)),
        (_("Operations changed"), list(comparison.changed)),
        (_("New findings"), [_finding_line(one) for one in comparison.new_findings]),
        (_("Findings gone"), [_finding_line(one) for one in comparison.gone_findings]),
        (_("Findings still there"), [_kept_line(one) for one in comparison.kept_findings]),
        (_("Success criteria"), list(_criteria(comparison))),
    )
    return [(heading, lines) for heading, lines in parts if lines]


def _criteria(comparison: Comparison) -> Iterator[str]:
    before = {one.threshold.text: one for one in comparison.first.criteria}
    for now in comparison.second.criteria:
        then = before.get(now.threshold.text)
        if then is not None and then.verdict is not now.verdict:
            texts = tuple(f"{CRITERION_VERDICTS[one.verdict]}, {current_text(one)}" for one in (then, now))
            yield f"{now.threshold.text}: {texts[0]} → {texts[1]}"


def _finding_line(finding: Finding) -> str:
    named = _named(finding.operations)
    return f"{finding.code} {finding_text(finding).title}" + (f": {named}" if named else "")


def _kept_line(kept: KeptFinding) -> str:
    """Return a finding with what joined or left it: operations that it always named are known."""
    parts = [f"{kept.second.code} {finding_text(kept.second).title}"]
    if kept.joined:
        parts.append(_("now also %(operations)s") % {"operations": _named(kept.joined)})
    if kept.left:
        parts.append(_("no longer %(operations)s") % {"operations": _named(kept.left)})
    if not kept.joined and not kept.left and kept.second.operations:
        parts.append(_named(kept.second.operations))
    return parts[0] + (f": {'; '.join(parts[1:])}" if parts[1:] else "")


def _named(operations: Sequence[str]) -> str:
    return ", ".join(operations[:_NAMED]) + (" …" if len(operations) > _NAMED else "")


def _size(change: Change) -> float:
    return max(change.ratio, 1 / change.ratio) if change.ratio else 1.0


def _value(figure: Figure, value: float | None) -> str:
    if value is None:
        return units.NONE
    if figure in TIMES:
        return units.duration(value)
    return units.share(value) if figure is Figure.SUCCESS else f"{value:.1f}"


def _change_text(change: Change) -> str:
    if change.first is None or change.second is None:
        return units.NONE
    if change.figure in TIMES:
        return percent_change(change.ratio or 1.0)
    if change.figure is Figure.SUCCESS:
        return _("%(points)s points") % {"points": f"{100 * (change.second - change.first):+.1f}"}
    return f"{change.second - change.first:+.1f}"


def percent_change(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.0f} %" if ratio < 3 else f"×{ratio:.1f}"


def _p_text(p: float | None) -> str:
    if p is None:
        return units.NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def count_text(value: int | None) -> str:
    return units.NONE if value is None else units.count(value)
