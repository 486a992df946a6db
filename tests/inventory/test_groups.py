"""What a project includes but did not write is known by its views, not by its names."""

import pytest

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from loadaudit.records import Inventory

URLCONF = "tests.inventory.urls_groups"


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    """The inventory without any group."""
    return build_inventory(Config(), urlconf=URLCONF)


def left_out(inventory: Inventory, group: str) -> tuple[str, ...]:
    """Return the ids of the group."""
    return next((one.operations for one in inventory.left_out if one.group == group), ())


def test_apps_with_the_names_of_groups_are_the_projects_own(inventory: Inventory) -> None:
    """Neither a namespace nor an app name makes an admin."""
    assert [one.id for one in inventory.operations] == ["GET /admin/members/", "GET /silk/scarves/"]


@pytest.mark.parametrize(
    "route",
    [
        "/django-admin/",
        "/django-admin/auth/group/",
        "/django-admin/auth/group/report/",
        "/backoffice/login/",
        "/admin/doc/",
    ],
)
def test_every_admin_site_is_an_admin(inventory: Inventory, route: str) -> None:
    """Whatever its name and its path, with all that its ModelAdmins add."""
    assert f"GET {route}" in left_out(inventory, "admin")


def test_the_debugging_tools_are_known_by_their_views(inventory: Inventory) -> None:
    """Under any namespace; third-party panels of the toolbar by the toolbar's."""
    assert left_out(inventory, "debug toolbar") == ("GET /debug/sql/", "GET /panel/render/")
    assert left_out(inventory, "silk") == ("GET /profiling/requests/",)


def test_counts_are_those_of_the_listed_operations(inventory: Inventory) -> None:
    """Each group says how many operations it hides."""
    assert all(one.operation_count == len(one.operations) > 0 for one in inventory.left_out)
    assert not inventory.included


def test_a_setting_includes_single_groups() -> None:
    """Only what is named."""
    inventory = build_inventory(Config(include=("silk",)), urlconf=URLCONF)
    assert "GET /profiling/requests/" in [one.id for one in inventory.operations]
    assert [one.group for one in inventory.left_out] == ["admin", "debug toolbar"]
    assert inventory.included == ("silk",)


def test_the_option_includes_all(inventory: Inventory) -> None:
    """In the order of the URLconf, so that nothing is lost and nothing counted twice."""
    whole = build_inventory(Config(), urlconf=URLCONF, include_admin=True)
    ids = {one.id for one in inventory.operations} | {id_ for one in inventory.left_out for id_ in one.operations}
    assert {one.id for one in whole.operations} == ids
    assert not whole.left_out
    assert whole.operations[0].route == "/admin/doc/"


def test_nothing_but_the_admin_may_stay_nothing() -> None:
    """For one URLconf of several."""
    inventory = build_inventory(Config(), urlconf="tests.inventory.urls_only_admin", never_empty=False)
    assert not inventory.operations
    assert inventory.left_out
