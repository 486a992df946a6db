"""What the lanes beside the load have shown, as tables that every report format lays out in its own way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loadaudit.analysis.result import (
    Analysis,
    Contention,
    HealthEffect,
    LockQueue,
    OperationResult,
    Statistics,
    StretchFigures,
)
from loadaudit.records import Lane, Outcome
from loadaudit.reporting import units
from loadaudit.reporting.wording import outcomes_text

_NAMED = 3
"""Operations that are named on one side of a wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneTable:
    """One table; the first column holds names, the others figures."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    operations: bool = True
    """Whether the first column holds operations."""
    concerns: tuple[tuple[str, ...], ...] = ()
    """Operations of each row, where it is about requests of the load: a stretch without them hides it on the page."""


def lane_tables(analysis: Analysis) -> tuple[LaneTable, ...]:
    """Return the tables of the lanes that have something to say."""
    return tuple(_tables(analysis))


def _tables(analysis: Analysis) -> Iterator[LaneTable]:
    if analysis.health_effect is not None:
        yield _health_effect(analysis.health_effect)
    # The course of the load is drawn without health checks, so no stretch of it can choose them.
    lanes = ((Lane.HEALTH, _("Health checks"), False), (Lane.HEAVY, _("Heavy operations, a few at once"), True))
    for lane, title, drawn in lanes:
        planned = {one.operation_id for one in (analysis.plan.requests if analysis.plan else ()) if one.lane is lane}
        sent = [one for one in analysis.operations if one.operation.id in planned and one.requests]
        if sent:
            yield _operations(title, sent, drawn=drawn)
    if analysis.contention:
        yield _contention(analysis.contention)
    if analysis.lock_queues:
        yield _lock_queues(analysis.lock_queues)
    if analysis.exports:
        yield _exports(analysis)


def _health_effect(effect: HealthEffect) -> LaneTable:
    present, absent = effect.present, effect.absent

    def row(label: str, figure: Callable[[StretchFigures], str]) -> tuple[str, ...]:
        return (label, figure(present), figure(absent))

    rows = [
        row(_("Stretches"), lambda one: units.count(one.stretches)),
        row(_("Latency of the load, p50"), lambda one: units.duration(one.latency.p50_ns)),
        row("p95", lambda one: units.duration(one.latency.p95_ns)),
        row("p99", lambda one: units.duration(one.latency.p99_ns)),
        row("n", lambda one: units.count(one.latency.n)),
        row(_("Successes of the load per second"), lambda one: f"{one.successes_per_s:.1f}"),
        row(_("Database connections opened per second"), _opened),
    ]
    if present.sessions_max is not None or absent.sessions_max is not None:
        rows.append(row(_("Sessions of the database server, median and most"), _sessions))
    return LaneTable(
        title=_("What health checks do to the load"),
        headings=("", _("with %(rate)s checks per second") % {"rate": f"{effect.rate_per_s:g}"}, _("without")),
        rows=tuple(rows),
        note=_verdict(effect),
        operations=False,
    )


def _opened(one: StretchFigures) -> str:
    return units.NONE if one.connections_opened_per_s is None else f"{one.connections_opened_per_s:.1f}"


def _sessions(one: StretchFigures) -> str:
    if one.sessions_median is None or one.sessions_max is None:
        return units.NONE
    return f"{units.count(round(one.sessions_median))}, {units.count(round(one.sessions_max))}"


def _verdict(effect: HealthEffect) -> str:
    if effect.latency_ratio is None:
        return _("Too few requests to compare operations with themselves.")
    text = _("The same operations took %(ratio)s times as long with the checks as without them.") % {
        "ratio": f"{effect.latency_ratio:.2f}"
    }
    if effect.shown is None:
        return text + " " + _("The load was too short to tell that from chance: give it more time with --duration.")
    return (
        text
        + " "
        + (_("That is more than chance explains.") if effect.shown else _("That is no more than chance explains."))
    )


def _operations(title: str, results: list[OperationResult], *, drawn: bool) -> LaneTable:
    rows = [
        (
            one.operation.id,
            units.count(one.requests),
            units.count(one.statistics.latency.n),
            units.duration(one.statistics.latency.p50_ns),
            units.duration(one.statistics.latency.p95_ns),
            units.duration(one.statistics.latency.max_ns),
        )
        for one in results
    ]
    headings = (_("Operation"), _("Requests"), "n", "p50", "p95", _("max"))
    concerns = tuple((one.operation.id,) for one in results) if drawn else ()
    return LaneTable(title=title, headings=headings, rows=tuple(rows), concerns=concerns)


def _contention(found: tuple[Contention, ...]) -> LaneTable:
    rows = []
    for one in found:
        for kind, it in (
            (_("one new row, all the same") if one.new_row else _("one row"), one.same_row),
            (_("rows of their own"), one.own_rows),
            (_("tables of another write"), one.crossed),
        ):
            if it is not None:
                rows.append((one.operation_id, kind, *_contended(it)))
    return LaneTable(
        title=_("Writes at the same moment"),
        headings=(_("Operation"), _("To"), _("Requests"), _("Failed"), "n", "p50", "p95", _("max")),
        rows=tuple(rows),
        note=_(
            "What makes a row is sent the same to the letter, as a double click does: that all but one are refused is "
            "the conflict, and no failure of the operation; an error of the server is a conflict that nobody caught."
        )
        if any(one.new_row for one in found)
        else "",
    )


def _contended(it: Statistics) -> tuple[str, ...]:
    failed: dict[Outcome, int] = {key: count for key, count in it.outcomes.items() if key is not Outcome.OK}
    return (
        units.count(it.requests),
        outcomes_text(failed) or units.count(0),
        units.count(it.latency.n),
        units.duration(it.latency.p50_ns),
        units.duration(it.latency.p95_ns),
        units.duration(it.latency.max_ns),
    )


def _lock_queues(queues: Sequence[LockQueue]) -> LaneTable:
    note = _(
        "Looks at the sessions of the database, ten a second while any waits, and, where requests tell it themselves, "
        "the order of those that lock rows of one table. “Idle in transaction” holds a lock while it does nothing."
    )
    return LaneTable(
        title=_("Who held what for whom"),
        headings=(_("Waited"), _("For"), _("Held by"), _("Seen"), _("Longest wait"), _("Held for")),
        rows=tuple(
            (
                _who(one.waiters, one.waiting),
                one.what,
                _who(one.holders, one.holding) + (f" ({one.state})" if one.state and one.state != "active" else ""),
                units.count(one.seen),
                units.duration(one.longest_ns),
                units.duration(one.held_ns or None),
            )
            for one in queues
        ),
        note=note,
        concerns=tuple((*one.waiters, *one.holders) for one in queues),
    )


def _who(operations: Sequence[str], statement: str) -> str:
    """Return the operations, or the statement where none of the run executes it."""
    if not operations:
        return statement
    return ", ".join(operations[:_NAMED]) + (
        _(" and %d more") % (len(operations) - _NAMED) if len(operations) > _NAMED else ""
    )


def _exports(analysis: Analysis) -> LaneTable:
    rows = [
        (
            one.operation_id,
            units.duration(one.cold_ns),
            units.duration(one.warm.p50_ns),
            units.duration(one.warm.max_ns),
            units.count(one.warm.n),
            _queries(one.cold_queries),
            _queries(one.warm_queries),
        )
        for one in analysis.exports
    ]
    return LaneTable(
        title=_("Exports and cached reads, cold and then warm"),
        headings=(
            _("Operation"),
            _("Cold"),
            _("Warm, p50"),
            _("max"),
            "n",
            _("Queries, cold"),
            _("Queries, warm"),
        ),
        rows=tuple(rows),
        note=_(
            "Each sent alone, before the load: the first time that it worked, and again when caches were filled anew."
        ),
    )


def _queries(count: int | None) -> str:
    return units.NONE if count is None else units.count(count)
