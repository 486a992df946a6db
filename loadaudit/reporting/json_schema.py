"""The JSON schema of the analysis document, made from the records that the document is made of."""

import ast
import inspect
import itertools
import textwrap
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from loadaudit.analysis import result
from loadaudit.analysis.result_split import OperationSplit
from loadaudit.analysis.result_tools import Imported, ToolComparison
from loadaudit.records import Lane, Level, LoadNode, Metric, Outcome, RunInfo, Severity, Unit, Values, Verdict
from loadaudit.reporting.json_report import FORMAT_VERSION

Schema = dict[str, Any]

SCHEMA_FILE = Path(__file__).resolve().parents[1] / "schemas" / f"analysis-{FORMAT_VERSION}.json"
"""Where the schema of the present version lies in the package."""

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_FLAG: Schema = {"type": "boolean"}


class _Definitions:
    """Schemas by the name of their record, made when first asked for."""

    def __init__(self) -> None:
        self.made: dict[str, Schema] = {}

    def of(self, hint: Any) -> Schema:
        """Return the schema of what `codec.to_plain` makes of a value with this type hint."""
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.of(one) for one in arguments]}
        if origin in (tuple, Sequence, list):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is Mapping:
            return self._mapping(*arguments)
        if is_dataclass(hint):
            return self._record(typing.cast(type, hint))
        if isinstance(hint, type) and issubclass(hint, Enum):
            return {"enum": [one.value for one in hint]}
        return _PLAIN[hint]

    def _mapping(self, key: Any, value: Any) -> Schema:
        schema: Schema = {"type": "object", "additionalProperties": self.of(value)}
        if isinstance(key, type) and issubclass(key, Enum):
            schema["propertyNames"] = {"enum": [str(one.value) for one in key]}
        return schema

    def _record(self, cls: type) -> Schema:
        if cls.__name__ not in self.made:
            self.made[cls.__name__] = {}
            hints, texts = typing.get_type_hints(cls), _descriptions(cls)
            properties = {
                one.name: {**self.of(hints[one.name]), **_described(texts.get(one.name, ""))} for one in fields(cls)
            }
            self.made[cls.__name__] = {**_object(properties), **_described(inspect.getdoc(cls) or "")}
        return {"$ref": f"#/$defs/{cls.__name__}"}

    def extended(self, cls: type, **further: Schema) -> Schema:
        """Return the schema of a record with further keys beside its own."""
        self.of(cls)
        return _object({**self.made[cls.__name__]["properties"], **further})


def analysis_schema() -> Schema:
    """Return the schema (JSON Schema, draft 2020-12) of `analysis_document`."""
    known = _Definitions()
    properties = {
        "format_version": {"const": FORMAT_VERSION, "description": "Raised when a key changes its meaning or goes."},
        "run": known.extended(RunInfo, cut_short={**_FLAG, "description": "It ended without saying so."}),
        "totals": _object(
            {**_coverage(), "requests": _COUNT, **{name: {"$ref": "#/$defs/Figures"} for name in _STATISTICS_OF_LANES}}
        ),
        "criteria": _list(_criterion()),
        "categories": _list(_object({"category": _TEXT, **_coverage()})),
        "operations": _list(_operation(known)),
        "findings": _list(_finding(known)),
        "reported": known.of(result.Reported),
        "logins": known.extended(result.Logins, success_rate=_optional({"type": "number"})),
        "errors": known.of(tuple[result.ErrorGroup, ...]),
        "timeline": known.of(tuple[result.TimeBucket, ...]),
        "series": known.of(tuple[result.SeriesSummary, ...]),
        "health_effect": known.of(result.HealthEffect | None),
        "contention": _list(_contention()),
        "lock_queues": known.of(tuple[result.LockQueue, ...]),
        "exports": known.of(tuple[result.ColdAndWarm, ...]),
        "tool": known.of(ToolComparison | None),
        "load_nodes": known.of(tuple[LoadNode, ...]),
        "imported": _optional(known.extended(Imported, cannot_tell=_TEXTS)),
        "unknown_operations": _TEXTS,
        "messages": _TEXTS,
    }
    figures = _described("Of proven successes; null where there are too few to state one. Times are nanoseconds.")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:loadaudit:analysis:{FORMAT_VERSION}",
        "title": "The analysis of a run of loadaudit",
        **_object(properties),
        "$defs": {"Figures": {**_object(_figures()), **figures}, **dict(sorted(known.made.items()))},
    }


