"""The JSON schema of the analysis document, made from the records that the document is made of."""

from loadaudit.analysis import result
from loadaudit.analysis.result_split import OperationSplit
from loadaudit.analysis.result_tools import Imported, ToolComparison
from loadaudit.records import Lane, Level, LoadNode, Metric, Outcome, RunInfo, Severity, Unit, Values, Verdict
from loadaudit.reporting.json_schema.definitions import (
    COUNT,
    FLAG,
    TEXT,
    TEXTS,
    Definitions,
    Schema,
    coverage_counts,
    described,
    list_of,
    object_of,
    optional,
)


def analysis_schema() -> Schema:
    """Return the schema (JSON Schema, draft 2020-12) of `analysis_document`."""
    known = Definitions()
    properties = {
        "run": run_of(known),
        "totals": object_of(
            {
                **coverage_counts(),
                "requests": COUNT,
                **{name: {"$ref": "#/$defs/Figures"} for name in _STATISTICS_OF_LANES},
            }
        ),
        "criteria": list_of(criterion()),
        "categories": list_of(object_of({"category": TEXT, **coverage_counts()})),
        "operations": list_of(_operation(known)),
        "findings": list_of(_finding(known)),
        "reported": known.of(result.Reported),
        "logins": known.extended(result.Logins, success_rate=optional({"type": "number"})),
        "errors": known.of(tuple[result.ErrorGroup, ...]),
        "timeline": known.of(tuple[result.TimeBucket, ...]),
        "series": known.of(tuple[result.SeriesSummary, ...]),
        "health_effect": known.of(result.HealthEffect | None),
        "contention": list_of(_contention()),
        "lock_queues": known.of(tuple[result.LockQueue, ...]),
        "exports": known.of(tuple[result.ColdAndWarm, ...]),
        "tool": known.of(ToolComparison | None),
        "load_nodes": known.of(tuple[LoadNode, ...]),
        "imported": optional(known.extended(Imported, cannot_tell=TEXTS)),
        "unknown_operations": TEXTS,
        "messages": TEXTS,
    }
    figures = described("Of proven successes; null where there are too few to state one. Times are nanoseconds.")
    known.made["Figures"] = {**object_of(_figures()), **figures}
    return known.document("analysis", "The analysis of a run of loadaudit", properties)


def run_of(known: Definitions) -> Schema:
    """Return the schema of a run's own facts."""
    return known.extended(RunInfo, cut_short={**FLAG, "description": "It ended without saying so."})


_STATISTICS_OF_LANES = ("statistics", "statistics_heavy", "statistics_health")


def _figures() -> Schema:
    times = ("p50_ns", "p95_ns", "p99_ns", "max_ns", "response_p50_ns", "response_p95_ns", "response_p99_ns")
    medians = ("queries_median", "queries_max", "body_bytes_median")
    return {
        "n": COUNT,
        **dict.fromkeys((*times, *medians), optional(COUNT)),
        "rate_per_s": optional({"type": "number"}),
        "traced": COUNT,
        "database_share": optional({"type": "number"}),
        "body_bytes_total": COUNT,
    }


def _outcomes() -> Schema:
    names = {"enum": [one.value for one in Outcome]}
    return {"type": "object", "propertyNames": names, "additionalProperties": COUNT}


def _operation(known: Definitions) -> Schema:
    return object_of(
        {
            "id": {**TEXT, "description": "Method and route, as in the inventory."},
            "category": TEXT,
            "lane": {"enum": [one.value for one in Lane]},
            "level": {"enum": [one.word for one in Level]},
            "requests": COUNT,
            "outcomes": _outcomes(),
            "reason": {**TEXT, "description": "Why it did not succeed; empty where it did."},
            "excluded": FLAG,
            "held_back": FLAG,
            "statistics": {"$ref": "#/$defs/Figures"},
            "time_split": known.of(OperationSplit | None),
        }
    )


def _finding(known: Definitions) -> Schema:
    return object_of(
        {
            "code": TEXT,
            "severity": {"enum": [one.word for one in Severity]},
            **dict.fromkeys(("title", "claim", "cause", "action", "command"), TEXT),
            "proven": FLAG,
            "operations": TEXTS,
            "values": known.of(Values),
            "statements": TEXTS,
            "samples": list_of({"type": "integer"}),
            "moments_ns": list_of({"type": "integer"}),
        }
    )


def criterion() -> Schema:
    """Return the schema of one success criterion."""
    return object_of(
        {
            "text": TEXT,
            "metric": {"enum": [one.value for one in Metric]},
            "scope": TEXT,
            "comparison": TEXT,
            "limit": {"type": "number"},
            "unit": {"enum": [one.value for one in Unit]},
            "value": optional({"type": "number"}),
            "n": COUNT,
            "needed": COUNT,
            "verdict": {"enum": [one.value for one in Verdict]},
            "declared": {**FLAG, "description": "By the project or the operator; else a default."},
        }
    )


def _contention() -> Schema:
    contended = object_of({"requests": COUNT, "outcomes": _outcomes(), **_figures()})
    return object_of(
        {
            "operation": TEXT,
            "same_row": optional(contended),
            "own_rows": optional(contended),
            "new_row": {**FLAG, "description": "Those of `same_row` were the same to the letter and make a row."},
            "crossed": optional(contended),
        }
    )
