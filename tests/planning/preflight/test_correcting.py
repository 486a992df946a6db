"""What is sent next by what the server has said."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.correcting import _with_look_ups
from loadaudit.records import PlannedPath
from tests.analysis.factories import operation


@pytest.mark.parametrize(
    ("said", "variant", "expected"),
    [
        (b"Unknown code: la_000001", 1, "draft"),
        # Another made-up one may be free, and then the row that was found is none to name.
        (b"la_000001 is taken", 1, None),
        (b"la_000001 is taken", 2, "draft"),
    ],
)
def test_a_row_that_is_missed_is_taken_from_the_column_that_was_looked_up(
    said: bytes, variant: int, expected: str | None
) -> None:
    """At once, because another made-up value would be no row either."""
    looked_up = Complaint(field="code", choice=True, value="draft")
    candidates: Any = SimpleNamespace(seen=lambda *_: [looked_up])
    answer = Answer(status=400, text="", location="", trace=None, content_type="text/plain", content=said)
    one: Any = SimpleNamespace(answer=answer, path=PlannedPath(path="/rows/", origin=""))
    refused = [Complaint(field="code", choice=True)]
    found = _with_look_ups(operation("GET /rows/"), candidates, one, {"code": "la_000001"}, refused, variant)
    assert [each.value for each in found] == [expected]
