"""Keys that a project's code tells and reads back are made by it, for rows, and for accounts by its own generators."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse

from loadaudit.planning.account_keys import keys_of_account
from loadaudit.planning.keys.read_back import generators_of, keys_read_back
from loadaudit.planning.keys.sources import account_paths, keys_for_path
from loadaudit.planning.rows_before import RowsBefore, rows_there
from loadaudit.records import Identity, Kind, Parameter
from tests.analysis.factories import operation

activation_token = PasswordResetTokenGenerator()
NOBODY = Identity(role="anonymous")


class Invitation:
    """Something that is no row, and that a signed key tells."""

    def __init__(self, group: Group) -> None:
        """Invite to a group."""
        self.group = group

    @property
    def key(self) -> str:
        """The key of it."""
        return signing.dumps(self.group.pk)

    @classmethod
    def from_key(cls, key: str) -> "Invitation | None":
        """Return what a key is of; those of closed groups are no longer good."""
        found = Group.objects.filter(pk=signing.loads(key)).exclude(name="closed").first()
        return cls(found) if found is not None else None


def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Accept an invitation."""
    if Invitation.from_key(key) is None:
        raise Http404
    return HttpResponse()


@pytest.mark.django_db
def test_a_key_is_made_for_a_row_and_is_one_that_is_read_back() -> None:
    open_one = Group.objects.create(name="open")
    Group.objects.create(name="closed")
    asked = operation(
        "GET /accept/<key>/", view=f"{__name__}.accept", parameters=(Parameter(name="key", converter="str"),)
    )
    assert [signing.loads(one) for one in keys_read_back(asked, ["key", "name"])["key"]] == [open_one.pk]
    assert [signing.loads(one["key"]) for one in keys_for_path(asked, NOBODY)] == [open_one.pk]
    assert keys_read_back(operation("GET /x/", view="elsewhere.views.x"), ["key"]) == {}


@pytest.mark.django_db
def test_tokens_are_made_by_the_generator_beside_the_view(django_user_model: Any) -> None:
    """Django's own comes behind it."""
    user = django_user_model.objects.create_user("ann", email="ann@example.com", password="x")
    generators = generators_of(operation("GET /activate/", view=f"{__name__}.accept"))
    assert generators == [activation_token, default_token_generator]
    ann = Identity(role="user", user_id=str(user.pk))
    made = keys_of_account(["uidb64", "token"], ann, generators=generators)
    assert activation_token.check_token(user, made[0]["token"])


@pytest.mark.django_db
def test_a_write_gets_the_link_of_an_account_to_throw_away(django_user_model: Any) -> None:
    """Nothing is made for whoever has no such account; a read may look at that of the newest that the run made."""
    before = rows_there()
    user = django_user_model.objects.create_user("ann", email="ann@example.com", password="x")
    link = tuple(Parameter(name=name, converter="str") for name in ("uidb64", "token"))
    write = operation("POST /reset/<uidb64>/<token>/", view=f"{__name__}.accept", parameters=link)
    paths = list(account_paths(write, NOBODY, user.email, before))
    assert activation_token.check_token(user, paths[0].split("/")[3])
    assert list(account_paths(write, NOBODY, "", before)) == []
    read = replace(write, id="GET /reset/", method="GET", kind=Kind.READ)
    assert list(account_paths(read, NOBODY, user.email, before)) == []
    (path, *_) = account_paths(read, NOBODY, "", before, may_look=True)
    assert activation_token.check_token(user, path.split("/")[3])
    # The key of an account that was there before is good for the original as well.
    for known in (rows_there(), RowsBefore()):
        assert list(account_paths(read, NOBODY, "", known, may_look=True)) == []


@pytest.mark.django_db
def test_what_activates_an_account_gets_the_key_of_one_that_waits(django_user_model: Any) -> None:
    """As a registration leaves them; other links are those of the account itself."""
    before = rows_there()
    user, waits = (django_user_model.objects.create_user(name, email=f"{name}@example.com") for name in ("ann", "bob"))
    django_user_model.objects.filter(pk=waits.pk).update(is_active=False)
    waits.refresh_from_db()
    link = tuple(Parameter(name=name, converter="str") for name in ("uidb64", "token"))
    for word, whose in (("activate", [waits, user]), ("reset", [user])):
        write = operation(f"POST /{word}/<uidb64>/<token>/", parameters=link)
        tokens = [one.split("/")[3] for one in account_paths(write, NOBODY, user.email, before)]
        assert all(any(default_token_generator.check_token(one, each) for each in tokens) for one in whose)
        assert any(default_token_generator.check_token(waits, each) for each in tokens) is (waits in whose)
