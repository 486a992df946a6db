"""What the scripts of the HTML report draw, as one JSON document inside the page."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from loadaudit.analysis.details import bucket_edge_ns
from loadaudit.analysis.result import Analysis, TimeBucket
from loadaudit.analysis.result_details import Curve, Details
from loadaudit.records import Level, Outcome
from loadaudit.reporting.html.operation import operation_row
from loadaudit.reporting.imported import success_label
from loadaudit.reporting.time_tables import part_words
from loadaudit.reporting.wording import LEVELS, OUTCOMES

_ESCAPES = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

_BYTES = ("memory_bytes", "used_memory_bytes")


def script_document(analysis: Analysis) -> SafeString:
    """Return the document so that no text in it can end the script element that holds it."""
    text = json.dumps(document(analysis), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return mark_safe(text)


def document(analysis: Analysis) -> dict[str, Any]:
    """Return operations, requests and curves; times are milliseconds since the start of the load.

    What only the page of a single operation shows is packed beside it: `details.packed_details`.
    """
    details = analysis.details
    if details is None:
        raise ValueError("the page wants an analysis with its details")
    positions = {one.operation.id: position for position, one in enumerate(analysis.operations)}
    return {
        "operations": [operation_row(one) for one in analysis.operations],
        "points": _points(details, positions),
        "outcomes": [{"word": str(OUTCOMES[one]), "ok": one is Outcome.OK} for one in Outcome],
        "timeline": [
            [
                *(one.start_s, one.length_s, one.requests, one.successes, one.max_latency_ns / 1e6, one.split_n),
                *(_means(one), one.users),
            ]
            for one in analysis.timeline
        ],
        "curves": [_curve(one) for one in details.curves],
        "load_ms": analysis.load_ns / 1e6,
        "edges": [bucket_edge_ns(0) / 1e6, bucket_edge_ns(1) / bucket_edge_ns(0)],
        "fact_names": [
            _("View"),
            _("Place"),
            _("URL name"),
            _("Access"),
            _("Risk"),
            _("Parameters from"),
            _("Body from"),
        ],
        "split_keys": list(part_words()),
        "split_names": list(part_words().values()),
        "levels": [{"word": str(LEVELS[level]), "css": level.word} for level in Level],
        "words": _words(analysis),
    }


def _means(one: TimeBucket) -> list[float]:
    """Return the milliseconds of a mean request, in the order of `split_names`; empty where nothing was split."""
    return [round(one.split[name] / 1e6, 2) for name in part_words()] if one.split else []


def _points(details: Details, positions: Mapping[str, int]) -> dict[str, Any]:
    known = [one for one in details.points if one.operation_id in positions]
    outcomes = {outcome: position for position, outcome in enumerate(Outcome)}
    return {
        "start": [round(one.start_ns / 1e6) for one in known],
        "latency": [round(one.latency_ns / 1e6, 1) for one in known],
        "operation": [positions[one.operation_id] for one in known],
        "outcome": [outcomes[one.outcome] for one in known],
        "of": details.requests,
    }


def _curve(one: Curve) -> dict[str, Any]:
    scale = 1024**2 if one.name.endswith(_BYTES) else 1
    return {
        "probe": one.probe,
        "name": one.name.replace("_bytes", "_MiB") if scale > 1 else one.name,
        "points": [
            [round(time / 1e6), round(value / scale, 2)] for time, value in zip(one.times_ns, one.values, strict=True)
        ],
    }


def _words(analysis: Analysis) -> dict[str, str]:
    return {
        "all": _("the results have no single requests") if analysis.imported else _("all requests of the load"),
        "some": _("%(shown)s of %(all)s requests, all failures and the slowest first"),
        "latency": _("latency in ms"),
        "rate": _("requests per second"),
        "still": _("always 0:"),
        "proven": success_label(analysis),
        "other": _("other requests"),
        "users": _("virtual users"),
        "mean_split": _("mean time of a request in ms"),
        "split_in": _("Where the time went between %(from)s s and %(to)s s, %(mean)s ms per request, n = %(n)s"),
        "split_all": _("Where the time went, %(mean)s ms per request, n = %(n)s"),
        "against": _("whole load: %(share)s %%"),
        "stretch": _("Requests between %(from)s s and %(to)s s"),
        "part": _("(of those that the chart shows)"),
        "whole": _("Show the whole load"),
        "histogram": _("Latency of proven successes"),
        "n": _("n = %(n)s"),
        "typical": _("Where the time of a typical request went"),
        "slowest_request": _("Where the time of the slowest request went: %(time)s, %(path)s"),
        "plan": _("Plan"),
        "cut": _("Requests of the operations of this finding over the load, those in dark: %(n)s"),
        "look": _("Show this stretch"),
        "concern": _("%(shown)s of %(all)s findings and %(errors)s errors concern what was sent in this stretch."),
        "statements": _("Statements that took the most time"),
        "more": _("%(count)s statements in all"),
        "statement": _("Statement"),
        "per_request": _("Per request"),
        "total": _("Total"),
        "slowest": _("Slowest"),
        "place": _("Place"),
        "findings": _("Findings"),
        "errors": _("Errors"),
        "outcomes": _("Outcomes"),
        "again": _("Send it again"),
        "excluded": _("excluded"),
        "also": _("also:"),
        "rows": _("Show all %(count)s rows"),
        "shown": _("%(shown)s of %(all)s operations"),
        "close": _("Close"),
        "no_details": _("This browser cannot unpack what the report says of single operations; a newer one can."),
        "no_latency": _("No proven success, so no latency."),
    }
