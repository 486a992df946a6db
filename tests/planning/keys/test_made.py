"""Keys are made as the project makes them, or read where they can be read."""

from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from django.db import models

from loadaudit.inventory.bodies.fields.models import has_value_of_its_own, is_required
from loadaudit.planning.keys.hashed import functions_for
from loadaudit.planning.keys.made import _STATE, KeyMaker, keys_told
from loadaudit.records import Identity
from tests.planning.keys.models import Access, ApiKey, Hashed, Kept, Minted, PartnerToken, Pass, Ticket, digest_of

pytestmark = pytest.mark.usefixtures("site")
MAKER = KeyMaker(fence=nullcontext, today=date(2026, 3, 1), identity=Identity(role="user", username="u", user_id="1"))


def test_a_key_that_is_told_once() -> None:
    """The model's own method makes it, once for each kind of key."""
    keys = list(MAKER.keys_of(ApiKey))
    rows = {one.digest: one.kind for one in ApiKey.objects.all()}
    assert [rows[digest_of(key)] for key in keys] == ["site", "team"]


def test_a_key_in_a_column_that_is_switched_on() -> None:
    """One that is switched off opens nothing."""
    PartnerToken.objects.create(token="on")
    PartnerToken.objects.create(token="off", is_active=False)
    assert list(MAKER.keys_of(PartnerToken)) == ["on"]


def test_values_of_a_column_that_is_looked_up() -> None:
    """Rows that are switched off open nothing there either."""
    good = PartnerToken.objects.create(token="on")
    PartnerToken.objects.create(token="off", is_active=False)
    assert list(MAKER.keys_in((PartnerToken, "id"))) == [str(good.pk)]


def test_a_row_is_made_where_there_is_none() -> None:
    assert list(MAKER.keys_of(PartnerToken)) == [PartnerToken.objects.get().token]


def test_a_key_with_rights_of_its_own_gets_all_of_them() -> None:
    """Those for which the module has words, the highest level, and all rows that it may be good for."""
    partners = [PartnerToken.objects.create(token=one) for one in ("one", "two")]
    weak = Ticket.objects.create(token="weak")
    keys = list(MAKER.keys_of(Ticket))
    made = Ticket.objects.exclude(pk=weak.pk).get()
    assert keys[0] == made.token
    assert made.endpoints == {"orders": ["read", "write"], "invoices": ["read", "write"]}
    assert (made.scopes, list(made.partners.all())) == (["catalog"], partners)
    assert (made.access_level, made.role, made.may_export) == (4, "editor", True)


def test_a_key_of_each_kind_that_belongs_to_a_row_where_none_does() -> None:
    """Code finds none of a partner's among those of nobody; one that is there is enough."""
    partner = PartnerToken.objects.create(token="on")
    Pass.objects.create(token="of nobody")
    keys = list(MAKER.keys_of(Pass))
    made = {one.token: (one.partner_id, one.kind) for one in Pass.objects.exclude(partner=None)}
    assert [made.get(key) for key in keys] == [(partner.pk, "in"), (partner.pk, "out"), None, None][: len(keys)]
    assert Pass.objects.count() == 3
    list(MAKER.keys_of(Pass))
    assert Pass.objects.count() == 3


def test_a_key_that_only_the_new_row_knows() -> None:
    """A method of the row gives it one, or saving does; the tables have their hashes."""
    for model, column in ((Access, "hashed_key"), (Minted, "token_digest")):
        (key,) = MAKER.keys_of(model)
        assert getattr(model.objects.get(), column) == digest_of(key)


def test_a_key_whose_hash_the_app_s_function_makes() -> None:
    """No method of the model tells one: a row gets the hash of a key of the run's own, and its beginning."""
    key = next(MAKER.keys_of(Kept))
    assert Kept.objects.get(key_prefix=key[:12]).key_hash == digest_of(key)


def test_only_functions_that_make_a_hash_are_called() -> None:
    """Not those that do something else of such a name."""
    assert [hash_of("k") for hash_of in functions_for(Kept)][:-1] == [digest_of("k"), digest_of("k")]


def test_a_key_in_a_column_that_is_stored_as_a_hash() -> None:
    """A new row's object still knows it; those that are there tell nothing. It has all scopes that there are."""
    Hashed(key="forgotten").save()
    key = next(MAKER.keys_of(Hashed))
    assert Hashed.objects.get(key=f"sha256${digest_of(key)}").scope == "catalog"


def test_a_model_whose_code_fails_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the project raises is no reason to end the run."""

    def broken(name: str, *, kind: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(ApiKey, "create_key", classmethod(lambda cls, name, kind: broken(name, kind=kind)))
    assert list(MAKER.keys_of(ApiKey)) == []


@pytest.mark.parametrize(
    ("name", "good"), [("is_active", True), ("key_enabled", True), ("revoked", False), ("is_payment_enabled", None)]
)
def test_flags_of_a_row_and_of_something_else(name: str, *, good: bool | None) -> None:
    match = _STATE.fullmatch(name)
    assert (bool(match["good"]) if match is not None else None) is good


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        (models.CharField(default=None, max_length=9), True),
        (models.CharField(default="a", max_length=9), False),
        (models.CharField(default=None, null=True, max_length=9), False),
    ],
)
def test_a_default_of_none_fills_no_column_that_wants_something(column: Any, *, wanted: bool) -> None:
    """Some models write it so that their forms ask."""
    assert is_required(column) is wanted
    assert has_value_of_its_own(column) is not wanted


def test_a_method_that_takes_any_keyword_may_fill_the_columns_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it takes them from nobody; another wants them."""

    def create_key(kind: str, **others: Any) -> tuple[Any, str]:
        return ApiKey.objects.create(kind=kind, name="a", digest="b", **others), "0123456789abcdef"

    monkeypatch.setattr(ApiKey, "create_key", classmethod(lambda cls, kind, **others: create_key(kind, **others)))
    assert list(MAKER.keys_of(ApiKey)) == ["0123456789abcdef"]


def test_keys_that_a_method_of_a_row_tells_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As what regenerates credentials does."""
    Ticket.objects.create(token="old")
    monkeypatch.setattr(Ticket, "regenerate_keys", lambda self: {"access": "a", "secret": "s"}, raising=False)
    assert keys_told(Ticket) == {"access": "a", "secret": "s"}
    monkeypatch.setattr(Ticket, "regenerate_keys", lambda self, why: {}, raising=False)
    assert keys_told(Ticket) == {}
