"""The JSON schemas of all documents but the analysis."""

from typing import get_type_hints

from loadaudit.analysis.comparison.ranks import Interval
from loadaudit.analysis.comparison.result import Change, Difference, RunFigures, Side, Trend, Verdict
from loadaudit.inventory.changes import ChangedOperation, MovedOperation
from loadaudit.records import Evidence, Inspection, LeftOut, Operation, Plan, Problem
from loadaudit.reporting.inventory_counts import CategoryCount
from loadaudit.reporting.json_schema.analysis import criterion, run_of
from loadaudit.reporting.json_schema.definitions import (
    COUNT,
    FLAG,
    TEXT,
    TEXTS,
    Definitions,
    Schema,
    coverage_counts,
    list_of,
    object_of,
    optional,
)

_NUMBER: Schema = {"type": "number"}


def plan_schema() -> Schema:
    """Return the schema of `plan`."""
    known = Definitions()
    where = {**TEXT, "description": "What the requests would change: a target, or the project's own database."}
    changes = object_of({"where": where, "sent": TEXTS, "held_back": TEXTS})
    known.of(Plan)
    plan = dict(known.made.pop("Plan")["properties"])
    tried = known.made["Tried"]
    times = {name: tried["properties"].pop(name) for name in ("latency_s", "cpu_s")}
    tried["required"] = [one for one in tried["required"] if one not in times]
    plan["measured"] = {
        **object_of(
            {
                "notes": plan["measured"],
                "latencies": list_of(object_of({"operation_id": TEXT, **times})),
                "made": plan.pop("made"),
            }
        ),
        "description": "What is another in each preflight; the rest of the plan does not rest on it.",
    }
    schema = known.document("plan", "What a run would send, and what it leaves out", plan)
    # There is nothing to change on a clone.
    schema["properties"]["changes"] = changes
    return schema


def inventory_schema() -> Schema:
    """Return the schema of `inventory`."""
    known = Definitions()
    properties = {
        "total": COUNT,
        "categories": known.of(tuple[CategoryCount, ...]),
        "operations": list_of(_operation(known)),
        "problems": known.of(tuple[Problem, ...]),
        "left_out": known.of(tuple[LeftOut, ...]),
        "included": TEXTS,
        "notes": TEXTS,
    }
    return known.document("inventory", "The operations of a project", properties)


def changes_schema() -> Schema:
    """Return the schema of `inventory --against`."""
    known = Definitions()
    kinds = ("added", "removed", "moved", "changed")
    properties = {
        "any": {**FLAG, "description": "Whether there is a change."},
        "totals": object_of(dict.fromkeys(kinds, COUNT)),
        "added": list_of(_operation(known)),
        "removed": list_of(_operation(known)),
        "moved": known.of(tuple[MovedOperation, ...]),
        "changed": known.of(tuple[ChangedOperation, ...]),
        "notes": TEXTS,
    }
    return known.document("changes", "What is different from a saved inventory", properties)


def comparison_schema() -> Schema:
    """Return the schema of `compare`."""
    known = Definitions()
    properties = {
        "differences": known.of(tuple[Difference, ...]),
        "runs": list_of(_compared_run(known)),
        "comparison": {"$ref": "#/$defs/Comparison"},
        "steps": list_of({"$ref": "#/$defs/Comparison"}),
        "trends": known.of(tuple[Trend, ...]),
    }
    known.made["Comparison"] = {**_comparison(known), "description": "Two runs."}
    return known.document(
        "comparison", "Runs compared: the last with the first, and each with the one before", properties
    )


def inspection_schema() -> Schema:
    """Return the schema of `inspect`."""
    known = Definitions()
    properties = {"inspection": known.of(Inspection), "before": known.of(Inspection | None)}
    return known.document("inspection", "One request, looked at closely", properties)


def runs_schema() -> Schema:
    """Return the schema of `runs`."""
    summary = {
        **{"path": TEXT, "size_bytes": COUNT, "problem": TEXT},
        **dict.fromkeys(("id", "label", "started_at"), optional(TEXT)),
        **{"users": optional(COUNT), "cut_short": optional(FLAG), "running": FLAG},
        **{"finish_reason": optional(TEXT), "requests": COUNT, "coverage": optional(object_of(coverage_counts()))},
    }
    return Definitions().document("runs", "The stored runs", {"runs": list_of(object_of(summary))})


def criteria_schema() -> Schema:
    """Return the schema of `check`."""
    known = Definitions()
    worse = optional(list_of(object_of({"operation": TEXT, "what": TEXT})))
    properties = {
        "run": run_of(known),
        "criteria": list_of(criterion()),
        "worse": {**worse, "description": "What got worse since the run of --against; null without one."},
    }
    return known.document("criteria", "The success criteria of a run with their verdicts", properties)


def probes_schema() -> Schema:
    """Return the schema of `probes`."""
    probe = {**dict.fromkeys(("name", "kind", "does", "needs"), TEXT), "active": FLAG, "reason": TEXT}
    return Definitions().document(
        "probes", "What is observed, and whether it is here", {"probes": list_of(object_of(probe))}
    )


def _operation(known: Definitions) -> Schema:
    """Return the schema of an operation with how each of its facts is known."""
    ways: Schema = {"enum": [one.value for one in Evidence]}
    of_names: Schema = {"type": "object", "additionalProperties": ways}
    facts = {"type": "object", "additionalProperties": {"anyOf": [ways, of_names]}}
    return known.extended(Operation, evidence={**facts, "description": "How each fact is known, by its name."})


def _compared_run(known: Definitions) -> Schema:
    shares = ("coverage_percent", "success_rate", "behind_login", "logins", "rate_per_s")
    return object_of(
        {
            **dict.fromkeys(("id", "label", "started_at"), TEXT),
            "categories": known.of(get_type_hints(RunFigures)["categories"]),
            "requests": COUNT,
            "outcomes": known.of(get_type_hints(RunFigures)["outcomes"]),
            **dict.fromkeys(shares, optional(_NUMBER)),
            "quantiles_ns": {"type": "object", "additionalProperties": known.of(Interval)},
            "queries_median": optional(COUNT),
            "database_share": optional(_NUMBER),
            "body_bytes_median": optional(COUNT),
        }
    )


def _comparison(known: Definitions) -> Schema:
    operation = {
        **{"id": TEXT, "category": TEXT, "verdict": {"enum": [one.value for one in Verdict]}},
        **{"first": known.of(Side), "second": known.of(Side), "changes": known.of(tuple[Change, ...])},
        **{"coverage_lost": FLAG, "coverage_won": FLAG},
    }
    found = {
        "type": "array",
        "items": {"type": "array", "prefixItems": [TEXT, TEXTS], "items": False},
        "description": "Code of a finding, and its operations.",
    }
    return object_of(
        {
            **{"first": TEXT, "second": TEXT, "differences": known.of(tuple[Difference, ...])},
            **{"common_ratio": optional(_NUMBER), "single_requests": FLAG, "operations": list_of(object_of(operation))},
            **dict.fromkeys(("added", "removed", "changed"), TEXTS),
            **dict.fromkeys(("new_findings", "gone_findings", "kept_findings"), found),
        }
    )
