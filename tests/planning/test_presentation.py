"""The Host and the scheme under which a project believes to be called."""

from typing import Any

import pytest
from django.contrib.sites.models import Site

from loadaudit.planning.presentation import choose_host, present


@pytest.mark.parametrize(
    ("allowed", "domains", "host"),
    [
        ([], [], "localhost"),
        (["*"], [], "localhost"),
        (["*"], ["example.com"], "example.com"),
        (["staging.example.org"], [], "staging.example.org"),
        (["staging.example.org"], ["example.com"], "staging.example.org"),
        (["staging.example.org", "localhost"], ["example.com"], "localhost"),
        ([".example.org"], ["www.example.org"], "www.example.org"),
        ([".example.org"], [], "example.org"),
        (["a.example.org", "b.example.org"], ["b.example.org"], "b.example.org"),
        (["staging.example.org"], ["staging.example.org:8443"], "staging.example.org:8443"),
        (["*", "staging.example.org"], [], "localhost"),
    ],
)
def test_host(allowed: list[str], domains: list[str], host: str) -> None:
    """A site's domain if it is allowed, then localhost, then the first host that is named."""
    assert choose_host(allowed, domains) == host


@pytest.mark.parametrize("name", ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"])
@pytest.mark.django_db
def test_each_demand_for_https_is_met(settings: Any, name: str) -> None:
    """A Secure cookie never comes back over http, so one such setting is enough."""
    setattr(settings, name, True)
    assert present().https


@pytest.mark.django_db
def test_without_a_demand_it_is_http(settings: Any) -> None:
    """As `runserver` would."""
    settings.ALLOWED_HOSTS = ["localhost"]
    assert present().origin == "http://localhost"


@pytest.mark.django_db
def test_the_sites_row_names_the_host(settings: Any) -> None:
    """SITE_ID's domain, when ALLOWED_HOSTS accepts it."""
    settings.ALLOWED_HOSTS = ["budget.example.org", "localhost"]
    Site.objects.filter(pk=settings.SITE_ID).update(domain="budget.example.org")
    assert present().host == "budget.example.org"
