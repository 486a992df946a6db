"""Thresholds between the stages: whether they name something of the project, and whether a run fails by them."""

import difflib
from collections.abc import Iterable, Sequence

from loadaudit.analysis.thresholds import HEAVY
from loadaudit.errors import UsageError
from loadaudit.records import Criterion, Metric, Operation, Severity, Threshold, Verdict, parse_threshold
from loadaudit.reporting.finding_words import WORDS

_NAMED = 10


def check_scopes(thresholds: Sequence[str], operations: Iterable[Operation]) -> None:
    """Raise UsageError for a threshold whose brackets name nothing of the project: it could never fail."""
    scoped = [one for one in map(parse_threshold, thresholds) if one.scope]
    if not scoped:
        return
    known = tuple(operations)
    parts = [*dict.fromkeys(one.category for one in known), *(one.id for one in known), HEAVY]
    of_findings = [*(one.word for one in Severity), *dict.fromkeys(code.partition(".")[0] for code in WORDS)]
    for threshold in scoped:
        possible = of_findings if threshold.metric is Metric.FINDINGS else parts
        if threshold.scope.lower() not in {one.lower() for one in possible}:
            raise _unknown_scope(threshold, possible)


def is_failed(criteria: Iterable[Criterion], *, declared_only: bool, strict: bool) -> bool:
    """Whether a limit was broken, or, if `strict`, one has not enough data."""
    failing = {Verdict.FAILED, Verdict.NOT_ENOUGH_DATA} if strict else {Verdict.FAILED}
    return any(one.verdict in failing for one in criteria if one.declared or not declared_only)


def _unknown_scope(threshold: Threshold, possible: Sequence[str]) -> UsageError:
    close = difflib.get_close_matches(threshold.scope, possible, n=3, cutoff=0.4)
    words = f"Did you mean {' or '.join(map(repr, close))}?" if close else f"Known are {', '.join(possible[:_NAMED])} …"
    what = (
        "a severity nor a code" if threshold.metric is Metric.FINDINGS else "an operation nor a category of the project"
    )
    return UsageError(
        f"The threshold {threshold.text!r} names {threshold.scope!r}, which is neither {what}.",
        hint=words,
    )
