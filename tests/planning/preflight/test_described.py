"""What an API's answer to OPTIONS tells of a body."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.validators import RegexValidator

from loadaudit.planning.preflight import described
from loadaudit.planning.preflight.described import is_unexplained, tells_by_options, with_described
from loadaudit.records import Body, BodyField, BodyKind, Operation
from tests.analysis.factories import operation
from tests.planning.preflight.conftest import Stage

TOLD: dict[str, Any] = {
    "actions": {
        "PUT": {
            "id": {"type": "integer", "required": False, "read_only": True},
            "task": {"type": "choice", "required": True, "choices": [{"value": "sum", "display_name": "Sum"}]},
            "rows": {"type": "list", "required": True, "child": {"type": "integer", "required": True, "min_value": 2}},
            "owner": {"type": "field", "required": True, "read_only": False},
        }
    }
}


def writing(method: str, *fields: BodyField, path: str = "/tasks/") -> Operation:
    """Return an operation with a JSON body of these fields."""
    body = Body(kind=BodyKind.JSON, fields=fields, source="serializer tasks.TaskSerializer")
    return operation(f"{method} {path}", body=body)


def test_fields_that_only_the_answer_tells() -> None:
    """Types, choices and limits come along, and what can only be read does not; a PATCH takes what a PUT does."""
    for method in ("PUT", "PATCH"):
        fields = {one.name: one for one in with_described(writing(method), TOLD).body.fields}
        assert fields["task"].choices == ("sum",)
        assert (fields["rows"].type, fields["rows"].many, fields["rows"].minimum) == ("integer", True, 2)
        assert set(fields) == {"task", "rows", "owner"}


def test_patterns_come_from_the_model_since_options_tell_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what changes many rows at once only a row's key is known before."""
    colour = SimpleNamespace(name="colour", validators=[RegexValidator("^[0-9a-f]{6}$")])
    model = SimpleNamespace(_meta=SimpleNamespace(concrete_fields=[colour]))
    monkeypatch.setattr(described, "model_behind", lambda _: model)
    told = {"actions": {"PUT": {"colour": {"type": "string", "max_length": 6}, "name": {"type": "string"}}}}
    found = {one.name: one.pattern for one in with_described(writing("PUT"), told).body.fields}
    assert found == {"colour": "^[0-9a-f]{6}$", "name": ""}


def test_choices_of_now_replace_none_and_rows_stay() -> None:
    """What the inventory knows of a relation is worth more than its name alone."""
    task, owner = BodyField(name="task"), BodyField(name="owner", type="integer", model="auth.User", model_field="pk")
    found = with_described(writing("PUT", task, owner), TOLD)
    assert found.body.fields[0].choices == ("sum",)
    assert found.body.fields[1] == owner


def test_an_answer_that_tells_nothing_changes_nothing() -> None:
    answers: list[Any] = [None, [], {"actions": {}}, {"actions": {"POST": []}}, {"detail": "Not found."}]
    for told in answers:
        assert with_described(writing("POST"), told) == writing("POST")


def test_only_what_is_unknown_is_asked_for() -> None:
    known = writing("PUT", BodyField(name="day", type="date"), BodyField(name="task"))
    assert not is_unexplained(known, ["day"])
    assert is_unexplained(known, ["day", "task"])
    assert is_unexplained(known, ["other"])


def test_choices_that_a_view_makes_are_asked_for(stage: Stage) -> None:
    """No serializer has them before a request comes."""
    trial = stage.run("POST /tasks/")["POST /tasks/"]
    assert trial.best is not None
    assert trial.best.works
    assert trial.best.payload is not None
    assert '"sum"' in trial.best.payload.document


def test_a_view_of_django_runs_at_options_and_is_not_asked(stage: Stage) -> None:
    assert tells_by_options(stage.operation("POST /tasks/"), "/tasks/")
    assert not tells_by_options(stage.operation("POST /keys/"), "/keys/")
    assert not tells_by_options(writing("POST"), "/nowhere/")
