"""Runs against a server that somebody else started: seen through Server-Timing headers, or through Redis."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import psutil
import pytest
import redis

from loadaudit.load.correlation import run_tag, sign_token, traceparent
from loadaudit.runfile.reader import RunFile
from tests import servers
from tests.audit import stores
from tests.audit.papers import Papers, make_papers
from tests.audit.site import ONLY_HEALTH, ROOT, Outcome, Site
from tests.audit.stores import SharedRun
from tests.processes import free_port, wait_until

KEY = "a-key-for-the-tests-of-remote-targets"
WITH_PROBE = f"""
MIDDLEWARE = ["loadaudit.middleware.LoadauditMiddleware", *MIDDLEWARE]
LOADAUDIT["TOKEN_KEY"] = "{KEY}"
"""
WITH_KEY = f"{ONLY_HEALTH}\nLOADAUDIT['TOKEN_KEY'] = {KEY!r}"
"""For a site that asks the target for no more than its health checks, or gets nothing of it at all."""
DATABASE = 5


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
        if not wait_until(lambda: _answers(self.url)):
            process.kill()
            process.wait()
            pytest.fail(f"{self.url} does not answer")
        return process


Deploy = Callable[..., Deployed]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisRun:
    """A finished run, and what it left in Redis."""

    outcome: Outcome
    path: Path
    keys: list[bytes]


@pytest.fixture(scope="module")
def deploy(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deploy]:
    """A function that serves the demo with some lines added to its settings."""
    with ExitStack() as stack:

        def start(extra: str, **variables: str) -> Deployed:
            folder = tmp_path_factory.mktemp("deployed")
            copy = folder / "copy.sqlite3"
            copy.write_bytes(database.read_bytes())
            site = Deployed(folder, folder, extra=extra, DEMO_SQLITE_PATH=str(copy), **variables)
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


@pytest.fixture(scope="module")
def seen(target: Deployed, database: Path, tmp_path_factory: pytest.TempPathFactory) -> SharedRun:
    """A run against the target as it is by default: nothing says that it may only read."""
    folder = tmp_path_factory.mktemp("seen")
    arguments = ("--target", target.url, *stores.requests(400), "--think-time", "20ms")
    key = f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}"
    return stores.finished_run(folder, database, *arguments, sends_all=True, extra=key)


def test_remote_run_proves_logins_and_successes(seen: SharedRun, target: Deployed) -> None:
    """With the probe in the target's middleware a run proves users and views without any other channel."""
    assert seen.outcome.code == 0, seen.outcome.stderr
    document = seen.outcome.document()
    assert document["logins"]["proven"] == document["logins"]["attempts"] > 0
    assert "GET /dashboard/" in seen.outcome.succeeded()
    assert document["totals"]["succeeded"] > 60
    assert document["run"]["target"] == target.url
    assert any("Server-Timing" in text for text in document["messages"])


def test_remote_run_only_reads(seen: SharedRun) -> None:
    """No operation that could change something is sent to a server that is not a clone, the login's own aside."""
    sent = {one["id"] for one in seen.outcome.document()["operations"] if one["level"] != "untouched"}
    assert len(sent) > 60
    assert {one.split()[0] for one in sent - {"POST /accounts/login/"}} <= {"GET", "HEAD", "OPTIONS"}
    assert "GET /accounts/logout/" not in sent


def test_other_key_aborts(site: Site, target: Deployed) -> None:
    """A target that does not know our key ignores us, and the message says so."""
    site.configure(f"{ONLY_HEALTH}\nLOADAUDIT['TOKEN_KEY'] = 'another key than that of the target'")
    done = site.loadaudit("run", "--target", target.url)
    assert done.code == 4, done.stderr
    assert "ignores our token" in done.stderr
    assert "same TOKEN_KEY" in done.stderr
    assert site.run_paths() == []


def test_target_without_the_probe_aborts(site: Site, bare_target: Deployed) -> None:
    """A target without the middleware can prove nothing, and the message says what to add."""
    site.configure(WITH_KEY)
    done = site.loadaudit("run", "--target", bare_target.url)
    assert done.code == 4, done.stderr
    assert "ignores our token" in done.stderr
    assert "loadaudit.middleware.LoadauditMiddleware" in done.stderr


def test_target_needs_a_key(site: Site, target: Deployed) -> None:
    """Without TOKEN_KEY a remote run cannot be set up, and the message says what to write."""
    site.configure(ONLY_HEALTH)
    done = site.loadaudit("run", "--target", target.url)
    assert done.code == 2, done.stderr
    assert "TOKEN_KEY" in done.stderr


