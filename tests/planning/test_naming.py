"""Parameters of which only the names tell something."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import models

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning import naming
from loadaudit.planning.any_model import unfit_of_any_model
from loadaudit.planning.naming import (
    ORIGIN,
    _all,
    _key_of_kind,
    key_by_name,
    kinds_and_rows,
    of_any_model,
    of_one_row,
    value_by_name,
    values_by_name,
)
from loadaudit.planning.values import paths_of_names
from loadaudit.records import BodyField, Identity, Operation, Parameter
from tests.analysis.factories import operation
from tests.demo.batch.models import BatchJob
from tests.demo.projects.models import Project
from tests.seeded import seed_small

NOBODY = Identity(role="anonymous")
VIEW = "tests.demo.projects.views.detail"


@pytest.fixture(autouse=True)
def rows(settings: Any, db: None) -> None:
    """The demo's rows."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed_small()


def asked(route: str, *names: str, view: str = VIEW) -> Operation:
    """Return a read with these parameters."""
    return operation(f"GET {route}", parameters=tuple(Parameter(name=name) for name in names), view=view)


def test_a_content_type_comes_with_a_row_of_it() -> None:
    """Two numbers that have nothing to do with each other lead nowhere; rows with a page of their own go first."""
    found = values_by_name(asked("/r/", "content_type_id", "object_id"), ["content_type_id", "object_id"], NOBODY)
    kind = ContentType.objects.get_for_model(Project).pk
    assert found[0] == {"content_type_id": kind, "object_id": Project.objects.order_by("pk").values_list("pk")[0][0]}


def test_an_app_and_a_model_of_it() -> None:
    """The view's own app first, with a row where the address asks for one."""
    names = ["app_label", "model_name", "pk"]
    found = values_by_name(asked("/x/", *names), names, NOBODY)
    assert found[0]["app_label"] == "projects"
    assert found[0]["pk"]


def test_rows_that_an_address_does_not_take_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many models with numbers as keys come before the one with UUIDs."""
    names = ["app_label", "model_name", "pk"]
    page = asked("/x/", *names)
    uuids = (*page.parameters[:2], replace(page.parameters[2], pattern="[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
    page = replace(page, parameters=uuids)
    key = UUID(int=7)
    monkeypatch.setattr(naming, "_all", lambda _: [Project] * 9 + [BatchJob])
    monkeypatch.setattr(naming, "_values", lambda one, names, _: [dict.fromkeys(names, key if one is BatchJob else 1)])
    assert [one["pk"] for one in values_by_name(page, names, NOBODY)] == [key]
    monkeypatch.setattr(apps, "get_models", lambda: [Group])
    assert "no model of the project has UUIDs" in unfit_of_any_model(page)
    assert not unfit_of_any_model(asked("/x/", *names))
    assert not unfit_of_any_model(asked("/x/", "app_label", "action", "pk"))


def test_known_apps_and_models_go_first_with_a_row_of_their_own() -> None:
    """As another address has shown them, which may write the model's name in snake case."""
    page = asked("/x/<str:app_label>/<str:model_name>/edit/<int:pk>/", "app_label", "model_name", "pk")
    shown = {"app_label": "batch", "model_name": "batch_job"}
    job = BatchJob.objects.order_by("pk").values_list("pk", flat=True)
    found = values_by_name(page, ["app_label", "model_name", "pk"], NOBODY, [{**shown, "app_label": "no"}, shown])
    assert {key: found[0][key] for key in shown} == shown
    assert found[0]["pk"] in set(job)
    assert found[1]["app_label"] == "projects"


