"""The conditions and the headline of a run as pairs of label and text, shared by all report formats."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loadaudit.analysis.facts import PROCESS_PROBE
from loadaudit.analysis.findings.strained_generator import CODE as STRAINED
from loadaudit.analysis.result import Analysis, Logins, SeriesSummary
from loadaudit.records import LoginWay, Severity
from loadaudit.reporting import units
from loadaudit.reporting.imported import source_facts
from loadaudit.reporting.shape_words import shape_text
from loadaudit.reporting.wording import CAUSES, WAYS, finding_text, reasons_text, state_text

Facts = tuple[tuple[str, str], ...]
_LONG_TRANSACTION_S = 5.0


def run_facts(analysis: Analysis) -> Facts:
    """Return what the run was and how it ended."""
    info = analysis.info
    return (
        (_("Run"), f"{info.label} ({info.id})" if info.label and info.label != info.id else info.id),
        (_("Started"), info.started_at),
        (_("Target"), info.target or units.NONE),
        (_("Users"), units.count(info.users) if info.users else units.NONE),
        (_("Load"), units.duration(analysis.load_ns) if analysis.load_ns else units.NONE),
        *((_("Shape"), text) for text in _shape(analysis)),
        (_("Requests"), units.count(analysis.requests)),
        *((_("Dropped"), text) for text in _dropped(analysis)),
        (_("Logins"), logins_text(analysis)),
        *source_facts(analysis),
        *_held_back(analysis),
        (_("Ended"), state_text(info)),
        (_("Seed"), str(info.seed)),
        *(((_("Revision"), info.environment["revision"]),) if "revision" in info.environment else ()),
        *(((_("Note"), info.note),) if info.note else ()),
        *_beside_the_requests(analysis),
    )


def _shape(analysis: Analysis) -> Iterator[str]:
    if analysis.plan is not None and (text := shape_text(analysis.plan.shape)):
        yield text


def _dropped(analysis: Analysis) -> Iterator[str]:
    """Yield how many requests of a rate could not begin; 0 is worth saying, too."""
    if analysis.plan is not None and analysis.plan.shape.rate is not None:
        dropped = analysis.info.dropped_count
        yield ngettext(
            "%(count)s request could not begin in its time", "%(count)s requests could not begin in their time", dropped
        ) % {"count": units.count(dropped)}


def _held_back(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Yield how many operations are missing on purpose, by reason."""
    reasons = Counter(reasons_text(one) for one in analysis.operations if one.held_back)
    if reasons:
        words = (f"{units.count(count)} · {reason}" for reason, count in sorted(reasons.items(), key=_most_first))
        values = {"count": units.count(reasons.total()), "reasons": "\n".join(words)}
        text = ngettext(
            "%(count)s operation on purpose\n%(reasons)s",
            "%(count)s operations on purpose\n%(reasons)s",
            reasons.total(),
        )
        yield _("Held back"), text % values


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def messages(analysis: Analysis) -> tuple[str, ...]:
    """Return the notes about the run, and what its conditions mean for its figures."""
    notes = list(analysis.messages)
    if analysis.cpu_contended:
        notes.append(
            _("Latencies include waiting for the CPU of this machine: %(cpu)s.") % {"cpu": _cpu_text(analysis)}
        )
    # As a finding of no concern it would not be seen, and yet it is about every figure.
    late = (one for one in analysis.findings if one.code == STRAINED and one.severity is Severity.INFO)
    return (*notes, *(finding_text(one).claim for one in late))


def environment(analysis: Analysis) -> Facts:
    """Return versions, driver, host and settings changed for the run."""
    return tuple(sorted(analysis.info.environment.items()))


