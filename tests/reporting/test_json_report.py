"""The JSON documents."""

import io
import json
from dataclasses import replace
from typing import Any

from loadaudit.analysis.result import Analysis, RunSummary
from loadaudit.records import Inventory, Outcome, Tried
from loadaudit.reporting.inventory_json import inventory_document
from loadaudit.reporting.json_report import (
    analysis_document,
    plan_document,
    runs_document,
    write_json,
)
from loadaudit.runfile.codec import from_plain
from tests.analysis.factories import operation, plan_for, run_info
from tests.reporting.samples import BROKEN, LIST, STAFF, WIPE


def reread(document: dict[str, Any]) -> Any:
    """Return the document as another program reads it."""
    stream = io.StringIO()
    write_json(document, stream)
    return json.loads(stream.getvalue())


def test_the_parts_of_the_document(analysis: Analysis) -> None:
    """Exactly what `diff --format json` promises, and more."""
    document = reread(analysis_document(analysis))
    assert document["format_version"] == 1
    assert {"run", "totals", "categories", "operations", "findings", "reported", "messages"} <= set(document)


def test_an_operation_has_its_level_and_reason(analysis: Analysis) -> None:
    """The promised keys with the values of the run."""
    by_id = {one["id"]: one for one in reread(analysis_document(analysis))["operations"]}
    assert by_id[LIST]["level"] == "loaded"
    assert by_id[LIST]["reason"] == ""
    assert by_id[LIST]["outcomes"] == {"ok": 30}
    assert by_id[STAFF]["level"] == "attempted"
    assert by_id[STAFF]["category"] == "Dashboard"
    assert by_id[STAFF]["requests"] == 5
    assert by_id[BROKEN]["reason"].startswith("6 of 6 requests ended in status 500: ValueError")
    assert by_id[WIPE]["excluded"] is True


def test_totals_and_categories_add_up(analysis: Analysis) -> None:
    """No operation is lost or counted twice."""
    document = reread(analysis_document(analysis))
    for key in ("operations", "attempted", "reached", "succeeded", "loaded", "excluded"):
        assert sum(row[key] for row in document["categories"]) == document["totals"][key]
    assert document["totals"]["coverage_percent"] == 40.0


def test_no_data_is_null(empty_analysis: Analysis) -> None:
    """Not 0."""
    document = reread(analysis_document(empty_analysis))
    assert document["totals"]["coverage_percent"] is None
    assert document["operations"][0]["statistics"]["p50_ns"] is None


def test_findings_carry_words_and_values(analysis: Analysis) -> None:
    """A machine reads the values, a person the claim."""
    finding = next(one for one in reread(analysis_document(analysis))["findings"] if one["code"] == "LA301")
    assert finding["severity"] == "warning"
    assert finding["values"]["median"] == 8
    assert "8 times" in finding["claim"]


def test_the_inventory_can_be_read_back() -> None:
    """A saved inventory is compared with a later one."""
    inventory = Inventory(operations=(operation(),))
    assert from_plain(Inventory, reread(inventory_document(inventory))) == inventory


def test_the_plan_has_paths_and_origins() -> None:
    """What is sent and where its values come from."""
    document = reread(plan_document(plan_for([operation()])))
    assert document["requests"][0]["paths"] == [
        {"path": "/projects/", "origin": "no parameters", "headers": [], "payload": None}
    ]


def test_what_was_measured_stands_beside_the_plan() -> None:
    """All else is the same again for the same seed."""
    tried = Tried(
        operation_id="GET /a/", outcome=Outcome.OK, role="user", path="/a/", tries=1, latency_s=0.2, cpu_s=0.1
    )
    plan = replace(plan_for([operation()]), tried=(tried,), measured=("needs 4 min",))
    document = reread(plan_document(plan))
    assert document["measured"] == {
        "notes": ["needs 4 min"],
        "latencies": [{"operation_id": "GET /a/", "latency_s": 0.2, "cpu_s": 0.1}],
        "made": [],
    }
    assert "latency_s" not in document["tried"][0]


def test_the_list_of_runs_has_broken_ones_too() -> None:
    """With null for what is not known."""
    good = RunSummary(path="/runs/a.sqlite3", size_bytes=1, info=run_info(), requests=3)
    bad = RunSummary(path="/runs/b.sqlite3", size_bytes=2, problem="not a run file")
    runs = reread(runs_document([good, bad]))["runs"]
    assert [(one["label"], one["problem"]) for one in runs] == [("sample", ""), (None, "not a run file")]
