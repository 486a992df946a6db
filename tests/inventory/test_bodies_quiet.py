"""Classes are asked for their fields without the database."""

from typing import NoReturn

import pytest
from django.db import connection, connections

from loadaudit.conf import Config
from loadaudit.inventory.bodies.quiet import QueryBlockedError, WithoutDatabase, quietly
from loadaudit.inventory.build import build_inventory
from tests.demo.catalog.models import Category


def test_whatever_is_raised_means_not_known() -> None:
    """Also what is no common error."""

    def broken() -> NoReturn:
        raise NotImplementedError

    assert quietly(broken) is None
    assert quietly(lambda: 3) == 3


@pytest.mark.django_db
def test_queries_are_refused() -> None:
    """On a connection that is open."""
    connection.ensure_connection()
    with WithoutDatabase(), pytest.raises(QueryBlockedError):
        Category.objects.count()
    assert Category.objects.count() == 0


def test_connections_are_not_opened() -> None:
    """On an alias that nobody has used; afterwards it is as it was."""
    fresh = connections.create_connection("default")
    before = connections["default"]
    connections["default"] = fresh
    try:
        with WithoutDatabase(), pytest.raises(QueryBlockedError):
            fresh.connect()
        assert "connect" not in vars(fresh)
        assert fresh.connection is None
        assert fresh.execute_wrappers == []
    finally:
        connections["default"] = before


@pytest.mark.django_db
def test_questions_inside_of_questions() -> None:
    """The inner one leaves the block of the outer one in place."""
    with WithoutDatabase():
        assert quietly(lambda: 1) == 1
        with pytest.raises(QueryBlockedError):
            Category.objects.count()


def test_the_inventory_needs_no_database() -> None:
    """Whoever touches it fails this test, because it may not."""
    assert build_inventory(Config(), include_admin=True).operations