def test_target_that_does_not_answer_aborts(site: Site) -> None:
    """Nobody at the address is an abort with the reason."""
    site.configure(WITH_KEY)
    done = site.loadaudit("run", "--target", f"http://127.0.0.1:{free_port()}")
    assert done.code == 4, done.stderr
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_password_in_the_target_is_not_kept(site: Site, target: Deployed) -> None:
    """Credentials before the host work, and neither the run file nor the output has them."""
    site.configure(WITH_KEY)
    url = target.url.replace("http://", "http://ann:s3cr3t-word@")
    done = site.loadaudit("run", "--target", url, "--anonymous", "--only", "health", "--duration", "2")
    assert done.code == 0, done.stderr
    assert "s3cr3t-word" not in done.stdout + done.stderr
    assert b"s3cr3t-word" not in site.run_paths()[0].read_bytes()


def test_tokens_that_are_not_the_run_s_get_no_server_timing(target: Deployed) -> None:
    """Forged, expired, or overheard from one run and sent with the number of another: the server does not record."""
    later, earlier = int(time.time()) + 60, int(time.time()) - 1
    own = {"traceparent": traceparent(run_tag("run-1"), 1)}
    assert "Server-Timing" in _headers(target, own | {"Loadaudit-Token": sign_token(KEY, "run-1", later).text})
    for token, number in (
        (sign_token("another key", "run-1", later), own),
        (sign_token(KEY, "run-1", earlier), own),
        (sign_token(KEY, "run-2", later), own),
        (sign_token(KEY, "run-1", later), {}),
    ):
        assert "Server-Timing" not in _headers(target, number | {"Loadaudit-Token": token.text})
    assert "Server-Timing" not in _headers(target, {})


@pytest.fixture(scope="module")
def finished(
    deploy: Deploy, database: Path, redis_server: servers.Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisRun]:
    """A run, and the keys that are left."""
    folder = tmp_path_factory.mktemp("through-redis")
    target = deploy(WITH_PROBE, DEMO_REDIS_URL=redis_server.url(DATABASE))
    variables = {"DEMO_SQLITE_PATH": str(database), "DEMO_REDIS_URL": redis_server.url(DATABASE)}
    with stores.short_folder() as temporary, redis.Redis(port=redis_server.port, db=DATABASE) as client:
        site = Site(folder, temporary, extra=f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}", **variables)
        arguments = ("--same-servers", *stores.requests(400), "--format", "json")
        done = site.loadaudit("run", "--target", target.url, *arguments)
        yield RedisRun(outcome=done, path=site.run_paths()[0], keys=client.keys("loadaudit:*"))
        client.flushdb()


class TestThroughRedis:
    """A target and a run that share a Redis."""

    def test_statements_and_versions_are_known(self, finished: RedisRun) -> None:
        """As with the embedded server; nothing is said to be missing."""
        done = finished.outcome
        assert done.code == 0, done.stderr
        document = done.document()
        assert document["run"]["environment"]["traces"] == "whole, through the Redis of CACHES['default']"
        assert document["run"]["environment"]["database default"].startswith("sqlite")
        with RunFile(finished.path) as run:
            traces = list(run.traces())
        assert any(one.statements for one in traces)
        assert not any(one.summary_only for one in traces)
        assert not any("Server-Timing" in text for text in document["messages"])
        assert {"GET /health/live/", "GET /projects/"} <= done.succeeded()

    def test_servers_that_are_the_target_s_are_read(self, finished: RedisRun) -> None:
        """Because --same-servers says that they are."""
        with RunFile(finished.path) as run:
            assert {one.probe for one in run.series()} >= {"process", "redis default"}
        assert not any(text.startswith("Not observed: ") for text in finished.outcome.document()["messages"])

    def test_nothing_is_left_in_redis(self, finished: RedisRun) -> None:
        """The list goes with the run."""
        assert finished.keys == []


@pytest.mark.slow
def test_redis_killed_during_the_load_costs_the_last_second(deploy: Deploy, database: Path, site: Site) -> None:
    """Whatever was answered a second before has its whole trace, and no request fails."""
    with servers.start_redis() as server:
        url = server.url(DATABASE)
        target = deploy(WITH_PROBE, DEMO_REDIS_URL=url)
        site.configure(f"LOADAUDIT['TOKEN_KEY'] = {KEY!r}")
        arguments = ("--target", target.url, "--anonymous", "--only", "GET /health/live/", "--duration", "4")
        with site.started("run", *arguments, DEMO_SQLITE_PATH=str(database), DEMO_REDIS_URL=url) as command:
            command.wait_for_samples()
            with RunFile(site.run_paths()[0]) as run:
                safe = {one.number for one in run.samples()}
            time.sleep(1)
            os.kill(server.pid, signal.SIGKILL)
            assert command.process.wait(60) == 0, (site.folder / "stderr").read_text()
    with RunFile(site.run_paths()[0]) as run:
        samples, traces = list(run.samples()), list(run.traces())
    assert {(one.status, one.error) for one in samples} == {(200, "")}
    whole = {one.number for one in traces if not one.summary_only}
    assert safe
    assert safe <= whole
    assert len(whole) < len(samples)


