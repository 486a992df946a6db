"""Details of operations in the HTML report: packed, within their part of the page."""

import base64
import json
import zlib
from typing import Any

import pytest

from loadaudit.analysis.result import Analysis
from loadaudit.reporting.html import details
from tests.reporting.samples import LIST


def unpacked(analysis: Analysis) -> dict[str, Any]:
    """Return what `packed_details` has packed."""
    found: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(details.packed_details(analysis))))
    return found


def test_a_text_that_operations_share_is_kept_once(analysis: Analysis) -> None:
    """Statements and places are named by their place in one list."""
    found = unpacked(analysis)
    assert len(set(found["texts"])) == len(found["texts"])
    (statement,) = {one["statements"][0][0] for one in found["operations"] if one.get("statements")}
    assert found["texts"][statement].startswith("SELECT")


def test_findings_and_errors_are_found_from_their_operation(analysis: Analysis) -> None:
    """By their places in the lists of all."""
    found = unpacked(analysis)
    position = [one.operation.id for one in analysis.operations].index(LIST)
    codes = [found["findings"][place][0] for place in found["operations"][position]["findings"]]
    assert codes == [one.code for one in analysis.findings if LIST in one.operations]
    assert {found["errors"][place][1] for one in found["operations"] for place in one["errors"]} <= {
        one.count for one in analysis.errors
    }


def test_statements_are_left_out_before_the_page_bursts(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as fit, and how many the operation has is kept."""
    monkeypatch.setattr(details, "_BUDGET_BYTES", 0)
    monkeypatch.setattr(details, "_BUDGET_BYTES_PER_OPERATION", 0)
    assert {len(one.get("statements", ())) for one in unpacked(analysis)["operations"]} == {0}
    assert {one["statement_count"] for one in unpacked(analysis)["operations"] if "statement_count" in one} == {0, 1}
