"""What answers say of single columns of a table that was sent."""

import base64
import json
from dataclasses import replace
from typing import Any, cast

import pytest

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.told_columns import _told, with_told_columns
from loadaudit.records import BodyKind, Operation, Outcome, Payload, PlannedPath, Upload
from tests.analysis.factories import USER, operation, sample

ROW = {"email": "loadaudit xxLAxx", "Birth date": "x"}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"errors": [{"line": 2, "errors": {"email": ["Enter a valid email."]}}]}, {"email": "Enter a valid email."}),
        ({"2": {"birth_date": [{"message": "No date.", "code": "invalid"}]}}, {"Birth date": "No date."}),
        ([{}, {"email": ["Wrong.", "Taken."]}], {"email": "Wrong. Taken."}),
        ({"errors": [{"row": 2, "column": "email", "message": "Wrong."}]}, {"email": "Wrong."}),
        ({"errors": ["Line 2: email: Wrong."]}, {"email": "Wrong."}),
        ({"errors": ["Row 2, column 'Birth date': No date."]}, {"Birth date": "No date."}),
        ({"failed": [{"row": {"email": "loadaudit 00001a"}, "error": "Wrong."}]}, {}),
        ({"email": "loadaudit 00001a", "count": 0}, {}),
        ({"detail": "No file."}, {}),
        ({"detail": " " * 4_000, "errors": ["- " * 2_000, "x" * 4_000]}, {}),
        ([0] * 5_000 + [{"email": ["Too far."]}], {}),
    ],
)
def test_what_is_said_of_columns(document: Any, told: dict[str, str]) -> None:
    """By line, by place, in one text or beside the name of a column; what only shows the row says nothing of it."""
    assert dict(_told(document, ROW, 0, iter(range(5_000)))) == told


def test_a_row_is_corrected_as_a_body_is() -> None:
    """All rows get the values that answer what was said; whatever else is in the file stays."""
    upload = Upload(
        field="file",
        filename="contacts.csv",
        content_type="text/csv",
        content=base64.b64encode(b"email;level\na xxLAxx;1\nb;1\n").decode(),
    )
    answer = Answer(
        status=200,
        text="",
        location="",
        trace=None,
        content_type="application/json",
        content=b'{"imported": 0, "errors": [{"line": 2, "errors": {"level": ["Choose gold."]}}]}',
    )
    one = Try(
        identity=USER,
        path=PlannedPath(path="/import/"),
        payload=Payload(kind=BodyKind.MULTIPART, uploads=(upload,), origin="source"),
        sample=sample(),
        trace=None,
        outcome=Outcome.INVALID,
        answer=answer,
    )

    def correction(asked: Operation, _: Candidates, row: Try, variant: int) -> tuple[PlannedPath, Payload]:
        """Answer what is said of the level."""
        assert row.payload is not None
        assert row.answer is not None
        assert (row.answer.json(), variant) == ({"level": ["Choose gold."]}, 1)
        assert [each.name for each in asked.body.fields] == ["email", "level"]
        document = {**json.loads(row.payload.document), "level": "gold"}
        return row.path, replace(row.payload, document=json.dumps(document))

    nobody = cast("Candidates", None)
    made = with_told_columns(operation("POST /import/"), nobody, one, 1, correction)
    assert made is not None
    assert base64.b64decode(made.uploads[0].content) == b"email;level\na xxLAxx;gold\na xxLAxx1;gold\n"
    declared = replace(
        one, payload=Payload(kind=BodyKind.MULTIPART, uploads=(upload,), origin="body at loadtests.py:1")
    )
    assert with_told_columns(operation("POST /import/"), nobody, declared, 1, correction) is None
