"""Persons in the longer texts of recorded requests."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.recorded.persons import Persons
from loadaudit.planning.recorded.redaction import MADE

USER = SimpleNamespace(username="lilo", email="lilo@corp.io", first_name="Lilo", last_name="Blau")


@pytest.fixture
def persons() -> Persons:
    """Return what is known behind one request of a user who sent the address of another."""
    found = Persons()
    found.learn_user(SimpleNamespace(_cached_user=USER))
    found.learn_user(SimpleNamespace(_force_auth_user=SimpleNamespace(username="admin")))
    found.learn_user(None)
    # A user of a class with slots.
    found.learn_user(SimpleNamespace(_cached_user=object()))
    found.learn_sent({"contact": [{"first_name": "Otto"}], "title": "Rain", "last_name": "12"})
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Dear Lilo Blau, it rains", f"Dear {MADE}, it rains"),
        ({"rows": ["from lilo to Otto!"]}, {"rows": [f"from {MADE} to {MADE}!"]}),
        ("lilo", "lilo"),
        ("The admin says: lilofee, Rain, 12", "The admin says: lilofee, Rain, 12"),
        ("or (030) 123 45 67 at noon", f"or {MADE} at noon"),
        ("call 0171-1234567.", f"call {MADE}."),
        ("Tel: 555-123-4567", f"Tel: {MADE}"),
        ("2026-01-01 to 2026-02-03, 12 345 678 pieces of 978-3-16-148410-0", None),
        (7, 7),
    ],
)
def test_names_and_telephones_are_taken_out_of_longer_texts(persons: Persons, value: Any, expected: Any) -> None:
    """What is a word alone may be a choice, and its name tells whether it is somebody's."""
    assert persons.without(value) == (value if expected is None else expected)
