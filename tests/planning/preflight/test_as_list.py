"""Bodies that have to be a list."""

import json
from dataclasses import replace
from typing import Any

import pytest

from loadaudit.planning.preflight.amended import CORRECTED
from loadaudit.planning.preflight.as_list import as_list
from loadaudit.planning.preflight.judge import Try
from loadaudit.records import BodyKind, Identity, Outcome, Payload, PlannedPath
from tests.analysis.factories import operation, sample, trace, use
from tests.planning.preflight.rows import projects

WANTS = 'Expected a list of items but got type "dict".'
READ = (use('SELECT "id" FROM "projects_project" WHERE "id" IN (%s)'),)


def refused(document: Any, origin: str = "source") -> Try:
    """Return a try with this document, whose view has read the table of projects."""
    return Try(
        identity=Identity(role="user"),
        path=PlannedPath(path="/projects/"),
        payload=Payload(kind=BodyKind.JSON, document=json.dumps(document), origin=origin),
        sample=sample(),
        trace=trace(statements=READ),
        outcome=Outcome.CLIENT_ERROR,
        answer=None,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "sent", "said", "expected"),
    [
        ("DELETE", {}, WANTS, [["key"], [{"id": "key"}]]),
        ("PUT", {"name": "la"}, "The request body must be a list.", [[{"name": "la", "id": "key"}], ["key"]]),
        ("DELETE", ["key"], "Invalid data. Expected a dictionary, but got int.", [[{"id": "key"}]]),
        ("DELETE", [{"id": 1}], "Incorrect type. Expected pk value, received dict.", [["key"]]),
        ("PUT", {"name": "la"}, "The name must be a list.", []),
        ("PUT", [{"name": "la"}], WANTS, []),
    ],
)
def test_a_body_that_has_to_be_a_list_becomes_one(method: str, sent: Any, said: str, expected: list[Any]) -> None:
    """Of what was sent, or of keys of the table that was read; a DELETE takes keys first."""
    own = projects(("active", False))[0]
    one = refused(json.loads(json.dumps(sent).replace('"key"', str(own.pk))))
    made = [as_list(operation(f"{method} /projects/"), one, said, variant) for variant in (1, 2, 3)]
    documents = [json.loads(each.document) for each in made if each is not None]
    assert documents[: len(expected)] == json.loads(json.dumps(expected).replace('"key"', str(own.pk)))
    assert bool(documents) is bool(expected)


@pytest.mark.django_db
def test_keys_follow_where_only_the_list_shows_whose_they_are() -> None:
    own = projects(("active", False))[0]
    view, empty = operation("DELETE /projects/"), refused([], f"source{CORRECTED}")
    made = [as_list(view, one, "No such rows.", 1) for one in (empty, replace(empty, trace=trace()), refused([]))]
    assert [one and json.loads(one.document) for one in made] == [[own.pk], [1], None]