def test_one_row_of_each_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its UUID is for addresses that do not take its key: rows of other models say more."""
    names = ["app_label", "model_name", "pk"]
    monkeypatch.setattr(naming, "_keys", lambda *_: [{"pk": 1}, {"pk": UUID(int=1)}])
    found = [one["pk"] for one in values_by_name(asked("/x/", *names), names, NOBODY)]
    assert len(found) > 1
    assert set(found) == {1}


def test_columns_of_a_model() -> None:
    """A name that only one model has a column of; `pk` alone means a row of the view's own app."""
    found = values_by_name(asked("/x/", "email"), ["email"], NOBODY)
    assert "@example.com" in str(found[0]["email"])
    own = values_by_name(asked("/x/", "pk"), ["pk"], NOBODY)
    assert own[0]["pk"] == Project.objects.order_by("pk").values_list("pk")[0][0]
    assert values_by_name(asked("/x/", "pk", view="elsewhere.views.x"), ["pk"], NOBODY) == []


def test_a_model_in_a_name() -> None:
    """`moved_project_id` is the key of a project."""
    found = values_by_name(asked("/x/", "moved_project_id"), ["moved_project_id"], NOBODY)
    assert found[0]["moved_project_id"] == Project.objects.order_by("pk").values_list("pk")[0][0]


def test_keys_of_a_query_or_a_body() -> None:
    """A row of the model that the key names; other words mean nothing."""
    assert value_by_name("project_id", "", NOBODY) == Project.objects.order_by("pk").values_list("pk")[0][0]
    assert value_by_name("batchjob_id", "", NOBODY) == BatchJob.objects.order_by("pk").values_list("pk")[0][0]
    assert value_by_name("title", VIEW, NOBODY) is None


def test_keys_in_the_plural_are_a_list_with_one() -> None:
    """As of rows that are to be deleted together; another try names another row."""
    first, second = Project.objects.order_by("pk").values_list("pk", flat=True)[:2]
    assert value_by_name("project_ids", "", NOBODY) == [first]
    assert value_by_name("project_ids", "", NOBODY, 1) == [second]
    assert value_by_name("titles", VIEW, NOBODY) is None


def test_keys_in_camel_case_mean_what_they_mean_in_python() -> None:
    first = Project.objects.order_by("pk").values_list("pk", flat=True)[0]
    assert value_by_name("projectId", "", NOBODY) == key_by_name("sourceProjectId", VIEW, NOBODY) == first
    assert value_by_name("projectIds", "", NOBODY) == [first]


def test_a_key_that_is_called_as_a_relation_means_a_row_behind_it() -> None:
    """Of a model of the view's own app only: other apps' words mean something else."""
    owner = Project.objects.order_by("pk").values_list("owner_id", flat=True)[0]
    assert value_by_name("owner_id", VIEW, NOBODY) == owner
    assert value_by_name("owner_id", "elsewhere.views.x", NOBODY) is None


def test_addresses_say_where_their_values_come_from() -> None:
    """So that a failure says nothing against rows that nobody asked for."""
    route = "/projects/<int:project_id>/"
    named = operation(f"GET {route}", parameters=(Parameter(name="project_id", converter="int"),), view=VIEW)
    found = paths_of_names(named, NOBODY, RouteIndex.from_urlconf(None), date(2026, 3, 1))
    assert {one.origin for one in found} == {ORIGIN}


def test_a_kind_of_row_and_its_row_are_not_taken_from_one_table() -> None:
    """A view that looks the kind up and then its row seems to look up kinds twice; whoever points to any row, too."""
    kind = Parameter(name="content_type_id", model="contenttypes.ContentType", model_field="pk")
    row = replace(kind, name="object_id")
    twice = operation("GET /r/<content_type_id>/<object_id>/", parameters=(kind, row))
    assert [one.model for one in of_any_model(twice).parameters] == [None, None]
    alone = replace(twice, parameters=(kind,))
    assert of_any_model(alone) == alone
    other = replace(twice, parameters=(kind, replace(row, model="projects.Project")))
    assert of_any_model(other, loosely=True) == other
    # An app and a model are a kind in two parts.
    app, model = replace(kind, name="app_label", model_field="app_label"), replace(kind, name="model")
    assert {one.model for one in of_any_model(replace(twice, parameters=(app, model, row))).parameters} == {None}
    assert of_any_model(replace(twice, parameters=(app, row))).parameters == (app, row)


