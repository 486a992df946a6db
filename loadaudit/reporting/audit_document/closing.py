"""What is good about a run, what to do next, and what the run cannot say."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.statistics import P99_MINIMUM
from loadaudit.records import Lane, Level, Outcome, Severity, Verdict
from loadaudit.reporting import facts, units
from loadaudit.reporting.audit_document.actions import Action
from loadaudit.reporting.audit_document.again import EMBEDDED, run_command

_SWIFT_NS = 200_000_000


def good(analysis: Analysis) -> Iterator[str]:
    """Yield what the run shows to be in order, each with its figures."""
    logins = analysis.logins
    if logins.attempts and logins.proven == logins.attempts and not logins.doubted:
        yield _("All %(count)s logins were proven.") % {"count": units.count(logins.attempts)}
    passed = sum(one.verdict is Verdict.PASSED for one in analysis.criteria)
    if passed:
        values = {"passed": units.count(passed), "count": units.count(len(analysis.criteria))}
        yield _("%(passed)s of %(count)s success criteria are met.") % values
    whole = [one.category for one in analysis.coverage.categories if one.operations and one.succeeded == one.operations]
    if whole:
        yield _("Every operation has a proven success in: %(names)s.") % {"names": ", ".join(whole)}
    failed = sum(one.statistics.outcomes.get(Outcome.SERVER_ERROR, 0) for one in analysis.operations)
    if analysis.requests and not failed:
        yield _("None of %(count)s requests ended in a server error.") % {"count": units.count(analysis.requests)}
    yield from _good_times(analysis)
    yield from _good_server(analysis)


def _good_times(analysis: Analysis) -> Iterator[str]:
    measured = [one for one in analysis.operations if one.statistics.latency.p95_ns is not None]
    swift = sum((one.statistics.latency.p95_ns or 0) < _SWIFT_NS for one in measured)
    if swift:
        values = {"swift": units.count(swift), "count": units.count(len(measured)), "limit": units.duration(_SWIFT_NS)}
        yield _("%(swift)s of %(count)s operations with a p95 stay below %(limit)s.") % values
    if measured and not any(one.severity > Severity.INFO and one.code == "LA301" for one in analysis.findings):
        traced = sum(one.statistics.traced for one in analysis.operations)
        if traced:
            yield _("No N+1 in %(count)s traced requests.") % {"count": units.count(traced)}


def _good_server(analysis: Analysis) -> Iterator[str]:
    codes = {one.code for one in analysis.findings if one.severity > Severity.INFO}
    contended = sum(it.successes for one in analysis.contention for it in (one.same_row, one.crossed) if it is not None)
    if contended and not codes & {"LA502", "LA503", "LA504", "LA508"}:
        values = {"count": units.count(contended), "writes": units.count(len(analysis.contention))}
        yield (
            _("%(count)s writes at the same moment (%(writes)s operations) neither undid nor ended each other.")
            % values
        )
    series = {(one.probe.partition(" ")[0], one.name): one for one in analysis.series}
    sessions, limit = series.get(("postgresql", "sessions")), series.get(("postgresql", "max_connections"))
    if sessions and limit and sessions.maximum < 0.8 * limit.maximum:
        values = {"most": units.count(round(sessions.maximum)), "limit": units.count(round(limit.maximum))}
        yield _("The database had at most %(most)s sessions of %(limit)s.") % values


def next_steps(analysis: Analysis, found: tuple[Action, ...], run: str) -> Iterator[str]:
    """Yield what to do after reading, as Markdown, with the commands for it."""
    urgent = sum(one.priority == 1 for one in found)
    if urgent:
        yield ngettext("Do the %(count)s action of P1.", "Do the %(count)s actions of P1.", urgent) % {"count": urgent}
    if analysis.imported is None:
        again = _("Run again under the same conditions: `%(command)s`") % {"command": run_command(analysis, "after")}
        if any(one.held_back for one in analysis.operations):
            again += _(", and with what held operations back: --only, --exclude, --reads-only")
        yield again
        yield _("See what got better or worse beyond noise: `%(command)s`") % {
            "command": f"manage.py loadaudit compare {run} after"
        }
    else:
        yield _("Let loadaudit send the load itself, so that the server's traces prove it: `%(command)s`") % {
            "command": "manage.py loadaudit run --label after"
        }
    if any(one.level < Level.SUCCEEDED for one in analysis.operations):
        yield _("Say what cannot be found out, beginning with: `%(command)s`") % {
            "command": "manage.py loadaudit plan --stubs"
        }
    yield _("Let the pipeline judge: `%(command)s`") % {"command": "manage.py loadaudit check --strict"}


def limits(analysis: Analysis) -> Iterator[str]:
    """Yield what this run cannot say, and why."""
    info = analysis.info
    if info.cut_short or info.finish_reason != "completed":
        yield _("The run did not come to its end (%(how)s): what was not reached counts as not covered.") % {
            "how": info.finish_reason or _("cut short")
        }
    if analysis.imported is None and info.target == EMBEDDED:
        yield _(
            "It was made against a server of its own on one machine (%(server)s), beside the load: it finds causes, "
            "and does not say how many users the real servers can take."
        ) % {"server": info.environment.get("server", EMBEDDED)}
    if analysis.imported is None and info.traces_expected is False:
        yield _("The target carries no probe: nothing is known of what happened inside it.")
    yield from _thin_data(analysis)
    if analysis.cpu_contended:
        yield _("The machine had no CPU left: latencies include waiting for it.")
    if any(one.code == "LA702" for one in analysis.findings):
        yield _("The load itself was late at times (LA702): latencies may be too high by that.")
    if analysis.info.dropped_count:
        dropped = analysis.info.dropped_count
        yield ngettext(
            "%(count)s request could not begin in its time.",
            "%(count)s requests could not begin in their time.",
            dropped,
        ) % {"count": units.count(dropped)}
    unproven = sum(not one.proven and one.severity > Severity.INFO for one in analysis.findings)
    if unproven:
        yield ngettext(
            "The cause of %(count)s finding above info is not proven; it says why.",
            "The causes of %(count)s findings above info are not proven; each says why.",
            unproven,
        ) % {"count": unproven}
    yield from facts.messages(analysis)


def _thin_data(analysis: Analysis) -> Iterator[str]:
    total = analysis.coverage.total
    missing = total.operations - total.succeeded
    if missing:
        values = {"missing": units.count(missing), "count": units.count(total.operations)}
        yield (
            _("Nothing is known of %(missing)s of %(count)s operations; why, stands under what is not covered.")
            % values
        )
    few = sum(one.level is Level.SUCCEEDED for one in analysis.operations)
    if few:
        values = {"few": units.count(few), "count": units.count(total.succeeded)}
        yield _("%(few)s of %(count)s covered operations succeeded too seldom (n < 20) for a p95.") % values
    light = analysis.overall.latency
    if light.n and light.n < P99_MINIMUM:
        yield _("There is no p99: it needs %(needed)s successes, and there are %(n)s.") % {
            "needed": P99_MINIMUM,
            "n": units.count(light.n),
        }
    heavy = sum(one.lane is Lane.HEAVY for one in analysis.operations)
    if heavy and analysis.heavy.latency.n:
        yield _("Heavy operations were sent a few times each, two at once: their figures are no load test of them.")
