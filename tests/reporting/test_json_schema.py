"""The JSON schemas of the documents."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError

from loadaudit.analysis.result import Analysis, RunSummary
from loadaudit.analysis.result_tools import Imported, UnmatchedName
from loadaudit.inventory.changes import Changes
from loadaudit.records import Limit, LoadNode, Match
from loadaudit.reporting.comparison_json import comparison_document
from loadaudit.reporting.inventory_json import changes_document
from loadaudit.reporting.json_report import (
    analysis_document,
    criteria_document,
    inspection_document,
    plan_document,
    runs_document,
)
from loadaudit.reporting.json_schema.files import SCHEMAS, schema_file
from loadaudit.reporting.plan_table import Changes as Changed
from tests.analysis.comparison.test_compare import compared
from tests.analysis.comparison.test_compare import made as made_run
from tests.analysis.factories import operation
from tests.reporting.inspections import INSPECTION
from tests.reporting.schemas import assert_valid
from tests.reporting.test_inventory_changes import CHANGES

NODE = LoadNode(name="w1", users=5, samples=20, clock_offset_ns=-3, round_trip_ns=9)
IMPORTED = Imported(
    tool="Locust",
    sources=("stats.csv",),
    names=2,
    matches={Match.EXACT: 1},
    unmatched=(UnmatchedName(label="GET /x", requests=3, candidates=()),),
    ignored_requests=0,
    limits=(Limit.TRACES,),
    non_answers=(),
    doubtful=(),
)


def plain(document: Any) -> Any:
    """Return the document as a reader gets it."""
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_are_current(name: str) -> None:
    """They are written anew by scripts/make_reference.py; a change of what is there needs a new format version."""
    assert json.loads(schema_file(name).read_text(encoding="utf-8")) == SCHEMAS[name]()


def test_an_analysis_is_valid(analysis: Analysis, empty_analysis: Analysis) -> None:
    """With data and without; and its criteria alone."""
    for one in (analysis, empty_analysis):
        assert_valid("analysis", plain(analysis_document(one)))
        assert_valid("criteria", plain(criteria_document(one)))


def test_an_imported_analysis_is_valid(analysis: Analysis) -> None:
    """And one with load from other machines."""
    made = replace(analysis, imported=IMPORTED, load_nodes=(NODE,))
    assert_valid("analysis", plain(analysis_document(made)))


def test_changes_of_an_inventory_are_valid() -> None:
    """Those of every kind, and none."""
    assert_valid("changes", plain(changes_document(CHANGES, ["a note"])))
    assert_valid("changes", plain(changes_document(Changes())))


def test_a_comparison_is_valid(tmp_path: Path) -> None:
    """Of three runs, which have steps and trends."""
    runs = [made_run(number) for number in (1, 2, 3)]
    assert_valid("comparison", plain(comparison_document(compared(tmp_path, *runs))))


def test_an_inspection_is_valid() -> None:
    """Alone, and beside the one before."""
    for before in (None, INSPECTION):
        assert_valid("inspection", plain(inspection_document(INSPECTION, before)))


def test_a_list_of_runs_is_valid(analysis: Analysis) -> None:
    """With one that cannot be read."""
    whole = RunSummary(path="a", size_bytes=1, info=analysis.info, requests=1, coverage=analysis.coverage.total)
    assert_valid("runs", plain(runs_document([whole, RunSummary(path="b", size_bytes=0, problem="it is empty")])))


def test_a_plan_is_valid(analysis: Analysis) -> None:
    """Of a clone, and with what it would change where there is none."""
    assert analysis.plan
    save = (operation("POST /save/"),)
    for changes in (None, Changed(where="https://staging.example.org", sent=save, held_back=())):
        assert_valid("plan", plain(plan_document(analysis.plan, changes)))


def test_what_is_missing_or_wrong_is_refused(analysis: Analysis) -> None:
    """A schema that lets everything through would document nothing."""
    document = plain(analysis_document(analysis))
    for change in ({"format_version": 99}, {"operations": [{"id": "GET /"}]}, {"further": 1}):
        with pytest.raises(ValidationError):
            assert_valid("analysis", {**document, **change})


def test_fields_are_described() -> None:
    """By the text behind each in its record."""
    definitions = SCHEMAS["analysis"]()["$defs"]
    assert definitions["TimeBucket"]["properties"]["max_latency_ns"]["description"].startswith("Greatest latency")