def logins_text(analysis: Analysis) -> str:
    """Return how many logins were proven."""
    logins = analysis.logins
    if not logins.attempts:
        return _("nobody logged in")
    if analysis.imported is not None:
        return _imported_logins(logins)
    texts = [
        _("%(proven)s of %(attempts)s proven (%(percent)s)")
        % {
            "proven": units.count(logins.proven),
            "attempts": units.count(logins.attempts),
            "percent": units.percent(logins.proven, logins.attempts),
        }
    ]
    ways = sorted({way for role in logins.roles for way in role.ways})
    if ways != [LoginWay.FORM]:
        texts.append(", ".join(str(WAYS[way]) for way in ways))
    if logins.retries:
        texts.append(_("%(count)s of them repeated") % {"count": units.count(logins.retries)})
    texts += [f"{units.count(count)} {CAUSES[cause]}" for cause, count in logins.causes.items()]
    if logins.lost:
        texts.append(
            _("%(lost)s sessions lost, %(regained)s regained (%(time)s of logins beside the load)")
            % {
                "lost": units.count(logins.lost),
                "regained": units.count(logins.regained),
                "time": units.duration(logins.after_loss_ns),
            }
        )
    return ", ".join(texts)


def _imported_logins(logins: Logins) -> str:
    passed = logins.proven + logins.doubted
    values = {"passed": units.count(passed), "attempts": units.count(logins.attempts)}
    text = _("%(passed)s of %(attempts)s not counted as failed") % values
    return _("%(text)s, none of them confirmed by what came after it") % {"text": text} if logins.doubted else text


def reported_text(analysis: Analysis) -> str:
    """Return what a load tool would have said, in one line."""
    it = analysis.reported
    return _("%(percent)s of requests succeeded, %(operations)s operations tested") % {
        "percent": units.percent(it.reported_requests, it.requests),
        "operations": _of(it.reported_operations, it.operations),
    }


def proven_text(analysis: Analysis) -> str:
    """Return what traces prove, in one line."""
    it = analysis.reported
    return _("%(percent)s of requests succeeded, %(operations)s operations covered") % {
        "percent": units.percent(it.proven_requests, it.requests),
        "operations": _of(it.proven_operations, it.operations),
    }


def latency_lines(analysis: Analysis) -> Facts:
    """Return the latency of proven successes, each lane apart, with its n."""
    lines = []
    shown = [(_("Latency"), analysis.overall.latency)]
    if analysis.plan is not None and analysis.plan.shape.rate is not None:
        # Only where requests are due at fixed times are the two different things.
        shown.append((_("Response time"), analysis.overall.response))
    shown += [(_("Latency, heavy"), analysis.heavy.latency), (_("Latency, health checks"), analysis.health.latency)]
    for label, it in shown:
        if it.n:
            figures = (("p50", it.p50_ns), ("p95", it.p95_ns), ("p99", it.p99_ns))
            text = ", ".join(f"{name} {units.duration(value)}" for name, value in figures)
            maximum = units.duration(it.max_ns)
            lines.append((label, f"{text}, max {maximum} (n = {units.count(it.n)})"))
    return tuple(lines)


