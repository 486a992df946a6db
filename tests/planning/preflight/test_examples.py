"""What an error shows or forbids is what is sent next."""

from datetime import date

import pytest

from loadaudit.planning.preflight.examples import objects_of_list, shown_objects, somebody_else
from loadaudit.records import Identity
from tests.demo.accounts.models import User


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('Send {"confirm": "DELETE"} to delete your account.', {"confirm": "DELETE"}),
        ('{"detail": "Pass {\\"really\\": true}."}', {"really": True}),
        ('{"confirm": "no"}', {}),
        ('Send {"name": "..."}', {}),
        ("Send {name}", {}),
    ],
)
def test_an_object_that_an_error_shows(said: str, expected: dict[str, object]) -> None:
    """Only where it says to send it: errors are objects themselves."""
    assert {one.field: one.value for one in shown_objects(said)} == expected


@pytest.mark.django_db
def test_somebody_else_than_whoever_sends() -> None:
    """By the same column, and only where the error is about that."""
    ann, bob = (User.objects.create_user(name, f"{name}@example.com", "p") for name in ("ann", "bob"))
    own = Identity(role="user", username="ann", user_id=str(ann.pk))
    sent = {"user_id": ann.pk, "name": "ann", "note": "x"}
    found = {one.field: one.value for one in somebody_else("CANNOT_BLOCK_SELF", sent, own)}
    assert found == {"user_id": bob.pk, "name": "bob"}
    told = ("Not to your own wallet.", "That is you", "Sender and recipient cannot be the same.")
    assert all({one.value for one in somebody_else(each, sent, own)} == {bob.pk, "bob"} for each in told)
    found = {one.field: one.value for one in somebody_else("Not yourself.", {"to": "ann@example.com"}, own)}
    assert found == {"to": "bob@example.com"}
    found = {one.field: one.value for one in somebody_else("Not yourself.", {"to": "bob@example.com"}, own)}
    assert found == {"to": "ann@example.com"}
    assert not list(somebody_else("You cannot block robots.", sent, own))
    assert not list(somebody_else("You cannot block yourself.", sent, Identity(role="anonymous")))


def test_each_of_a_list_gets_the_keys_that_it_needs() -> None:
    """Named by what the list holds, or as one of any list."""
    day = date(2026, 3, 1)
    told = objects_of_list("Each request needs method and path.", {"requests": ["la"], "ids": [1]}, day)
    assert [(one.field, [*one.value[0]]) for one in told] == [("requests", ["method", "path"])]
    told = objects_of_list("every item must have a sku, count and note", {"rows": [{"sku": "S"}]}, day)
    assert [(one.field, [*one.value[0]]) for one in told] == [("rows", ["sku", "count", "note"])]
    assert not [*objects_of_list("Each request needs path", {"requests": [{"path": "/"}]}, day)]
    assert not [*objects_of_list("Each user needs a name", {"requests": ["la"]}, day)]
