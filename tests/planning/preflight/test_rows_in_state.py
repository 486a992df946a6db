"""Rows in the state that code wants of a row which a body names."""

from types import SimpleNamespace

import pytest

from loadaudit.planning.preflight import rows_in_state
from loadaudit.planning.preflight.rows_in_state import keys_held, keys_in_state, rows_in_told_state
from loadaudit.records import Body, BodyField, Identity, Parameter
from tests.analysis.factories import operation
from tests.planning.preflight.rows import projects

WHO = Identity(role="user")


@pytest.mark.django_db
def test_a_row_in_the_state_that_code_names() -> None:
    """Nothing is known of a field without a model, nor of words that are no state of it; no row may be in one."""
    draft, active = projects(("draft", False), ("active", False))
    fact = BodyField(name="project", type="integer", model="projects.Project", model_field="pk")
    assert keys_in_state(fact, ("active", "other"), WHO) == (active.pk,)
    assert keys_in_state(fact, ("closed",), WHO) == ()
    assert keys_in_state(fact, ("other",), WHO) is None
    assert keys_in_state(BodyField(name="project"), ("active",), WHO) is None
    # An error may call it by its name, where the row that was sent is in another.
    asked, said = operation("POST /x/", body=Body(fields=(fact,))), "There is no active project."
    assert [one.value for one in rows_in_told_state(asked, said, {"project": draft.pk}, WHO, 1)] == [active.pk]
    assert rows_in_told_state(asked, said, {"project": active.pk}, WHO, 1) == []
    assert rows_in_told_state(asked, "Inactive.", {"project": draft.pk}, WHO, 1) == []


@pytest.mark.parametrize(
    ("said", "keys"),
    [("Label 'la' is not set on the object.", ("colour", "size")), ("This label is too long.", ())],
)
def test_keys_that_the_row_of_an_address_holds(
    monkeypatch: pytest.MonkeyPatch, said: str, keys: tuple[str, ...]
) -> None:
    """Where an error says that it does not hold the one that was sent."""
    columns = [SimpleNamespace(attname=name) for name in ("id", "labels")]
    row = SimpleNamespace(id=1, labels={"colour": "red", "size": "9"}, _meta=SimpleNamespace(concrete_fields=columns))
    monkeypatch.setattr(rows_in_state, "row_at", lambda parameter, path: row)
    of_row = Parameter(name="pk", converter="int", model="shop.Thing", model_field="pk")
    assert keys_held(operation("POST /things/<int:pk>/unset/", parameters=(of_row,)), "/things/1/unset/", said) == keys
