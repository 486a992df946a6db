"""Where imported results come from and what they cannot tell, as texts that all report formats share."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.result_tools import Imported
from loadaudit.records import Limit, Match
from loadaudit.reporting import units

_LIMITS: dict[Limit, Promise] = {
    Limit.TRACES: gettext_lazy(
        "Which view ran: there are no traces. An answer counts as the operation's own unless something marks it as a "
        "login, refusal or error page."
    ),
    Limit.USERS: gettext_lazy("Who asked: which requests were made by a user who was logged in is not recorded."),
    Limit.SQL: gettext_lazy("Why something was slow: there are no statements, exceptions, locks or CPU times."),
    Limit.SIZES_ARE_MEANS: gettext_lazy(
        "What single answers were: bodies are known by their average size. An average that is the login page's to the "
        "byte stands for that page alone; any other may hide it."
    ),
    Limit.SIZES_ARE_TRUNCATED: gettext_lazy(
        "Exact averages: this report cuts sizes to whole bytes, so that less follows from them. "
        "The CSV files tell more."
    ),
    Limit.STATUS_OF_SUCCESSES: gettext_lazy(
        "With which status requests succeeded: a script may accept a 403 or 404 as fine."
    ),
    Limit.LATENCY_OF_ALL: gettext_lazy(
        "How long successes took: times are of all requests of a name, failures and login pages included."
    ),
    Limit.LATENCY_IN_QUANTILES: gettext_lazy(
        "Exact times: they are rebuilt from Locust's quantiles, which it rounds to two digits."
    ),
    Limit.LATENCY_IN_BUCKETS: gettext_lazy("Exact times: they are kept in steps of 2 %, and are at most 1 % off."),
    Limit.NO_LATENCY: gettext_lazy(
        "How long requests took: the lines have no duration. For nginx add $request_time to log_format, for gunicorn "
        "%(L)s to --access-logformat."
    ),
    Limit.LATENCY_UNIT: gettext_lazy(
        "The unit of the durations: whole numbers were read as microseconds, as %(D)s of gunicorn writes them."
    ),
    Limit.NO_FAILURE_TEXTS: gettext_lazy("Why requests failed: the file of failures was not imported."),
    Limit.NO_TIMELINE: gettext_lazy("The course of the load: there is no time line in these files."),
    Limit.STATUS_ONLY: gettext_lazy(
        "What the client made of an answer, and what it wanted: a log shows the traffic of everybody, "
        "monitoring included."
    ),
}

_MATCHES: dict[Match, Promise] = {
    Match.EXACT: gettext_lazy("exactly"),
    Match.RESOLVED: gettext_lazy("by the URLconf"),
    Match.SHAPE: gettext_lazy("by shape"),
    Match.PREFIX: gettext_lazy("by shape without a prefix"),
    Match.MAPPED: gettext_lazy("by the mapping"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedRow:
    """A name that stands for no operation."""

    name: str
    requests: str
    candidates: str


def proven_label(analysis: Analysis) -> str:
    """Return what the figure beside the reported one rests on."""
    return _("Left without known non-answers") if analysis.imported else _("Proven by traces")


def success_label(analysis: Analysis) -> str:
    """Return what the lower bars of the time line stand for."""
    return _("not counted as failed") if analysis.imported else _("proven successes")


def source_facts(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    """Return the origin of imported results and how their names were matched."""
    it = analysis.imported
    if it is None:
        return ()
    return ((_("Imported from"), f"{it.tool}: {', '.join(it.sources)}"), (_("Names"), _names_text(it)))


def limit_texts(analysis: Analysis) -> tuple[str, ...]:
    """Return what the results cannot tell, one sentence each."""
    return tuple(str(_LIMITS[one]) for one in analysis.imported.limits) if analysis.imported else ()


def unmatched_rows(analysis: Analysis) -> tuple[UnmatchedRow, ...]:
    """Return the names that stand for no operation, the most requested first."""
    if analysis.imported is None:
        return ()
    return tuple(
        UnmatchedRow(
            name=one.label,
            requests=units.count(one.requests),
            candidates=", ".join(one.candidates) if one.candidates else _("nothing like it"),
        )
        for one in analysis.imported.unmatched
    )


def _names_text(it: Imported) -> str:
    parts = [f"{units.count(it.matches[match])} {word}" for match, word in _MATCHES.items() if it.matches.get(match)]
    if it.matches.get(Match.IGNORED):
        values = {"names": units.count(it.matches[Match.IGNORED]), "requests": units.count(it.ignored_requests)}
        parts.append(_("%(names)s ignored by the mapping (%(requests)s requests)") % values)
    parts.append(_("%(count)s fit no operation") % {"count": units.count(len(it.unmatched))})
    return f"{units.count(it.names)}: {', '.join(parts)}"
