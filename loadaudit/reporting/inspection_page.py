"""An inspection in words: what the terminal prints and the page shows, each in its own layout."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loadaudit.records import InspectedRequest, InspectedStatement, Inspection, Outcome, PanelFigures
from loadaudit.reporting import units
from loadaudit.reporting.time_tables import part_words
from loadaudit.reporting.wording import OUTCOMES

MOST_STATEMENTS = 15
_MOST_NAMES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the time."""

    word: str
    duration: str
    percent: str
    share: float
    """Between 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """One statement at one place."""

    count: str
    figures: str
    sql: str
    place: str
    source: str
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure before and after."""

    word: str
    before: str
    after: str
    better: bool | None
    """None: neither better nor worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPage:
    """Everything that is shown of an inspection."""

    title: str
    lines: tuple[str, ...]
    works: bool
    total: str
    time_note: str
    parts: tuple[Part, ...]
    panels: tuple[tuple[str, str], ...]
    statements_title: str
    statements: tuple[Executed, ...]
    more_statements: int
    slowest: str
    """Headline of the slowest statement; empty: none was executed."""
    slowest_sql: str
    plan: tuple[str, ...]
    changes: tuple[Change, ...]
    traceback: str
    notes: tuple[str, ...]
    command: str


def inspection_page(one: Inspection, before: Inspection | None, notes: tuple[str, ...]) -> InspectionPage:
    """Return an inspection in words, and what is different from the one before it."""
    slowest = one.panels.slowest
    return InspectionPage(
        title=one.request.operation_id,
        lines=tuple(_lines(one)),
        works=one.outcome is Outcome.OK,
        total=units.duration(one.service_ns),
        time_note=_time_note(one),
        parts=tuple(_parts(one)),
        panels=tuple(_panels(one.panels)),
        statements_title=_statements_title(one.panels),
        statements=tuple(_executed(each) for each in one.panels.statements[:MOST_STATEMENTS]),
        more_statements=max(0, len(one.panels.statements) - MOST_STATEMENTS),
        slowest=_slowest_title(slowest.duration_ns, slowest.call_site) if slowest is not None else "",
        slowest_sql=slowest.sql if slowest is not None else "",
        plan=(slowest.explained or (_("No plan: %s") % slowest.problem,)) if slowest is not None else (),
        changes=tuple(_changes(before, one)) if before is not None else (),
        traceback=one.traceback,
        notes=(*one.notes, *notes),
        command=_command(one.request),
    )


def _lines(one: Inspection) -> Iterator[str]:
    request = one.request
    who = request.username or request.role
    yield f"{one.view}"
    yield _("%(method)s %(path)s as %(who)s (%(role)s)") % {
        "method": request.method,
        "path": request.path,
        "who": who,
        "role": request.role,
    }
    answer = f"{one.status}, {units.size(one.body_bytes)}, {OUTCOMES[one.outcome]}"
    yield answer if one.outcome is Outcome.OK or not one.detail else f"{answer}: {one.detail}"
    origins = [request.origin, request.payload.origin if request.payload is not None else ""]
    if any(origins):
        yield _("Values: %s") % "; ".join(filter(None, origins))
    if one.tries > 1:
        yield _("Tries until it was answered so: %d") % one.tries


def _time_note(one: Inspection) -> str:
    if not one.parts:
        return _("The server gave no trace of the request, so its time is not known.")
    if not one.alone:
        return _("Taken under the toolbar's panels, whose own work counts as Python.")
    note = _("Taken without the toolbar's panels: the quickest of three requests in a warm process.")
    return note + (" " + _("The first, under the panels: %s.") % units.duration(one.first_ns) if one.first_ns else "")


def _parts(one: Inspection) -> Iterator[Part]:
    words = part_words()
    whole = sum(one.parts.values())
    for name, value in sorted(one.parts.items(), key=lambda pair: -pair[1]):
        if value:
            yield Part(
                word=words[name],
                duration=units.duration(value),
                percent=units.share(value / whole),
                share=value / whole,
            )


def _panels(panels: PanelFigures) -> Iterator[tuple[str, str]]:
    cpu = {"user": units.duration(panels.user_cpu_ns), "system": units.duration(panels.system_cpu_ns)}
    yield (
        _("Timer"),
        _("%(user)s of CPU, %(system)s in the system, ") % cpu
        + ngettext("%d context switch", "%d context switches", panels.switches) % panels.switches,
    )
    cache = panels.cache
    if cache.calls:
        calls = ", ".join(f"{count} {name}" for name, count in cache.calls.items())
        figures = {"calls": calls, "time": units.duration(cache.total_ns), "hits": cache.hits, "misses": cache.misses}
        yield _("Cache"), _("%(calls)s in %(time)s; hits: %(hits)d, misses: %(misses)d") % figures
    else:
        yield _("Cache"), _("no call")
    yield _("Templates"), _counted(panels.templates) or _("none rendered")
    signals = {name: len(names) for name, names in panels.signals.items()}
    yield _("Signals"), _counted(signals, _("receivers")) or _("no receiver")


def _counted(names: Mapping[str, int], unit: str = "×") -> str:
    """Return the names with their counts, the largest first."""
    ordered = sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [f"{name} ({count} {unit})" if count > 1 else name for name, count in ordered[:_MOST_NAMES]]
    return ", ".join(shown) + (", …" if len(ordered) > _MOST_NAMES else "")


def _statements_title(panels: PanelFigures) -> str:
    if not panels.statement_count:
        return _("Statements: none")
    title = _("Statements: %(count)d in %(time)s") % {
        "count": panels.statement_count,
        "time": units.duration(panels.database_ns),
    }
    if not panels.duplicate_count:
        return title
    return title + "; " + _("%d asked once more for what had been asked before") % panels.duplicate_count


def _executed(one: InspectedStatement) -> Executed:
    figures = units.duration(one.total_ns)
    if one.count > 1:
        times = {"total": figures, "slowest": units.duration(one.max_ns)}
        figures = _("in %(total)s altogether, slowest %(slowest)s") % times
    if one.duplicates:
        figures += ", " + _("%d with the same values") % one.duplicates
    elif one.count > 1:
        figures += ", " + _("each with other values")
    place = one.call_site or _("no line of the project's own code")
    return Executed(
        count=f"{one.count} ×",
        figures=figures,
        sql=one.sql,
        place=place,
        source=one.source,
        repeated=one.count > 1,
    )


def _slowest_title(duration_ns: int, call_site: str) -> str:
    title = _("Slowest statement: %s") % units.duration(duration_ns)
    return f"{title}, {call_site}" if call_site else title


def _changes(before: Inspection, after: Inspection) -> Iterator[Change]:
    yield Change(word=_("Status"), before=str(before.status), after=str(after.status), better=None)
    durations = (
        (_("Time"), before.service_ns, after.service_ns),
        (_("Time in statements"), before.panels.database_ns, after.panels.database_ns),
    )
    # What requests may be off by: the quickest of three, and a single one.
    least_ns, share = (1_000_000, 0.1) if before.alone and after.alone else (5_000_000, 0.5)
    for word, old, new in durations:
        clear = abs(new - old) > max(least_ns, share * max(old, new))
        yield Change(
            word=word, before=units.duration(old), after=units.duration(new), better=new < old if clear else None
        )
    counts = (
        (_("Statements"), before.panels.statement_count, after.panels.statement_count),
        (_("With the same values"), before.panels.duplicate_count, after.panels.duplicate_count),
        (_("Cache calls"), sum(before.panels.cache.calls.values()), sum(after.panels.cache.calls.values())),
        (_("Templates"), sum(before.panels.templates.values()), sum(after.panels.templates.values())),
    )
    for word, old, new in counts:
        better = None if old == new or word in (_("Cache calls"), _("Templates")) else new < old
        yield Change(word=word, before=units.count(old), after=units.count(new), better=better)
    yield Change(word=_("Body"), before=units.size(before.body_bytes), after=units.size(after.body_bytes), better=None)


def _command(request: InspectedRequest) -> str:
    return f"manage.py loadaudit inspect {shlex.quote(request.operation_id)} --repeat"
