"""Operations chosen by patterns."""

import pytest

from loadaudit.conf import Config
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.filters import select
from loadaudit.records import Operation


@pytest.fixture(scope="module")
def operations() -> tuple[Operation, ...]:
    """A few operations with names and categories."""
    return build_inventory(Config(), urlconf="tests.inventory.urls_drf").operations


@pytest.mark.parametrize(
    ("only", "count"),
    [
        ((), 28),
        (("/api/projects/recent",), 1),
        (("FUNCTION",), 2),
        (("delete /api",), 4),
        (("project-archive",), 2),
        (("PUT *",), 2),
        (("* /api/projects/<pk>/",), 4),
        (("?UT /function/",), 1),
        (("nothing",), 0),
        (("/plain/", "/generic/"), 4),
    ],
)
def test_only(operations: tuple[Operation, ...], only: tuple[str, ...], count: int) -> None:
    """A part of id, name or category, whatever its case; with * or ? the whole of it."""
    assert len(select(operations, only=only, exclude=())) == count


def test_exclude_wins(operations: tuple[Operation, ...]) -> None:
    """What both find is left out."""
    found = select(operations, only=("/plain/",), exclude=("POST *",))
    assert [one.id for one in found] == ["GET /plain/"]


def test_optional_parts_are_no_character_classes() -> None:
    """Brackets in a route are literal in a glob."""
    operations = build_inventory(Config(), urlconf="tests.inventory.urls_routes").operations
    found = select(operations, only=("* /numbers/<year>[/<month>]/",), exclude=())
    assert [one.route for one in found] == ["/numbers/<year>[/<month>]/"]
