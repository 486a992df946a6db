"""Runs against a server that somebody else started, seen through its Server-Timing headers."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.audit.site import ROOT, Site
from tests.processes import free_port, wait_until

KEY = "a-key-for-the-tests-of-remote-targets"
WITH_PROBE = f"""
MIDDLEWARE = ["loadaudit.middleware.LoadauditMiddleware", *MIDDLEWARE]
LOADAUDIT["TOKEN_KEY"] = "{KEY}"
"""
FORGED = {
    "Loadaudit-Token": "run.9999999999.forged",
    "traceparent": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
}


class Deployed(Site):
    """A site that gunicorn serves."""

    url = ""

    def serve(self) -> psutil.Popen:
        """Start gunicorn and wait until it answers."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
        environment = self.environment()
        del environment["PYTHONWARNINGS"]
        process = psutil.Popen([*command, "--log-level", "error", "tests.demo.wsgi"], cwd=ROOT, env=environment)
        assert wait_until(lambda: _answers(self.url)), f"{self.url} does not answer"
        return process


Deploy = Callable[[str], Deployed]


@pytest.fixture(scope="module")
def deploy(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deploy]:
    """A function that serves the demo with some lines added to its settings."""
    with ExitStack() as stack:

        def start(extra: str) -> Deployed:
            folder = tmp_path_factory.mktemp("deployed")
            copy = folder / "copy.sqlite3"
            copy.write_bytes(database.read_bytes())
            site = Deployed(folder, folder, extra=extra, DEMO_SQLITE_PATH=str(copy))
            process = site.serve()
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return site

        yield start


@pytest.fixture(scope="module")
def target(deploy: Deploy) -> Deployed:
    """The demo with the probe first among its middleware."""
    return deploy(WITH_PROBE)


@pytest.fixture(scope="module")
def bare_target(deploy: Deploy) -> Deployed:
    """The demo as it is, without the probe."""
    return deploy("")


def test_remote_run_proves_logins_and_successes(site: Site, target: Deployed) -> None:
    """With the probe in the target's middleware a run proves users and views without any other channel."""
    site.configure(f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}")
    done = site.loadaudit("run", "--target", target.url, "--duration", "8", "--think-time", "20ms", "--format", "json")
    assert done.code == 0, done.stderr
    document = done.document()
    assert document["logins"]["proven"] == document["logins"]["attempts"] > 0
    assert "GET /dashboard/" in done.succeeded()
    assert document["totals"]["succeeded"] > 60
    assert document["run"]["target"] == target.url
    assert any("Server-Timing" in text for text in document["messages"])
    assert site.leftovers() == []


def test_remote_run_only_reads(site: Site, target: Deployed) -> None:
    """No operation that could change something is sent to a server that is not a clone."""
    site.configure(f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}")
    arguments = ("run", "--target", target.url, "--anonymous", "--duration", "3", "--format", "json")
    done = site.loadaudit(*arguments)
    assert done.code == 0, done.stderr
    sent = [one["id"] for one in done.document()["operations"] if one["requests"]]
    assert sent
    assert {one.split()[0] for one in sent} <= {"GET", "HEAD", "OPTIONS"}


def test_other_key_aborts(site: Site, target: Deployed) -> None:
    """A target that does not know our key ignores us, and the message says so."""
    site.configure("LOADAUDIT['TOKEN_KEY'] = 'another key than that of the target'")
    done = site.loadaudit("run", "--target", target.url)
    assert done.code == 4, done.stderr
    assert "ignores our token" in done.stderr
    assert "same TOKEN_KEY" in done.stderr
    assert site.run_paths() == []


def test_target_without_the_probe_aborts(site: Site, bare_target: Deployed) -> None:
    """A target without the middleware can prove nothing, and the message says what to add."""
    site.configure(f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}")
    done = site.loadaudit("run", "--target", bare_target.url)
    assert done.code == 4, done.stderr
    assert "ignores our token" in done.stderr
    assert "loadaudit.middleware.LoadauditMiddleware" in done.stderr


def test_target_needs_a_key(site: Site, target: Deployed) -> None:
    """Without TOKEN_KEY a remote run cannot be set up, and the message says what to write."""
    done = site.loadaudit("run", "--target", target.url)
    assert done.code == 2, done.stderr
    assert "TOKEN_KEY" in done.stderr


def test_target_that_does_not_answer_aborts(site: Site) -> None:
    """Nobody at the address is an abort with the reason."""
    site.configure(f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}")
    done = site.loadaudit("run", "--target", f"http://127.0.0.1:{free_port()}")
    assert done.code == 4, done.stderr
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_password_in_the_target_is_not_kept(site: Site, target: Deployed) -> None:
    """Credentials before the host work, and neither the run file nor the output has them."""
    site.configure(f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}")
    url = target.url.replace("http://", "http://ann:s3cr3t-word@")
    done = site.loadaudit("run", "--target", url, "--anonymous", "--only", "health", "--duration", "2")
    assert done.code == 0, done.stderr
    assert "s3cr3t-word" not in done.stdout + done.stderr
    assert b"s3cr3t-word" not in site.run_paths()[0].read_bytes()


def test_forged_token_gets_no_server_timing(target: Deployed) -> None:
    """Nobody without the key can turn the probe on."""
    for headers in ({}, FORGED):
        with urllib.request.urlopen(urllib.request.Request(f"{target.url}/about/", headers=headers)) as answer:
            assert answer.status == 200
            assert "Server-Timing" not in answer.headers


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/live/", timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False