@pytest.mark.slow
def test_a_database_behind_pgbouncer_that_is_the_target_s_is_read(
    site: Site, deploy: Deploy, postgres_server: servers.Postgres, pgbouncer: servers.Postgres
) -> None:
    """Through the pooler both the database's sessions and the pooler's console are seen beside the load."""
    with postgres_server.database() as name:
        url = f"postgres://{pgbouncer.user}@{pgbouncer.host}:{pgbouncer.port}/{name}"
        target = deploy(WITH_PROBE, DEMO_DATABASE_URL=url)
        site.configure(WITH_KEY)
        arguments = ("--target", target.url, "--same-servers", "--anonymous", "--only", "health", "--duration", "2")
        done = site.loadaudit("run", *arguments, "--format", "json", DEMO_DATABASE_URL=url)
    assert done.code == 0, done.stderr
    with RunFile(site.run_paths()[0]) as run:
        read = {one.probe: set(one.values) for one in run.series()}
    assert read.keys() >= {"postgresql default", "pgbouncer default"}
    assert "sessions" in read["postgresql default"]
    assert "clients_waiting" in read["pgbouncer default"]
    assert not any(text.startswith("Not observed: ") for text in done.document()["messages"])


def test_redis_of_another_deployment_leaves_summaries(
    site: Site, target: Deployed, redis_server: servers.Redis
) -> None:
    """The run's own Redis is not the target's: it is noticed before the load, and said with what is not known."""
    site.configure(WITH_KEY)
    variables = {"DEMO_REDIS_URL": redis_server.url(DATABASE)}
    arguments = ("run", "--target", target.url, "--anonymous", "--only", "health", "--duration", "2")
    done = site.loadaudit(*arguments, "--format", "json", **variables)
    assert done.code == 0, done.stderr
    assert done.succeeded()
    (note,) = [text for text in done.document()["messages"] if "Server-Timing" in text]
    assert "none came through the Redis of CACHES['default'] here" in note
    assert "which statements were sent" in note
    assert any("Not observed: redis. " in text and "--same-servers" in text for text in done.document()["messages"])


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """An authority of the test's own, and what it has signed."""
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def front(nginx: Callable[[str], servers.Nginx], target: Deployed, papers: Papers) -> str:
    """The address of nginx in front of the target."""
    port = free_port()
    passwords = papers.folder / "passwords"
    passwords.write_text("ann:{PLAIN}s3cr3t-word\n")
    nginx(
        f"listen 127.0.0.1:{port} ssl; ssl_certificate {papers.server}; ssl_certificate_key {papers.server_key};"
        f"ssl_client_certificate {papers.authority}; ssl_verify_client on;"
        f'auth_basic "staging"; auth_basic_user_file {passwords};'
        f"location / {{ proxy_pass {target.url}; proxy_set_header Host $http_host; }}"
    )
    return f"https://127.0.0.1:{port}"


class TestBehindNginx:
    """A target behind a server that encrypts, asks for a password, and for a certificate."""

    def test_it_is_entered_with_all_of_them(self, site: Site, front: str, papers: Papers) -> None:
        """By the control plane and by the load, and no secret is kept."""
        site.configure(f"{WITH_KEY}\nLOADAUDIT['TARGET_AUTH'] = 'env:STAGING_AUTH'")
        options = ("--ca-file", papers.authority, "--cert", papers.client, "--key", papers.client_key)
        arguments = ("run", "--target", front, *options, "--anonymous", "--only", "health", "--duration", "2")
        done = site.loadaudit(*arguments, "--format", "json", STAGING_AUTH="ann:s3cr3t-word")
        assert done.code == 0, done.stderr
        assert "GET /health/live/" in done.succeeded()
        assert done.document()["totals"]["succeeded"] == done.document()["totals"]["attempted"]
        assert b"s3cr3t-word" not in site.run_paths()[0].read_bytes()

    def test_what_is_missing_is_named(self, site: Site, front: str, papers: Papers) -> None:
        """The certificates of the authority first, then the password."""
        site.configure(WITH_KEY)
        command = ("run", "--target", front, "--anonymous")
        options = ("--ca-file", papers.authority, "--cert", papers.client, "--key", papers.client_key)
        without, with_them = site.one_after_the_other([command, (*command, *options)])
        assert without.code == with_them.code == 4
        assert "--ca-file" in without.stderr
        assert "TARGET_AUTH" in with_them.stderr


def test_a_target_that_sends_its_visitors_elsewhere_is_not_followed(
    site: Site, nginx: Callable[[str], servers.Nginx]
) -> None:
    """The address to write instead is named."""
    site.configure(WITH_KEY)
    front = nginx("return 301 https://www.example.org$request_uri;")
    done = site.loadaudit("run", "--target", front.url, "--anonymous")
    assert done.code == 4, done.stderr
    assert "sends its visitors to https://www.example.org/" in done.stderr


def _headers(target: Deployed, headers: dict[str, str]) -> Message:
    with urllib.request.urlopen(urllib.request.Request(f"{target.url}/about/", headers=headers)) as answer:
        assert answer.status == 200
        found: Message = answer.headers
        return found


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/live/", timeout=20) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False
