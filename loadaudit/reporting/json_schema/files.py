"""The schemas of all documents, and where they lie in the package."""

from collections.abc import Callable, Mapping
from pathlib import Path

from loadaudit.reporting.json_report import FORMAT_VERSION
from loadaudit.reporting.json_schema.analysis import analysis_schema
from loadaudit.reporting.json_schema.definitions import Schema
from loadaudit.reporting.json_schema.documents import (
    changes_schema,
    comparison_schema,
    criteria_schema,
    inspection_schema,
    inventory_schema,
    plan_schema,
    probes_schema,
    runs_schema,
)

SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "analysis": analysis_schema,
    "changes": changes_schema,
    "comparison": comparison_schema,
    "criteria": criteria_schema,
    "inspection": inspection_schema,
    "inventory": inventory_schema,
    "plan": plan_schema,
    "probes": probes_schema,
    "runs": runs_schema,
}
"""By the name of the document."""


def schema_file(name: str) -> Path:
    """Return the file of the present version."""
    return Path(__file__).resolve().parents[2] / "schemas" / f"{name}-{FORMAT_VERSION}.json"
