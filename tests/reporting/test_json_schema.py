"""The JSON schema of the analysis."""

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.result_tools import Imported, UnmatchedName
from loadaudit.records import Limit, LoadNode, Match
from loadaudit.reporting.json_report import analysis_document
from loadaudit.reporting.json_schema import SCHEMA_FILE, analysis_schema

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


def strict(schema: Any) -> Any:
    """Return the schema with every key that it does not name refused: the document has no others."""
    if isinstance(schema, dict):
        closed = {"additionalProperties": False} if "properties" in schema else {}
        return {**closed, **{key: strict(value) for key, value in schema.items()}}
    return [strict(one) for one in schema] if isinstance(schema, list) else schema


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """One that knows no other keys."""
    schema = analysis_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(strict(schema))


def test_the_file_is_current() -> None:
    """It is written anew by scripts/make_reference.py; a change of what is there needs a new format version."""
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == analysis_schema()


def test_an_analysis_is_valid(analysis: Analysis, empty_analysis: Analysis, validator: Draft202012Validator) -> None:
    """With data and without."""
    validator.validate(json.loads(json.dumps(analysis_document(analysis))))
    validator.validate(json.loads(json.dumps(analysis_document(empty_analysis))))


def test_an_imported_analysis_is_valid(analysis: Analysis, validator: Draft202012Validator) -> None:
    """And one with load from other machines."""
    made = replace(analysis, imported=IMPORTED, load_nodes=(NODE,))
    validator.validate(json.loads(json.dumps(analysis_document(made))))


def test_what_is_missing_or_wrong_is_refused(analysis: Analysis, validator: Draft202012Validator) -> None:
    """A schema that lets everything through would document nothing."""
    document = json.loads(json.dumps(analysis_document(analysis)))
    for change in ({"format_version": 99}, {"operations": [{"id": "GET /"}]}, {"further": 1}):
        with pytest.raises(ValidationError):
            validator.validate({**document, **change})


def test_fields_are_described() -> None:
    """By the text behind each in its record."""
    definitions = analysis_schema()["$defs"]
    assert definitions["TimeBucket"]["properties"]["max_latency_ns"]["description"].startswith("Greatest latency")
