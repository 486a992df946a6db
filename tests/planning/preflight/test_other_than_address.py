"""A request that names the row of its address twice gets another one where it may not."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.urls import path

from loadaudit.planning.preflight.other_than_address import other_than_address
from loadaudit.records import BodyField, Parameter

urlpatterns = [path("<str:name>/merge/<int:pk>/", HttpResponse)]
BY_NAME = Parameter(name="name", model="auth.Group", model_field="name")
BY_KEY = Parameter(name="pk", model="auth.Group", model_field="pk")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Source and target cannot be the same", True),
        ("Cannot merge a group into itself", True),
        ("Both must differ.", True),
        ("The group is not the same as before", False),
        ("Not found", False),
    ],
)
def test_another_row_where_two_must_not_be_the_same(db: None, settings: Any, said: str, named: bool) -> None:
    """Numbers mean a row only in a field that names one; how often something is done is none."""
    settings.ROOT_URLCONF = __name__
    first, second, third = (Group.objects.create(name=name) for name in ("one", "two", "three"))
    sent = {"source_name": "one", "group_id": first.pk, "count": first.pk, "ids": [first.pk], "label": "x"}
    fields = (BodyField(name="ids", model="auth.Group"),)
    operation: Any = SimpleNamespace(parameters=(BY_NAME, BY_KEY), body=SimpleNamespace(fields=fields))
    found = [
        {each.field: each.value for each in other_than_address(operation, f"/one/merge/{first.pk}/", said, sent, one)}
        for one in (1, 2)
    ]
    wanted = [{"source_name": each.name, "group_id": each.pk, "ids": [each.pk]} for each in (second, third)]
    assert found == (wanted if named else [{}, {}])
