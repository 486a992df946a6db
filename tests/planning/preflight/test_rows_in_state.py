"""Rows in the state that code wants of a row which a body names."""

import pytest

from loadaudit.planning.preflight.rows_in_state import keys_in_state
from loadaudit.records import BodyField, Identity
from tests.planning.preflight.rows import projects

WHO = Identity(role="user")


@pytest.mark.django_db
def test_a_row_in_the_state_that_code_names() -> None:
    """Nothing is known of a field without a model, nor of words that are no state of it; no row may be in one."""
    _, active = projects(("draft", False), ("active", False))
    fact = BodyField(name="project", type="integer", model="projects.Project", model_field="pk")
    assert keys_in_state(fact, ("active", "other"), WHO) == (active.pk,)
    assert keys_in_state(fact, ("closed",), WHO) == ()
    assert keys_in_state(fact, ("other",), WHO) is None
    assert keys_in_state(BodyField(name="project"), ("active",), WHO) is None
