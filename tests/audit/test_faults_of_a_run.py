"""What is broken around a run ends it with the reason, and leaves nothing."""

from pathlib import Path

import pytest

from tests.audit.site import ONLY_PROJECTS, Site
from tests.processes import free_port


@pytest.mark.slow
def test_a_session_store_that_is_down_is_named(tmp_path: Path, temporary: Path, database: Path) -> None:
    """Nobody can log in then; the server's own exception is the reason."""
    dead = f"redis://127.0.0.1:{free_port()}/0"
    site = Site(tmp_path, temporary, DEMO_SQLITE_PATH=str(database), DEMO_REDIS_URL=dead)
    site.configure(ONLY_PROJECTS)
    done = site.loadaudit("run", "--only", "dashboard", "--duration", "1", "--users", "2", "--workers", "1")
    assert done.code == 4, done.stderr
    assert "the login failed with redis.exceptions.ConnectionError" in done.stderr
    assert "The server fails there: mend that first" in done.stderr
    assert "LOADAUDIT['USERS']" not in done.stderr
    assert "Traceback" not in done.stderr
    assert site.leftovers() == []
