"""Attributes and settings come back exactly as they were."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.conf import settings as project

from loadaudit.probes.fence.patches import Patches


class Base:
    """Has an attribute that the other inherits."""

    name = "inherited"


class Other(Base):
    """Has none of its own."""


def test_inherited_attribute_is_inherited_again() -> None:
    """And not set to what it was."""
    patches = Patches()
    patches.put(Other, "name", "first")
    patches.put(Other, "name", "second")
    assert patches
    assert Other.name == "second"
    patches.undo()
    assert not patches
    assert "name" not in vars(Other)
    patches.undo()
    assert Other.name == "inherited"


def test_setting_is_seen_at_once_and_put_back(settings: Any) -> None:
    """Also one that was read before, of which Django keeps a copy."""
    settings.SITE_ID = 1
    assert project.SITE_ID == 1
    patches = Patches()
    patches.put_setting(project, "SITE_ID", 2)
    patches.put_setting(project, "NEW_SETTING", "x")
    assert (project.SITE_ID, getattr(project, "NEW_SETTING", "")) == (2, "x")
    patches.undo()
    assert project.SITE_ID == 1
    assert not hasattr(project, "NEW_SETTING")


def test_plain_objects_do_as_well() -> None:
    """The settings of a test."""
    made = SimpleNamespace(NAME="a")
    patches = Patches()
    patches.put_setting(made, "NAME", "b")
    patches.undo()
    assert vars(made) == {"NAME": "a"}
