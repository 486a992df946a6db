"""What a user's own row links to."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.making import own_links as module
from loadaudit.planning.making.own_links import own_links
from loadaudit.records import Identity

COMPANY, ROLE = type("Company", (), {}), type("Role", (), {})


def _link(name: str, related: Any) -> Any:
    return SimpleNamespace(name=name, related_model=related, is_relation=related is not None)


@pytest.mark.parametrize(("user_id", "known"), [("1", {"company": "theirs"}), ("", {}), ("2", {})])
def test_rows_are_chosen_by_what_the_user_links_to(
    monkeypatch: pytest.MonkeyPatch, user_id: str, known: dict[str, object]
) -> None:
    """As a view does that shows the rows of the user's company; nobody's is known of who is not there."""
    rows = {"1": SimpleNamespace(role=None, company="theirs", invited_to="another")}
    links = [_link("name", None), _link("role", ROLE), _link("company", COMPANY), _link("invited_to", COMPANY)]
    manager = SimpleNamespace(filter=lambda pk: SimpleNamespace(first=lambda: rows.get(pk)))
    users = SimpleNamespace(_meta=SimpleNamespace(concrete_fields=links), _base_manager=manager)
    monkeypatch.setattr(module, "user_model", lambda: users)
    fields = {"company": _link("company", COMPANY), "role": _link("role", ROLE), "number": _link("number", None)}
    model: Any = SimpleNamespace(_meta=SimpleNamespace(get_field=fields.__getitem__))
    assert own_links(model, ("company", "role", "number"), Identity(role="user", user_id=user_id)) == known
