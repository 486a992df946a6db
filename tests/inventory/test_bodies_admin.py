"""Bodies of the admin's views, compared with the forms on its pages."""

import re

import pytest
from django.test import Client, override_settings

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from loadaudit.records import Body
from tests.demo.accounts.models import User
from tests.inventory.bodies import brief

URLCONF = "tests.inventory.bodies_admin"

_FORM = re.compile(r"<form\b.*?</form>", re.S)
_INPUT = re.compile(r"<(?:input|select|textarea)\b[^>]*>")
_LEFT_OUT = re.compile(r"csrfmiddlewaretoken|__prefix__|^initial-|^_")


@pytest.fixture(scope="module")
def bodies() -> dict[str, Body]:
    """The bodies of the admin by operation."""
    found = build_inventory(Config(), urlconf=URLCONF, include_admin=True).operations
    return {one.id: one.body for one in found}


def names_on(page: str) -> set[str]:
    """Return the names of the inputs in the longest form of a page."""
    form = max(_FORM.findall(page), key=len)
    inputs = [one for one in _INPUT.findall(form) if 'type="submit"' not in one]
    found = {match[1] for one in inputs if (match := re.search(r'\bname="([^"]+)"', one))}
    return {name for name in found if not _LEFT_OUT.search(name)}


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=URLCONF)
@pytest.mark.parametrize(
    "page",
    [
        "/admin/auth/group/add/",
        "/admin/catalog/supplier/add/",
        "/admin/projects/project/add/",
        "/admin/catalog/pricerecord/add/",
        "/admin/password_change/",
    ],
)
def test_the_fields_are_those_of_the_page(page: str, bodies: dict[str, Body]) -> None:
    """Every input of the page's form, and no other."""
    client = Client()
    client.force_login(User.objects.create_superuser(email="root@example.com", password="x", username="root"))
    answer = client.get(page)
    assert answer.status_code == 200
    assert {one.name for one in bodies[f"POST {page}"].fields} == names_on(answer.content.decode())


def test_inlines_may_stay_empty(bodies: dict[str, Body]) -> None:
    """Their management form is demanded, their rows are not."""
    found = {one.name: brief(one) for one in bodies["POST /admin/catalog/supplier/add/"].fields}
    assert found["materials-TOTAL_FORMS"] == "integer! = 0 >= 0"
    assert found["materials-0-code"] == "string <= 20 characters unique"


def test_dates_have_two_inputs_and_shown_fields_none(bodies: dict[str, Body]) -> None:
    """As the admin's widgets and fieldsets say."""
    found = {one.name: brief(one) for one in bodies["POST /admin/projects/project/<path:object_id>/change/"].fields}
    assert (found["created_at_0"], found["created_at_1"]) == ("date!", "time!")
    assert "version" not in found


def test_deleting_wants_a_confirmation_and_actions_want_rows(bodies: dict[str, Body]) -> None:
    """The names that the admin's own pages send."""
    delete = bodies["POST /admin/auth/group/<path:object_id>/delete/"]
    action = bodies["POST /admin/auth/group/"]
    assert [brief(one) for one in delete.fields] == ["string! (yes) = yes"]
    assert {one.name: brief(one) for one in action.fields} == {
        "action": "string! (delete_selected)",
        "_selected_action": "integer[]! -> auth.Group.pk",
        "select_across": "integer = 0",
        "index": "integer = 0",
    }


@pytest.mark.parametrize(
    ("id_", "evidence"),
    [("POST /admin/auth/group/add/", "declared"), ("POST /admin/catalog/category/add/", "assumed")],
)
def test_evidence(id_: str, evidence: str, bodies: dict[str, Body]) -> None:
    """A ModelAdmin that wants the database before it tells its fields is not asked."""
    body = bodies[id_]
    assert (body.kind.value, body.evidence.value) == ("form", evidence)
