"""A code goes with whom it was sent to."""

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight import own_codes
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.corrected import corrected
from loadaudit.planning.preflight.own_codes import codes_of_rows
from loadaudit.records import Body, BodyField, BodyKind, Payload, Trace
from tests.analysis.factories import operation, trace, use
from tests.demo.accounts.models import User
from tests.demo.projects.models import Membership, Project

pytestmark = pytest.mark.django_db
TABLE = Membership._meta.db_table
SEEN: Trace = trace(statements=(use(f'SELECT "{TABLE}"."id" FROM "{TABLE}" WHERE "{TABLE}"."id" = %s'),))


def test_a_code_and_whose_it_is() -> None:
    """Both are of one row; what nobody looked up, or belongs to nobody that the body names, is left as it is."""
    ann = User.objects.create_user("ann", "ann@example.com", "p")
    row = Membership.objects.create(
        user=ann, project=Project.objects.create(name="p", owner=ann, created_at=timezone.now())
    )
    fields = {"code": True, "email": False, "mobile": False}
    found = codes_of_rows(SEEN, {"code": "1", "mobile": "2"}, fields, {"code"}, 1)
    assert {one.field: one.value for one in found if not one.unwanted} == {"code": row.pk, "email": "ann@example.com"}
    assert [one.field for one in found if one.unwanted] == ["mobile"]
    assert codes_of_rows(SEEN, {"code": "1"}, fields, {"mobile"}, 1) == []
    assert codes_of_rows(SEEN, {"code": "1"}, {"code": True, "project": True}, set(), 1) == []
    assert codes_of_rows(trace(), {"code": "1"}, fields, set(), 1) == []
    assert codes_of_rows(SEEN, {"name": "1"}, fields, set(), 1) == []


def test_a_code_alone_is_of_the_row_whose_purpose_the_operation_names() -> None:
    """Beside a new password, too; a purpose is what stands in a column with choices."""
    ann = User.objects.create_user("ann", "ann@example.com", "p")
    rows = [
        Project.objects.create(name="p", owner=ann, created_at=timezone.now(), status=status)
        for status in ("active", "draft", "closed")
    ]
    table = Project._meta.db_table
    seen = trace(statements=(use(f'SELECT "{table}"."id" FROM "{table}" WHERE "{table}"."id" = %s'),))
    for about, row in (("/draft/confirm/", rows[1]), ("/x/", rows[2])):
        (found,) = codes_of_rows(seen, {"otp": "1"}, {"otp": True, "new_password": True}, {"otp"}, 1, about)
        assert (found.field, found.value) == ("otp", row.pk)


def test_a_project_that_fails_has_no_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its managers are its own code."""
    monkeypatch.setattr(own_codes, "_rows", lambda model: 1 / 0)
    assert codes_of_rows(SEEN, {"code": "1"}, {"code": True, "email": True}, set(), 1) == []


def test_an_address_that_is_told_goes_before_the_accounts_own() -> None:
    """A code is of no use with another."""
    source: Any = SimpleNamespace(
        identity=ANONYMOUS,
        today=date(2026, 3, 1),
        email="own@example.com",
        needs_of=lambda operation, given, variant, invalid, asked: Needs(
            rows=lambda label, name: [], today=date(2026, 3, 1), given=given
        ),
    )
    fields = (BodyField(name="email", type="email"), BodyField(name="code"))
    asked = operation("POST /x/", body=Body(kind=BodyKind.JSON, fields=fields))
    sent = Payload(kind=BodyKind.JSON, document='{"email": "a@example.com", "code": "1"}', origin="x")
    told = [Complaint(field="email", choice=True, value="ann@example.com"), Complaint(field="code", value="2")]
    made = corrected(source, asked, sent, told, 1).document
    assert json.loads(str(made)) == {"email": "ann@example.com", "code": "2"}
    alone = corrected(source, asked, sent, [Complaint(field="email", choice=True)], 1).document
    assert json.loads(str(alone))["email"] == "own@example.com"


def test_a_text_of_the_page_that_was_refused_becomes_what_the_name_suggests() -> None:
    """And only what was that already another style."""
    seen: list[frozenset[str]] = []

    def needs_of(
        operation: object, given: dict[str, object], variant: int, invalid: frozenset[str], asked: object
    ) -> Needs:
        seen.append(invalid)
        return Needs(rows=lambda label, name: [], today=date(2026, 3, 1), given=given, invalid=invalid)

    source: Any = SimpleNamespace(identity=ANONYMOUS, today=date(2026, 3, 1), email="", needs_of=needs_of)
    asked = operation("POST /x/", body=Body(kind=BodyKind.JSON, fields=(BodyField(name="url"),)))
    for value in ("a", "https://example.com/"):
        sent = Payload(kind=BodyKind.JSON, document=json.dumps({"url": value}), origin="x")
        corrected(source, asked, sent, [Complaint(field="url")], 1)
    assert seen == [frozenset(), {"url"}]
