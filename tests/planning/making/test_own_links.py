"""What a user's own row links to."""

from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.making import own_links as module
from loadaudit.planning.making.own_links import join, own_links
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
    users = SimpleNamespace(_meta=SimpleNamespace(concrete_fields=links, related_objects=[]), _base_manager=manager)
    monkeypatch.setattr(module, "user_model", lambda: users)
    fields = {"company": _link("company", COMPANY), "role": _link("role", ROLE), "number": _link("number", None)}
    model: Any = SimpleNamespace(_meta=SimpleNamespace(get_field=fields.__getitem__))
    assert own_links(model, ("company", "role", "number"), Identity(role="user", user_id=user_id)) == known


@pytest.mark.parametrize(("user_id", "given"), [("7", [{"company_id": 3}]), ("8", []), ("9", [])])
def test_an_account_joins_the_company_of_whoever_may_change_it(
    monkeypatch: pytest.MonkeyPatch, user_id: str, given: list[dict[str, int]]
) -> None:
    """Where it has none itself; a link that one row only may have stays as it is, and nobody joins who is not there."""
    rows = {
        "1": SimpleNamespace(company_id=3, role_id=None, profile_id=5),
        "7": SimpleNamespace(company_id=None, role_id=None, profile_id=None),
        "8": SimpleNamespace(company_id=4, role_id=None, profile_id=None),
    }
    names = ("company", "role", "profile")
    links = [
        SimpleNamespace(attname=f"{one}_id", is_relation=True, related_model=COMPANY, unique=one == "profile")
        for one in names
    ]
    told: list[dict[str, int]] = []

    def update(**values: int) -> int:
        told.append(values)
        return 1

    def found(pk: str) -> Any:
        return SimpleNamespace(first=lambda: rows.get(pk), update=update)

    users = SimpleNamespace(
        _meta=SimpleNamespace(concrete_fields=links, related_objects=[]), _base_manager=SimpleNamespace(filter=found)
    )
    monkeypatch.setattr(module, "user_model", lambda: users)
    assert join(Identity(role="disposable", user_id=user_id), Identity(role="Leads", user_id="1")) == bool(given)
    assert told == given
