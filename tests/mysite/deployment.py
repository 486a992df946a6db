"""The project with a database of its own, and a server of it beside the runs."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.audit.site import Site
from tests.processes import free_port, running

TOKEN_KEY = "a secret of its own that is long enough"
SERVED = f"""
import os
MIDDLEWARE.insert(0, "loadaudit.middleware.LoadauditMiddleware")
LOADAUDIT["TOKEN_KEY"] = {TOKEN_KEY!r}
"""
_FILL = """
from django.contrib.auth.models import User
from tests.mysite.models import Project
Project.objects.bulk_create([Project(name=name) for name in ("one", "two", "three")])
User.objects.create_user("owner", "owner@example.com", "secret")
User.objects.create_user("staff", "staff@example.com", "secret", is_staff=True)
"""


def deployed(folder: Path, temporary: Path) -> Site:
    """Make the project's database in the folder: three projects, an owner and a member of staff."""
    database = folder / "mysite.sqlite3"
    site = Site(
        folder, temporary, base="tests.mysite.settings", extra=SERVED, MYSITE_DATABASE=str(database), COLUMNS="80"
    )
    site.sends_all = True
    (folder / "fill.py").write_text(
        f"import django\ndjango.setup()\nfrom django.core.management import call_command\n"
        f"call_command('migrate', verbosity=0)\n{_FILL}"
    )
    filled = site.python("fill.py")
    assert filled.code == 0, filled.stderr
    return site


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve the project, and yield its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*("env", *(f"{name}={value}" for name, value in site.environment().items() if name != "PYTHONWARNINGS"))]
    command += [sys.executable, "-m", "gunicorn", "--threads", "4", "--bind", f"127.0.0.1:{port}", "tests.mysite.wsgi"]
    with running(command, site.folder, lambda: _answers(url)):
        yield url


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/accounts/login/", timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
    return True
