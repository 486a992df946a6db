"""Copied as `loadtests.py` beside the settings of a site: one of each declaration, some of them wrong."""

from typing import Any

from loadaudit.scenarios import ScriptUser, body, exclude, on_login, provide, scenario

provide("key", [], view="account_confirm_email")
body("projects:spend", lambda identity: {"amount": "7.25"})
exclude("exports:portfolio", because="computes for long")
exclude("exports:nothing", because="a typing error")


@on_login
def choose(user: ScriptUser) -> None:
    """Look at a page before the load."""
    assert user.get("/").ok


@scenario(weight=2)
def browse(user: ScriptUser) -> None:
    """Find a project in the list and open it."""
    user.get("projects:list", expect=200)
    user.get("/about/")


@scenario(users="staff", max_concurrency=1)
def broken(user: ScriptUser) -> None:
    """Expect JSON where there is a page."""
    user.get("/about/").json()


@scenario
def reads_rows(user: ScriptUser) -> None:
    """Do what only a provider may."""
    from tests.demo.projects.models import Project

    user.get("/about/")
    Project.objects.count()


@scenario(users="nobody")
def for_nobody(user: Any) -> None:
    """Have a role that no user has."""
