"""The debug toolbar's panel in a small project of its own, each test in a process with that project's settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loadaudit.records import Exclusion
from tests.analysis.factories import excluded, operation, plan_for, requests, run_info, use, write_run
from tests.audit.ready import executed

ROOT = Path(__file__).resolve().parent.parent
PAGE = "GET /projects/<str:name>/"
SCRIPT = "<script>alert(1)</script>"

# Asks for the page and then for the panel, as the toolbar's own script in the browser does.
OPEN_PANEL = """
import json, re, sys
import django
django.setup()
from django.test import Client
from django.urls import reverse
for method, path in json.loads(sys.argv[1]):
    client = Client()
    page = getattr(client, method)(path)
    found = re.search(r'data-(store|request)-id="([^"]+)"', page.content.decode())
    answer = client.get(
        reverse("djdt:render_panel"), {f"{found[1]}_id": found[2], "panel_id": "LoadAuditPanel"}
    )
    print(json.dumps({"page": page.content.decode(), "panel": answer.json()["content"]}))
"""

WITHOUT_TOOLBAR = """
import sys
sys.modules["debug_toolbar"] = None
import django
django.setup()
from django.core.management import call_command
call_command("check")
import loadaudit.management.commands.loadaudit, loadaudit.middleware, loadaudit.audit.run, loadaudit.probes.server
"""


def python(script: str, *arguments: str, settings: str, **variables: str) -> str:
    """Run a script under these settings with warnings as errors, and return what it printed."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": settings} | variables
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def opened(runs: Path, *asked: tuple[str, str]) -> list[dict[str, str]]:
    """Return page and panel of each request, method and path given."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings_toolbar", "TOOLBAR_RUNS_DIR": str(runs)}
    environment = {**os.environ, **settings, "PYTHONWARNINGS": "error"}
    done = executed("-c", OPEN_PANEL, json.dumps(asked), folder=ROOT, environment=environment, timeout_s=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def panel(runs: Path, path: str = "/projects/abc/") -> str:
    """Return the panel of one page."""
    return opened(runs, ("get", path))[0]["panel"]


def looping(label: str = "sample", **changes: Any) -> dict[str, Any]:
    """Return the parts of a run in which the page executes one statement 8 times per request."""
    loop = use(f'SELECT "{SCRIPT}" FROM "t" WHERE "id" = %s', 8, call_site=f"{SCRIPT}.py:1 in projects")
    server: dict[str, Any] = {"statements": (loop,), "sql_count": 9}
    return {
        "operations": [operation(PAGE)],
        "made": requests(30, PAGE, server=server),
        "info": run_info(label=label, **changes),
    }


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A runs folder with one finished run."""
    write_run(tmp_path / "20260101-120000-aaaa.loadaudit", **looping(label=f"night {SCRIPT}"))
    return tmp_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What is shown on pages beside one finished run, asked for one after the other in one process."""

    first: dict[str, str]
    longer: dict[str, str]
    shorter: dict[str, str]
    posted: dict[str, str]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Pages with names of three, of four and of one letter, and another method."""
    folder = tmp_path_factory.mktemp("night")
    write_run(folder / "20260101-120000-aaaa.loadaudit", **looping(label=f"night {SCRIPT}"))
    names = (("get", "abc"), ("get", "abcd"), ("get", "a"), ("post", "abc"))
    first, longer, shorter, posted = opened(folder, *((method, f"/projects/{name}/") for method, name in names))
    return Night(first=first, longer=longer, shorter=shorter, posted=posted)


def test_the_page_beside_its_operation(night: Night) -> None:
    """Id, level, figures with n, queries of the run and of this request, findings and the command."""
    shown = night.first["panel"]
    assert "<code>GET /projects/&lt;str:name&gt;/</code>" in shown
    assert "loaded" in shown
    for name, value in (
        ("Proven successes (n)", "30"),
        ("p50", "20 ms"),
        ("p95", "20 ms"),
        ("p99", "–"),
        ("Queries per request, median", "9"),
        ("Queries of this request", "3"),
    ):
        assert f"<td>{name}</td><td>{value}</td>" in shown
    assert "<td>LA301</td><td>warning</td>" in shown
    assert "manage.py loadaudit run --only &#x27;GET /projects/&lt;str:name&gt;/&#x27;" in shown