def _beside_the_requests(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Yield what was read beside the requests, where there is something."""
    for probe, series in groupby(analysis.series, key=lambda one: one.probe):
        by_name = {one.name: one for one in series}
        kind, _separator, alias = probe.partition(" ")
        place = "" if alias in ("", "default") else f" ({alias})"
        if kind == "postgresql":
            yield _("PostgreSQL sessions") + place, _sessions_text(by_name)
        elif kind == "redis":
            yield _("Redis") + place, _redis_text(by_name)
        elif kind == "pgbouncer":
            yield _("PgBouncer") + place, _pgbouncer_text(by_name)
        elif kind == "workers":
            yield _("Server workers"), _workers_text(by_name)
        elif kind == PROCESS_PROBE:
            yield _("CPU"), _cpu_text(analysis)
            text = _process_text(by_name, "memory_bytes", lambda one: units.size(round(one.maximum)))
            yield _("Memory"), _("%(sizes)s (at most)") % {"sizes": text}


def _sessions_text(series: Mapping[str, SeriesSummary]) -> str:
    texts = [
        _("at most %(sessions)s of %(limit)s")
        % {"sessions": _maximum(series, "sessions"), "limit": _maximum(series, "max_connections")}
    ]
    if "waiting_on_lock" in series and series["waiting_on_lock"].maximum:
        texts.append(_("%(count)s of them waiting for a lock") % {"count": _maximum(series, "waiting_on_lock")})
    if "deadlocks" in series and series["deadlocks"].maximum:
        texts.append(_("%(count)s deadlocks") % {"count": _maximum(series, "deadlocks")})
    if "temp_files" in series and series["temp_files"].maximum:
        values = {"count": _maximum(series, "temp_files"), "size": units.size(round(series["temp_bytes"].maximum))}
        texts.append(_("%(count)s temporary files of %(size)s") % values)
    if "cache_hit_percent" in series:
        texts.append(_("%(share)s of blocks from the cache") % {"share": f"{series['cache_hit_percent'].median:.0f} %"})
    if "longest_transaction_s" in series and series["longest_transaction_s"].maximum >= _LONG_TRANSACTION_S:
        longest_ns = 1e9 * series["longest_transaction_s"].maximum
        texts.append(_("a transaction of %(time)s") % {"time": units.duration(longest_ns)})
    return ", ".join(texts)


def _pgbouncer_text(series: Mapping[str, SeriesSummary]) -> str:
    text = _("at most %(waiting)s of %(clients)s clients waiting for one of %(size)s server connections") % {
        "waiting": _maximum(series, "clients_waiting"),
        "clients": _maximum(series, "clients"),
        "size": _maximum(series, "pool_size"),
    }
    longest_ns = 1e9 * series["longest_wait_s"].maximum if "longest_wait_s" in series else 0.0
    return text + (_(", %(time)s at most") % {"time": units.duration(longest_ns)} if longest_ns else "")


def _workers_text(series: Mapping[str, SeriesSummary]) -> str:
    return _("%(busy)s busy in the median, at most %(most)s; at most %(requests)s requests at once") % {
        "busy": units.count(round(series["busy"].median)),
        "most": _maximum(series, "busy"),
        "requests": _maximum(series, "requests_in_flight"),
    }


def _redis_text(series: Mapping[str, SeriesSummary]) -> str:
    texts = [_("at most %(clients)s clients") % {"clients": _maximum(series, "clients")}]
    if "used_memory_bytes" in series:
        texts.append(units.size(round(series["used_memory_bytes"].maximum)))
    if "latency_ms" in series:
        texts.append(
            _("%(time)s to answer in the median") % {"time": units.duration(1e6 * series["latency_ms"].median)}
        )
    if "evicted_keys" in series and series["evicted_keys"].maximum:
        texts.append(_("%(count)s keys evicted") % {"count": _maximum(series, "evicted_keys")})
    if "rejected_connections" in series and series["rejected_connections"].maximum:
        texts.append(_("%(count)s connections rejected") % {"count": _maximum(series, "rejected_connections")})
    return ", ".join(texts)


def _cpu_text(analysis: Analysis) -> str:
    series = {one.name: one for one in analysis.series if one.probe == PROCESS_PROBE}
    text = _process_text(series, "cpu_percent", lambda one: f"{one.median:.0f} %")
    return _("%(shares)s (median)") % {"shares": text}


def _process_text(series: Mapping[str, SeriesSummary], measure: str, figure: Callable[[SeriesSummary], str]) -> str:
    """Return one measure of the server, the load and the machine, those that were read."""
    words = {"server": _("server"), "load": _("load"), "machine": _("machine")}
    found = [(word, series.get(f"{role}_{measure}")) for role, word in words.items()]
    return ", ".join(f"{word} {figure(one)}" for word, one in found if one is not None)


def _maximum(series: Mapping[str, SeriesSummary], name: str) -> str:
    return units.count(round(series[name].maximum)) if name in series else units.NONE


def _of(part: int, whole: int) -> str:
    return _("%(part)s of %(whole)s") % {"part": units.count(part), "whole": units.count(whole)}