def test_a_kind_is_named_as_its_parameter_asks() -> None:
    """Names first where no key is asked for."""
    found = values_by_name(asked("/r/", "content_type", "object_pk"), ["content_type", "object_pk"], NOBODY)
    assert [one["content_type"] for one in found[:2]] == ["projects-project", "projects.project"]


def test_a_key_that_is_the_name_of_a_model_means_a_row_of_it() -> None:
    """As a ForeignKey is called in a form, also where the model's name has several words."""
    first = BatchJob.objects.order_by("pk").values_list("pk", flat=True)[0]
    assert value_by_name("batch_job", "tests.demo.batch.views.x", NOBODY) == first
    assert value_by_name("job", "elsewhere.views.x", NOBODY) is None


def test_keys_of_a_body_that_name_one_row_together() -> None:
    """All of the same row; one of them alone may mean anything."""
    found = of_one_row(["app_name", "model_name", "model_id", "text"], VIEW, NOBODY)
    first = Project.objects.order_by("pk").values_list("pk", flat=True)[0]
    assert found == {"app_name": "projects", "model_name": "project", "model_id": first}
    assert of_one_row(["model_name", "model_id"], VIEW, NOBODY) == {}


def test_a_kind_of_a_body_and_the_row_beside_it_mean_the_same_one() -> None:
    """Under whatever names, and by the column of kinds that the field takes."""
    first = Project.objects.order_by("pk").values_list("pk", flat=True)[0]
    kind = BodyField(name="target_type", model="contenttypes.ContentType", model_field="model")
    fields = (kind, BodyField(name="target_id", type="integer"), BodyField(name="text"))
    assert kinds_and_rows(fields, VIEW, NOBODY) == {"target_type": "project", "target_id": first}
    assert kinds_and_rows(fields[:1], VIEW, NOBODY) == {}
    # One of which only the name tells is written as forms of comments have it.
    named = (BodyField(name="content_type", type="string"), BodyField(name="object_pk", type="string"))
    assert kinds_and_rows(named, VIEW, NOBODY) == {"content_type": "projects.project", "object_pk": first}


def test_a_key_of_a_body_names_a_row_of_the_model_in_its_name() -> None:
    """Whatever stands before it; a key of something that is no model, and a model's own name, are left alone."""
    first = Project.objects.order_by("pk").values_list("pk")[0][0]
    assert key_by_name("project_id", VIEW, NOBODY) == first
    assert key_by_name("source_project_id", VIEW, NOBODY) == first
    assert [key_by_name(name, VIEW, NOBODY) for name in ("external_id", "project", "project_slug")] == [None] * 3


def test_a_model_alone() -> None:
    """By its own name, and with its app, of the view's app first."""
    found = values_by_name(asked("/x/<str:model_name>/", "model_name"), ["model_name"], NOBODY)
    assert {found[0]["model_name"], found[1]["model_name"]} == {"project", "projects.Project"}


def test_a_model_of_the_project_goes_before_one_of_djangos_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `Site` of a content management system, beside `django.contrib.sites`."""
    own = type("Group", (), {"__module__": "shop.models"})
    monkeypatch.setattr(apps, "get_models", lambda: [Group, own])
    assert _all([]) == [own, Group]
    monkeypatch.setattr(apps, "get_models", lambda: [ContentType, Group, own])
    assert _all([]) == [own, Group, ContentType]


def test_a_uuid_where_the_key_of_a_row_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows whose keys are numbers inside are told apart by another column outside."""
    shown = models.UUIDField(unique=True)
    shown.set_attributes_from_name("uuid")
    fields = [*Project._meta.concrete_fields, shown]
    assert [_key_of_kind(Project, kind) for kind in ("", "uuid")] == ["pk", "pk"]
    monkeypatch.setitem(Project._meta.__dict__, "concrete_fields", fields)
    assert [_key_of_kind(Project, kind) for kind in ("", "uuid")] == ["pk", "uuid"]
