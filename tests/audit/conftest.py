"""Fixtures of the end-to-end runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit import stores
from tests.audit.site import Site
from tests.audit.stores import SharedRun


@pytest.fixture(scope="session")
def database(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small seeded demo database."""
    return stores.seeded_database(pytestconfig, tmp_path_factory)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """The temporary folder of the site's processes."""
    with stores.short_folder() as folder:
        yield folder


@pytest.fixture
def site(tmp_path: Path, temporary: Path, database: Path) -> Site:
    """The clean demo with a runs folder of the test's own."""
    return Site(tmp_path, temporary, DEMO_SQLITE_PATH=str(database))


@pytest.fixture(scope="session")
def plain_run(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> SharedRun:
    """A run of the clean demo with the default settings."""
    return stores.shared_run(pytestconfig, tmp_path_factory, "plain", *stores.LONG_ENOUGH, "--label", "plain")
