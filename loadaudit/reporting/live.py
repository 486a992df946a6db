"""The load while it goes on: what came in so far, by category, and what it already shows."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from loadaudit.analysis.statistics import P95_MINIMUM, nearest_rank
from loadaudit.load.pacing import level_at
from loadaudit.records import Plan, Sample, Trace
from loadaudit.reporting import units

MOST_CATEGORIES = 12
MOST_FINDINGS = 3
RECENT = 500
"""Latencies of a category that its figures are of, the newest."""

_FAILING_LEAST = 3
_MANY_QUERIES = 20
_NARROW = 100
"""Columns below which the table leaves out what it can do without."""


@dataclass(slots=True)
class _Category:
    requests: int = 0
    failures: int = 0
    traces: int = 0
    queries: int = 0
    latencies_ns: deque[int] = field(default_factory=lambda: deque(maxlen=RECENT))


@dataclass(slots=True)
class _Operation:
    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    traces: int = 0
    queries: int = 0
    exceptions: Counter[str] = field(default_factory=Counter)


class LiveLoad:
    """Counts what comes in, and draws it."""

    def __init__(self, categories: Mapping[str, str], plan: Plan) -> None:
        """`categories` are those of the operations, by id."""
        self._of = categories
        self._plan = plan
        self._categories: dict[str, _Category] = {}
        self._operations: dict[str, _Operation] = {}
        self._ids: dict[str, str] = {}
        """Method and route of traces that were seen, to their operation."""

    def add(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        """Count samples and traces; a failure here is no answer, a status of 400 and above, or a refusal traced."""
        for sample in samples:
            if sample.warm_up:
                continue
            category, operation = self._entries(sample.operation_id)
            category.requests += 1
            operation.requests += 1
            if sample.error or sample.status >= 400:
                category.failures += 1
                operation.failures[sample.error.partition(":")[0] or str(sample.status)] += 1
            else:
                category.latencies_ns.append(sample.latency_ns)
        for trace in traces:
            category, operation = self._entries(f"{trace.method} {trace.route}")
            category.traces += 1
            operation.traces += 1
            category.queries += trace.sql_count
            operation.queries += trace.sql_count
            if (trace.denied or trace.csrf_reason) and trace.status < 400:
                category.failures += 1
                operation.failures["denied"] += 1
            if trace.exception is not None:
                operation.exceptions[trace.exception.type] += 1

    def draw(self, elapsed_s: float, limit_s: float | None, width: int) -> RenderableType:
        """Return header, table and findings for a terminal of so many columns."""
        parts: list[RenderableType] = [self._header(elapsed_s, limit_s), self._table(elapsed_s, narrow=width < _NARROW)]
        parts += [Text(f"  ! {line}", style="yellow", no_wrap=True, overflow="ellipsis") for line in self.findings()]
        return Group(*parts)

    def users(self, elapsed_s: float) -> int:
        """Return how many virtual users are at work."""
        ramp = self._plan.shape.users
        return self._plan.users if ramp is None else min(self._plan.users, -int(-level_at(ramp, elapsed_s) // 1))

    def findings(self) -> list[str]:
        """Return what the load already shows, the most frequent first: failures, exceptions, many queries."""
        found: list[tuple[int, str]] = []
        for operation_id, one in self._operations.items():
            failures = one.failures.total()
            if failures >= _FAILING_LEAST and 5 * failures >= one.requests:
                word = one.failures.most_common(1)[0][0]
                if one.exceptions:
                    word += f", {one.exceptions.most_common(1)[0][0]}"
                values = {"operation": operation_id, "count": failures, "requests": one.requests, "word": word}
                found.append((failures, _("%(operation)s: %(count)s of %(requests)s failed (%(word)s)") % values))
            if one.traces >= _FAILING_LEAST and one.queries >= _MANY_QUERIES * one.traces:
                per_request = round(one.queries / one.traces)
                text = _("%(operation)s: %(count)s queries per request")
                found.append((one.traces, text % {"operation": operation_id, "count": per_request}))
        return [text for _count, text in sorted(found, reverse=True)[:MOST_FINDINGS]]

    def _entries(self, operation_id: str) -> tuple[_Category, _Operation]:
        operation = self._operations.get(operation_id)
        if operation is None:
            operation = self._operations[operation_id] = _Operation()
            name = self._of.get(operation_id) or _("other")
            self._ids[operation_id] = name
            self._categories.setdefault(name, _Category())
        return self._categories[self._ids[operation_id]], operation

    def _header(self, elapsed_s: float, limit_s: float | None) -> Text:
        requests = sum(one.requests for one in self._categories.values())
        failures = sum(one.failures for one in self._categories.values())
        load_s = elapsed_s - self._plan.shape.warm_up_s
        users = self.users(elapsed_s)
        parts = [
            _("%(time)s so far") % {"time": units.duration(elapsed_s * 1e9)}
            if limit_s is None
            else _("%(time)s left at most") % {"time": units.duration(max(limit_s - elapsed_s, 0.0) * 1e9)},
            *(
                [ngettext("%(count)s user", "%(count)s users", users) % {"count": units.count(users)}]
                if self._plan.users
                else []
            ),
            ngettext("%(count)s request", "%(count)s requests", requests) % {"count": units.count(requests)},
            units.rate(requests / load_s if load_s > 0 else None),
            _("%(count)s failed") % {"count": units.count(failures)},
        ]
        if load_s < 0:
            parts.insert(0, _("warming up"))
        return Text(f"  {' · '.join(parts)}", style="bold", no_wrap=True, overflow="ellipsis")

    def _table(self, elapsed_s: float, *, narrow: bool) -> Table:
        table = Table(box=None, padding=(0, 1 if narrow else 2), header_style="dim")
        table.add_column(f" {_('Category')}", no_wrap=True, overflow="ellipsis", max_width=24 if narrow else 40)
        for name in (
            _("Requests"),
            _("Rate"),
            _("Failed"),
            "p50",
            "p95",
            _("Queries") if narrow else _("Queries/request"),
        ):
            table.add_column(name, justify="right", no_wrap=True)
        shown = sorted(self._categories.items(), key=lambda pair: -pair[1].requests)
        load_s = elapsed_s - self._plan.shape.warm_up_s
        for name, one in shown[:MOST_CATEGORIES]:
            ordered = sorted(one.latencies_ns)
            table.add_row(
                f" {name}",
                units.count(one.requests),
                units.rate(one.requests / load_s if load_s > 0 else None),
                Text(units.count(one.failures), style="red" if one.failures else ""),
                units.duration(nearest_rank(ordered, 0.5) if ordered else None),
                units.duration(nearest_rank(ordered, 0.95) if len(ordered) >= P95_MINIMUM else None),
                f"{one.queries / one.traces:.1f}" if one.traces else units.NONE,
            )
        if len(shown) > MOST_CATEGORIES:
            table.add_row(f" {_('and %(count)s more') % {'count': len(shown) - MOST_CATEGORIES}}")
        return table
