"""The admin's completion is asked for a relation that it can search."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.django_admin import autocomplete_query
from loadaudit.planning.harvest import Harvest
from tests.analysis.factories import operation


@pytest.mark.django_db
def test_the_admin_answers_the_query(client: Client) -> None:
    """Without the query it turns everybody away."""
    boss = get_user_model()._default_manager.create_superuser("boss@example.com", password="x")
    client.force_login(boss)
    view = "django.contrib.admin.sites.AdminSite.autocomplete_view"
    query = autocomplete_query(replace(operation(), view=view, namespaces=("admin",)))
    assert set(dict(parse_qsl(query))) == {"app_label", "model_name", "field_name"}
    assert client.get(f"{reverse('admin:autocomplete')}?{query}").status_code == 200
    assert client.get(reverse("admin:autocomplete")).status_code == 403
    assert autocomplete_query(operation()) == ""


def test_a_catch_all_gets_an_address_without_its_slash() -> None:
    """The admin's sends whoever forgets the slash on to the page."""
    harvest: Any = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    page = reverse("admin:index")
    harvest.feed("/", "/", "text/html", f'<a href="{page}auth/group/">groups</a>'.encode())
    assert harvest.without_slash(f"{page}<url>") == [f"{page}auth/group"]
