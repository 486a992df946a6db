"""Thresholds: limits that an operator declares in words, such as `p95[GET /dashboard/] < 300ms`."""

import difflib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a metric is counted in; limits are kept in it."""

    SHARE = "share"
    """0 to 1; written in percent."""
    TIME = "ns"
    COUNT = "count"
    RATE = "per_s"


class Metric(StrEnum):
    """What a threshold limits."""

    AUTH_SUCCESS_RATE = "auth_success_rate"
    COVERAGE = "coverage"
    SUCCESS_RATE = "success_rate"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    MAX = "max"
    QUERIES_P50 = "queries_p50"
    QUERIES_P95 = "queries_p95"
    QUERIES_MAX = "queries_max"
    RATE = "rate"
    REQUESTS = "requests"
    FINDINGS = "findings"

    @property
    def unit(self) -> Unit:
        """What the metric is counted in."""
        return _UNITS.get(self, Unit.COUNT)


_UNITS = {
    Metric.AUTH_SUCCESS_RATE: Unit.SHARE,
    Metric.COVERAGE: Unit.SHARE,
    Metric.SUCCESS_RATE: Unit.SHARE,
    Metric.P50: Unit.TIME,
    Metric.P95: Unit.TIME,
    Metric.P99: Unit.TIME,
    Metric.MAX: Unit.TIME,
    Metric.RATE: Unit.RATE,
}
_NS = {"ms": 1e6, "s": 1e9, "min": 60e9, "m": 60e9}
_EXAMPLE = {
    Unit.SHARE: ("a share such as 99%", r"%"),
    Unit.TIME: ("a time such as 300ms or 2s", r"ms|s|min|m"),
    Unit.COUNT: ("a number such as 50", r""),
    Unit.RATE: ("a rate such as 20/s", r"(?:/s)?"),
}
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
# Routes hold `<int:pk>` and optional parts in brackets, so the scope ends at the last bracket before the comparison.
_THRESHOLD = re.compile(
    r"\s*(?P<metric>\w+)\s*(?:\[(?P<scope>.*)\])?\s*(?P<comparison><=|>=|==|!=|<|>)\s*(?P<limit>[^<>=!\[\]]+?)\s*"
)
_LIMIT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>\S*)")


class Verdict(StrEnum):
    """What came of a threshold."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One limit. Its text is what the operator wrote, with single spaces."""

    text: str
    metric: Metric
    scope: str
    """Id of an operation, a category, `heavy` or, for findings, a severity or a code; empty: the whole run."""
    comparison: str
    limit: float
    """In the unit of the metric: a share from 0 to 1, nanoseconds, a number, a number per second."""

    def holds(self, value: float) -> bool:
        """Whether a measured value keeps the limit."""
        return _COMPARISONS[self.comparison](value, self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A threshold beside what the run measured."""

    threshold: Threshold
    verdict: Verdict
    declared: bool
    """In the settings or on the command line; the others are defaults, which no run fails by."""
    value: float | None = None
    """In the unit of the metric; None: there is none."""
    n: int = 0
    """How many logins, operations, requests or successes it rests on."""
    needed: int = 1
    """The least n that states it."""


def parse_threshold(text: str) -> Threshold:
    """Return the threshold that a text such as `p99 < 2s` or `coverage[Write] > 80%` declares.

    Raises ValueError that says what was expected and what was found.
    """
    found = _THRESHOLD.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no threshold; expected words such as 'p99 < 2s' or 'coverage[Write] > 80%'")
    metric = _metric(found["metric"], text)
    scope = " ".join((found["scope"] or "").split())
    if found["scope"] is not None and not scope:
        raise ValueError(f"{text!r} has empty brackets; name an operation or a category in them")
    if scope and metric is Metric.AUTH_SUCCESS_RATE:
        raise ValueError(f"{text!r}: {metric} is of all logins and takes no brackets")
    return Threshold(
        text=f"{metric}{f'[{scope}]' if scope else ''} {found['comparison']} {found['limit']}",
        metric=metric,
        scope=scope,
        comparison=found["comparison"],
        limit=_limit(metric, found["limit"], text),
    )


def _metric(name: str, text: str) -> Metric:
    try:
        return Metric(name.lower())
    except ValueError:
        close = difflib.get_close_matches(name.lower(), [one.value for one in Metric], n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(Metric)}"
        raise ValueError(f"{text!r} names the unknown figure {name!r}; {hint}") from None


def _limit(metric: Metric, text: str, whole: str) -> float:
    expected, units = _EXAMPLE[metric.unit]
    found = _LIMIT.fullmatch(text)
    if found is None or not re.fullmatch(units, found["unit"]):
        raise ValueError(f"{whole!r} ends in {text!r}; expected {expected}")
    number = float(found["number"])
    if metric.unit is Unit.SHARE:
        if number > 100:
            raise ValueError(f"{whole!r} ends in {text!r}; a share is at most 100%")
        return number / 100
    return number * _NS[found["unit"]] if metric.unit is Unit.TIME else number
