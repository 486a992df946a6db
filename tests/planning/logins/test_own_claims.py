"""Tokens that a project's own code signs, with what it puts in beside the user."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.logins.own_claims import tokens_with_claims
from tests.demo.accounts.models import User
from tests.demo.projects.models import Membership
from tests.planning.preflight.rows import projects

TAKEN = SimpleNamespace(token_type="access")


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a package that signs tokens, from whose classes this module derives its own."""

    class Token:
        token_type = "refresh"

        def __init__(self, **claims: Any) -> None:
            self.claims = claims

        @property
        def access_token(self) -> dict[str, Any]:
            return self.claims

        @classmethod
        def for_user_alone(cls, user: Any) -> Any:
            return cls(user=user)

    class OfLogin:
        pass

    Token.__module__ = OfLogin.__module__ = "signing.tokens"
    monkeypatch.setitem(sys.modules, "signing.tokens", SimpleNamespace(Token=Token))
    monkeypatch.setitem(sys.modules, "signing.serializers", SimpleNamespace(TokenObtainSerializer=OfLogin))

    class OfProject(Token):
        @classmethod
        def for_user_and_project(cls, user: Any, project: Any, membership: Any = None) -> Any:
            return cls(user=user, project=project, membership=membership)

        @classmethod
        def for_user_of_nothing(cls, user: Any, galaxy: Any) -> Any:
            raise AssertionError("nobody has a galaxy")

    class OwnLogin(OfLogin):
        @classmethod
        def get_token(cls, user: Any) -> Any:
            return Token(user=user, role="own")

    class Broken(OfLogin):
        get_token = None

    own = SimpleNamespace(kinds=(OfProject, OwnLogin, Broken))
    monkeypatch.setitem(sys.modules, "signing.own", own)
    return "signing"


@pytest.mark.django_db
def test_a_token_is_made_for_the_user_and_what_a_row_of_the_users_belongs_to(package: str) -> None:
    """A membership that is a parameter goes before rows that tell the project alone; a login's own token comes last."""
    (one,) = projects(("open", False))
    member = User.objects.create(username="bob", email="bob@example.com")
    assert list(tokens_with_claims(package, member, TAKEN)) == [{"user": member, "role": "own"}]
    membership = Membership.objects.create(project=one, user=member)
    found = list(tokens_with_claims(package, member, TAKEN))
    assert found == [{"user": member, "project": one, "membership": membership}, {"user": member, "role": "own"}]