_STATISTICS_OF_LANES = ("statistics", "statistics_heavy", "statistics_health")


def _coverage() -> Schema:
    counted = ("operations", "attempted", "reached", "succeeded", "loaded", "excluded", "held_back")
    return {**dict.fromkeys(counted, _COUNT), "coverage_percent": _optional({"type": "number"})}


def _figures() -> Schema:
    optional = ("p50_ns", "p95_ns", "p99_ns", "max_ns", "response_p50_ns", "response_p95_ns", "response_p99_ns")
    medians = ("queries_median", "queries_max", "body_bytes_median")
    return {
        "n": _COUNT,
        **dict.fromkeys((*optional, *medians), _optional(_COUNT)),
        "rate_per_s": _optional({"type": "number"}),
        "traced": _COUNT,
        "database_share": _optional({"type": "number"}),
        "body_bytes_total": _COUNT,
    }


def _outcomes() -> Schema:
    names = {"enum": [one.value for one in Outcome]}
    return {"type": "object", "propertyNames": names, "additionalProperties": _COUNT}


def _operation(known: _Definitions) -> Schema:
    return _object(
        {
            "id": {**_TEXT, "description": "Method and route, as in the inventory."},
            "category": _TEXT,
            "lane": {"enum": [one.value for one in Lane]},
            "level": {"enum": [one.word for one in Level]},
            "requests": _COUNT,
            "outcomes": _outcomes(),
            "reason": {**_TEXT, "description": "Why it did not succeed; empty where it did."},
            "excluded": _FLAG,
            "held_back": _FLAG,
            "statistics": {"$ref": "#/$defs/Figures"},
            "time_split": known.of(OperationSplit | None),
        }
    )


def _finding(known: _Definitions) -> Schema:
    return _object(
        {
            "code": _TEXT,
            "severity": {"enum": [one.word for one in Severity]},
            **dict.fromkeys(("title", "claim", "cause", "action", "command"), _TEXT),
            "proven": _FLAG,
            "operations": _TEXTS,
            "values": known.of(Values),
            "statements": _TEXTS,
            "samples": _list({"type": "integer"}),
            "moments_ns": _list({"type": "integer"}),
        }
    )


def _criterion() -> Schema:
    return _object(
        {
            "text": _TEXT,
            "metric": {"enum": [one.value for one in Metric]},
            "scope": _TEXT,
            "comparison": _TEXT,
            "limit": {"type": "number"},
            "unit": {"enum": [one.value for one in Unit]},
            "value": _optional({"type": "number"}),
            "n": _COUNT,
            "needed": _COUNT,
            "verdict": {"enum": [one.value for one in Verdict]},
            "declared": {**_FLAG, "description": "By the project or the operator; else a default."},
        }
    )


def _contention() -> Schema:
    contended = _object({"requests": _COUNT, "outcomes": _outcomes(), **_figures()})
    return _object({"operation": _TEXT, "same_row": contended, "own_rows": _optional(contended)})


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _optional(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _described(text: str) -> Schema:
    return {"description": " ".join(text.split())} if text else {}


def _descriptions(cls: type) -> dict[str, str]:
    """Return what the source says of each field: the text behind it."""
    body = typing.cast(ast.ClassDef, ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]).body
    return {
        before.target.id: after.value.value
        for before, after in itertools.pairwise(body)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
    }
