"""The conditions and the headline of a run as pairs of label and text, shared by all report formats."""

from django.utils.translation import gettext as _

from loadaudit.analysis.result import Analysis
from loadaudit.reporting import units
from loadaudit.reporting.wording import state_text

Facts = tuple[tuple[str, str], ...]


def run_facts(analysis: Analysis) -> Facts:
    """Return what the run was and how it ended."""
    info, overall = analysis.info, analysis.overall
    total = overall.requests + analysis.heavy.requests
    return (
        (_("Run"), f"{info.label} ({info.id})" if info.label and info.label != info.id else info.id),
        (_("Started"), info.started_at),
        (_("Target"), info.target),
        (_("Users"), units.count(info.users)),
        (_("Load"), units.duration(analysis.load_ns) if analysis.load_ns else units.NONE),
        (_("Requests"), units.count(total)),
        (_("Logins"), logins_text(analysis)),
        (_("Ended"), state_text(info)),
        (_("Seed"), str(info.seed)),
    )


def environment(analysis: Analysis) -> Facts:
    """Return versions, driver, host and settings changed for the run."""
    return tuple(sorted(analysis.info.environment.items()))


def logins_text(analysis: Analysis) -> str:
    """Return how many logins were proven."""
    logins = analysis.logins
    if not logins.attempts:
        return _("nobody logged in")
    return _("%(proven)s of %(attempts)s proven (%(percent)s)") % {
        "proven": units.count(logins.proven),
        "attempts": units.count(logins.attempts),
        "percent": units.percent(logins.proven, logins.attempts),
    }


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
    """Return the latency of proven successes, heavy operations apart, each with its n."""
    lines = []
    for label, it in ((_("Latency"), analysis.overall), (_("Latency, heavy"), analysis.heavy)):
        if it.latency.n:
            figures = (("p50", it.latency.p50_ns), ("p95", it.latency.p95_ns), ("p99", it.latency.p99_ns))
            text = ", ".join(f"{name} {units.duration(value)}" for name, value in figures)
            maximum = units.duration(it.latency.max_ns)
            lines.append((label, f"{text}, max {maximum} (n = {units.count(it.latency.n)})"))
    return tuple(lines)


def _of(part: int, whole: int) -> str:
    return _("%(part)s of %(whole)s") % {"part": units.count(part), "whole": units.count(whole)}
