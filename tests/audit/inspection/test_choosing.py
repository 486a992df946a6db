"""Which operation somebody means."""

import pytest

from loadaudit.audit.inspection.choosing import meant
from loadaudit.errors import UsageError
from tests.analysis.factories import operation

LIST = operation("GET /notes/", view="site.views.NoteList", name="note-list")
NOTE = operation("GET /notes/<int:pk>/", view="site.views.note", name="note")
SAVE = operation("POST /notes/<int:pk>/", view="site.views.note", name="note")
WIPE = operation("POST /wipe/", view="site.views.wipe")
OPERATIONS = (LIST, NOTE, SAVE, WIPE)


def route_for(path: str) -> str | None:
    """Resolve as the site would."""
    return {"/notes/": "/notes/", "/notes/7/": "/notes/<int:pk>/", "/wipe/": "/wipe/"}.get(path)


@pytest.mark.parametrize(
    ("text", "found", "address"),
    [
        ("GET /notes/", "GET /notes/", ""),
        ("get  /notes/<int:pk>/", "GET /notes/<int:pk>/", ""),
        ("GET /notes/7/", "GET /notes/<int:pk>/", "/notes/7/"),
        ("/notes/7/?all=1", "GET /notes/<int:pk>/", "/notes/7/?all=1"),
        ("POST /notes/7/", "POST /notes/<int:pk>/", "/notes/7/"),
        ("NoteList", "GET /notes/", ""),
        ("views.note", "GET /notes/<int:pk>/", ""),
        ("POST note", "POST /notes/<int:pk>/", ""),
        ("note-list", "GET /notes/", ""),
        ("POST /wi", "POST /wipe/", ""),
        ("wip", "POST /wipe/", ""),
    ],
)
def test_what_is_meant(text: str, found: str, address: str) -> None:
    """An id, an address, a view, a URL name, the beginning or a part of one."""
    one, path = meant(text, OPERATIONS, route_for)
    assert (one.id, path) == (found, address)


def test_several_are_listed() -> None:
    """With a command that says which."""
    with pytest.raises(UsageError, match=r"means 3 operations: 'GET /notes/'.*POST") as caught:
        meant("notes", OPERATIONS, route_for)
    assert "inspect 'GET /notes/'" in caught.value.hint


def test_something_near_is_offered() -> None:
    """For typing errors; the list of all is named in any case."""
    with pytest.raises(UsageError, match="There is no operation") as caught:
        meant("POST /wype/", OPERATIONS, route_for)
    assert caught.value.hint.startswith("Did you mean 'POST /wipe/'")
    with pytest.raises(UsageError) as caught:
        meant("qqqqqqq", OPERATIONS, route_for)
    assert caught.value.hint == "See them all with: manage.py loadaudit inventory"
