"""Hosts that a project may be called by."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sites.models import Site

from loadaudit.planning.other_hosts import is_allowed, other_hosts

pytestmark = pytest.mark.django_db


def test_domains_of_tables_and_hosts_of_settings(settings: Any) -> None:
    """With www in front first; those that ALLOWED_HOSTS refuses are left out."""
    settings.ALLOWED_HOSTS = [".example.org", "localhost"]
    settings.PARENT_HOST = "example.org"
    Site.objects.create(domain="shop.example.org", name="Shop")
    Site.objects.create(domain="elsewhere.example.com", name="Elsewhere")
    assert list(other_hosts("localhost")) == ["shop.example.org", "example.org"]


@pytest.mark.parametrize(("host", "allowed"), [("a.example.org", True), ("a b", False), ("", False), ("other", False)])
def test_what_may_stand_in_a_header(host: str, settings: Any, *, allowed: bool) -> None:
    """A name of a host, and none that the project refuses."""
    settings.ALLOWED_HOSTS = [".example.org"]
    assert is_allowed(host) is allowed