def test_the_side_bar_sums_it_up(night: Night) -> None:
    """Readable without opening the panel."""
    assert "<small>loaded, p95 20 ms</small>" in " ".join(night.first["page"].split())


def test_everything_of_the_run_is_escaped(night: Night) -> None:
    """Labels, statements and call sites come from outside."""
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in night.first["panel"]
    assert SCRIPT not in night.first["panel"]
    assert SCRIPT not in night.first["page"]


def test_queries_are_those_of_the_request(night: Night) -> None:
    """Not those of the requests before it, and none of the toolbar's own."""
    assert "<td>Queries of this request</td><td>4</td>" in night.longer["panel"]
    assert "<td>Queries of this request</td><td>1</td>" in night.shorter["panel"]


def test_before_the_first_run_it_says_what_to_type(tmp_path: Path) -> None:
    """Also when the runs folder does not exist yet."""
    shown = panel(tmp_path / "none")
    assert "There is no finished run yet." in shown
    assert "<pre>manage.py loadaudit run</pre>" in shown
    assert "Statements of this request: 3" in shown


def test_an_operation_that_the_run_does_not_know(night: Night) -> None:
    """Another method of the same page."""
    assert "<code>POST /projects/&lt;str:name&gt;/</code>" in night.posted["panel"]
    assert "does not know this operation" in night.posted["panel"]


def test_the_latest_finished_run_counts(runs: Path) -> None:
    """A run that still goes on, one that was killed and a damaged file are passed over."""
    write_run(runs / "20260102-120000-bbbb.loadaudit", **looping(label="newer"))
    write_run(runs / "20260103-120000-cccc.loadaudit", **looping(label="going on", finish_reason=""))
    (runs / "20260104-120000-dddd.loadaudit").write_text("no run file")
    assert "In the run newer of" in panel(runs)


def test_an_operation_that_did_not_succeed_says_why(tmp_path: Path) -> None:
    """With its level, and dashes where there are no figures."""
    page = operation(PAGE)
    reason: Exclusion = excluded(PAGE, "It deletes rows.")
    write_run(tmp_path / "1.loadaudit", [page], plan=plan_for([], exclusions=(reason,)))
    shown = panel(tmp_path)
    assert "untouched; It deletes rows" in shown
    assert "<td>p95</td><td>–</td>" in shown
    assert "<td>Queries per request, median</td><td>–</td>" in shown
    assert "None that names this operation." in shown


def test_a_changed_run_is_analysed_again_and_an_unchanged_one_is_not(runs: Path) -> None:
    """Analysis takes a while, and a page asks for it at every request."""
    script = f"""
import os, pathlib
import django
django.setup()
from loadaudit import panels
path = pathlib.Path({str(next(runs.glob("*.loadaudit")))!r})
first = panels.analysed(path, 500)
assert panels.analysed(path, 500) is first
os.utime(path, ns=(1, 1))
assert panels.analysed(path, 500) is not first
"""
    python(script, settings="tests.settings_toolbar")


def test_a_wrong_setting_is_shown_and_the_page_works(runs: Path) -> None:
    """The panel never breaks what it looks at."""
    script = OPEN_PANEL.replace(
        "django.setup()", "django.setup()\nfrom django.conf import settings\nsettings.LOADAUDIT = {'SLOW': 1}"
    )
    asked = json.dumps([("get", "/projects/abc/")])
    shown = json.loads(python(script, asked, settings="tests.settings_toolbar"))
    assert "unknown key" in shown["panel"]
    assert "Projects" in shown["page"]


def test_a_project_without_the_toolbar_works() -> None:
    """Nothing but the panel imports it; the demo does not have it among its apps."""
    python(WITHOUT_TOOLBAR, settings="tests.demo.settings")
