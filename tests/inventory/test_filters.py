"""Operations chosen by patterns and by their facts."""

from collections.abc import Callable

import pytest

from loadaudit.conf import Config
from loadaudit.errors import UsageError
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.filters import Filters, checked, select
from loadaudit.records import Operation


@pytest.fixture(scope="module")
def operations() -> tuple[Operation, ...]:
    """A few operations with names and categories."""
    return build_inventory(Config(), urlconf="tests.inventory.urls_drf").operations


@pytest.mark.parametrize(
    ("only", "count"),
    [
        ((), 31),
        (("/api/projects/recent",), 1),
        (("FUNCTION",), 2),
        (("delete /api",), 4),
        (("project-archive",), 2),
        (("PUT *",), 2),
        (("* /api/projects/<pk>/",), 4),
        (("?UT /function/",), 1),
        (("/func*/",), 2),
        (("nothing",), 0),
        (("/plain/", "/generic/"), 4),
    ],
)
def test_only(operations: tuple[Operation, ...], only: tuple[str, ...], count: int) -> None:
    """A part of id, name or category, whatever its case; with * or ? the whole of it."""
    assert len(select(operations, Filters(only=only))) == count


def test_exclude_wins(operations: tuple[Operation, ...]) -> None:
    """What both find is left out."""
    found = select(operations, Filters(only=("/plain/",), exclude=("POST *",)))
    assert [one.id for one in found] == ["GET /plain/"]


def test_optional_parts_are_no_character_classes() -> None:
    """Brackets in a route are literal in a glob."""
    operations = build_inventory(Config(), urlconf="tests.inventory.urls_routes").operations
    found = select(operations, Filters(only=("* /numbers/<year>[/<month>]/",)))
    assert [one.route for one in found] == ["/numbers/<year>[/<month>]/"]


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        (Filters(methods=("get", "PUT")), lambda one: one.method in ("GET", "PUT")),
        (Filters(methods=("GET,PUT",)), lambda one: one.method in ("GET", "PUT")),
        (Filters(risks=("destructive",)), lambda one: one.method == "DELETE"),
        (Filters(categories=("api",)), lambda one: one.category == "API"),
        (Filters(apps=("Tests",)), lambda one: one.app == "tests"),
        (Filters(access=("anyone",)), lambda one: not one.access.login),
        (Filters(access=("login", "staff"), methods=("POST",)), lambda one: one.access.login and one.method == "POST"),
    ],
)
def test_facts(operations: tuple[Operation, ...], filters: Filters, holds: Callable[[Operation], bool]) -> None:
    """Values of one option are alternatives, options are conditions; case does not matter."""
    found = select(operations, checked(filters, operations))
    assert found
    assert found == tuple(one for one in operations if holds(one))


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        (Filters(methods=("GTE",)), "--method: there is no 'GTE'", "Did you mean 'GET'?"),
        (Filters(risks=("safe,wild",)), "--risk: there is no 'wild'", "destructive"),
        (Filters(access=("anybody",)), "--access: there is no 'anybody'", "anyone"),
        (Filters(apps=("shop",)), "--app: there is no 'shop'", "Known: "),
        (Filters(only=("nothing",)), "No operation is left by --only nothing", "part of the id"),
    ],
)
def test_what_the_inventory_does_not_know(
    operations: tuple[Operation, ...], filters: Filters, message: str, hint: str
) -> None:
    """A typing error is no empty result; the hint names what there is."""
    with pytest.raises(UsageError, match=message) as caught:
        checked(filters, operations)
    assert hint in caught.value.hint
