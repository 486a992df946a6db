"""Which hosts a project's own addresses are at."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils.functional import SimpleLazyObject

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.forms import read_forms
from loadaudit.planning.harvest import FoundForm, Harvest, own_hosts
from loadaudit.planning.payloads.pages import target_of


def test_settings_that_are_evaluated_late(settings: Any) -> None:
    """Packages keep their defaults in lazy objects, which pass for texts."""
    settings.SITE_ROOT_URL = SimpleLazyObject(lambda: "https://shop.example.com/")
    settings.LATE_NUMBER = SimpleLazyObject(lambda: 3)
    assert "shop.example.com" in own_hosts()


def test_a_setting_that_cannot_be_read(settings: Any) -> None:
    """Django refuses an empty SECRET_KEY whenever it is read."""
    settings.SITE_ROOT_URL, settings.SECRET_KEY = "https://shop.example.com/", ""
    assert "shop.example.com" in own_hosts()


@pytest.mark.parametrize("word", ["data-", "hx-", "<select data-ajax--url=x "])
def test_long_words_of_a_page_are_read_once(word: str) -> None:
    """Those that attributes begin with, too."""
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    begun_s = time.process_time()
    harvest.feed("/", "/", "text/plain", (word + "data-" * 8_000 + ">").encode())
    assert time.process_time() - begun_s < 1


def test_secrets_of_apps_that_an_api_tells() -> None:
    """As a link or as what is typed; the newest counts."""
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    for text, told in (
        ('{"client_secret": "no base32 at all"}', ""),
        ('{"secret": "JBSWY3DPEHPK3PXP"}', '"secret": "JBSWY3DPEHPK3PXP"'),
        ('{"uri": "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP", "png": "A"}', "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP"),
    ):
        harvest.feed("/setup/", "/setup/", "application/json", text.encode())
        assert harvest.of_an_app == told


@pytest.mark.parametrize(
    ("page", "sent_to", "path", "expected"),
    [
        ("/posts/3/", "edit/", "/posts/4/edit/", "/posts/4/"),
        ("/edit-of/3", "/posts/3/edit/?a=1", "/posts/4/edit/", "/edit-of/4"),
        ("/posts/", "3/edit/", "/posts/4/edit/", ""),
        ("/posts/3/", "edit/", "/posts/3/edit/", ""),
        ("/blogs/3/posts/3/", "edit/", "/blogs/3/posts/4/edit/", ""),
    ],
)
def test_the_page_of_a_form_for_another_row(page: str, sent_to: str, path: str, expected: str) -> None:
    """Where a row's page has the form for it, so may that of another row, which nobody has looked at yet."""
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    (form,) = read_forms(f"<form method=post action='{sent_to}'></form>")
    harvest.forms["/posts/"] = [FoundForm(form=form, page=page, path=target_of(form, page))]
    assert harvest.page_with_form("/posts/", path) == expected
