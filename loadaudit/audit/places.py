"""The two places a run can go to, each as a context: the embedded server on a clone, or a remote target."""

import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connections
from requests.adapters import BaseAdapter

from loadaudit.audit.conditions import project_facts
from loadaudit.audit.options import Observer, RunOptions
from loadaudit.audit.tables import check_tables, migrate_if_empty
from loadaudit.audit.traces import TraceDesk
from loadaudit.audit.workspace import is_alive, own_process
from loadaudit.conf import Config, settings_module
from loadaudit.errors import LoadauditError, UsageError, named
from loadaudit.load.correlation import run_tag, sign_token
from loadaudit.load.job import Target
from loadaudit.load.receiver import TraceInbox, TraceReceiver
from loadaudit.load.server import EmbeddedServer, ServerOptions
from loadaudit.load.sessions import NO_SESSION, Session
from loadaudit.planning.clones.every import cloned
from loadaudit.planning.clones.journal import journal_of
from loadaudit.planning.clones.options import CloneOptions, Clones
from loadaudit.planning.clones.out_of_reach import needed
from loadaudit.planning.control import ControlClient, TraceFinder
from loadaudit.planning.identities import ANONYMOUS, Credential, configured_credentials
from loadaudit.planning.logins.pages import login_paths
from loadaudit.planning.logins.server_side import SessionMaker, refusal
from loadaudit.planning.making.admitted import Admission
from loadaudit.planning.people import clone_credentials
from loadaudit.planning.presentation import Presentation, present
from loadaudit.planning.project.contained import folder_kept
from loadaudit.planning.safety import check_embedded, check_not_isolated
from loadaudit.probes import pg_stat_statements, pgbouncer, postgresql, redis
from loadaudit.probes.fence.process import ProcessFence
from loadaudit.probes.fence.run import LIMITS, RunFence, fenced
from loadaudit.probes.overrides import Spec
from loadaudit.probes.process import ProcessProbe
from loadaudit.probes.series import SeriesProbe
from loadaudit.records import LoginAttempt
from loadaudit.runfile.codec import to_plain

_APPLICATION = "loadaudit.probes.server:application"
TOKEN_LIFE_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the requests of a run go, and who may go there."""

    folder: Path
    """Private to the run and gone with it."""
    target: Target
    token: str
    tag: str
    credentials: tuple[Credential, ...]
    inbox: TraceInbox | None = None
    """Where whole traces come in; None: summaries are all there is."""
    desk: TraceDesk | None = None
    server: EmbeddedServer | None = None
    probes: tuple[SeriesProbe, ...] = ()
    """What is read beside the requests."""
    same_databases: bool = True
    """Whether the databases of this process's settings are those that the requests go to."""
    messages: tuple[str, ...] = ()
    gone_round: tuple[LoginAttempt, ...] = ()
    """Logins that failed and in place of which sessions were made."""
    gate: str = ""
    """A page before which the project wants something of whoever has logged in; empty: it wants nothing."""
    kept: Mapping[str, object] = field(default_factory=dict)
    """What every session is given as well, because a login of the project's own would put it there."""
    owners: tuple[Credential, ...] = ()
    """Accounts of the project's own with which its login has let in, each with its page."""
    admissions: tuple[Admission, ...] = ()
    """What users of the clone are given so that the project lets them in."""
    late_messages: list[str] = field(default_factory=list)
    """Grows while the place is cleared away."""
    facts: Mapping[str, str] = field(default_factory=dict)
    sessions: SessionMaker | None = None
    """Makes sessions on the server side; None where the server's session store is out of reach."""
    mail_folder: Path | None = None
    """Where links in mails to the run's own people are kept; None where there is no fence."""
    adapter_for: Callable[[str], BaseAdapter] | None = None
    """Takes requests from an address to the project within this process; None: they go over the network."""
    prepare: Callable[[], AbstractContextManager[object]] | None = None
    """Puts the fence up around work on the clone in this process; None where there is no clone."""

    def client(self, vu: int) -> ControlClient:
        """Return a client for one virtual user's login."""
        return ControlClient(
            self.target,
            token=self.token,
            tag=self.tag,
            find_trace=cast(TraceFinder, self.desk.find) if self.desk else _nothing,
            source_address=self.source_address(vu),
            adapter=self.adapter_for(self.source_address(vu)) if self.adapter_for is not None else None,
            silent=self.server.note_silence if self.server is not None else lambda: None,
        )

    def visitor(self, vu: int) -> ControlClient:
        """Return a client of somebody who is not logged in."""
        client = self.client(vu)
        client.adopt(self.session_of_visitor())
        return client

    def session_of_visitor(self) -> Session:
        """Return a session with nobody in it, and with a CSRF token where no cookie has that (CSRF_USE_SESSIONS)."""
        if not self.target.csrf_in_session or self.sessions is None or refusal():
            return NO_SESSION
        return self.sessions.make(ANONYMOUS)

    def source_address(self, vu: int) -> str:
        """Return an address of the virtual user's own on loopback; only Linux has all of 127.0.0.0/8."""
        if self.adapter_for is None and (self.server is None or not hasattr(os, "sched_getaffinity")):
            return ""
        return f"127.{1 + vu // 62500}.{vu // 250 % 250}.{1 + vu % 250}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What stands before the project is started on it."""

    clones: Clones
    fence: RunFence | None
    messages: tuple[str, ...]
    credentials: tuple[Credential, ...]


def prepared(
    config: Config,
    options: RunOptions,
    run_id: str,
    folder: Path,
    observer: Observer,
    stack: ExitStack,
    tell_late: Callable[[str], None],
) -> Prepared:
    """Clone the databases and put up the fence, both until `stack` ends, and find whom the run acts as."""
    clones, fence = Clones(), None
    # Migrations, managers and signals are the project's code, which works in this process too.
    with ExitStack() as preparation:
        if options.isolate:
            observer.phase("Cloning the database")
            clones = stack.enter_context(cloned(_clone_options(config, run_id, folder)))
            observer.phase(f"Putting up the fence. {LIMITS}")
            fence = stack.enter_context(_fenced(options, run_id, folder, tell_late))
            preparation.enter_context(ProcessFence(settings, fence.spec))
            made = [alias for alias in clones.settings if alias not in clones.out_of_reach]
            messages = [*clones.notes, *migrate_if_empty(made), *check_tables(made), LIMITS]
        else:
            check_not_isolated(settings.DATABASES, config)
            messages = [
                "The run used the project's own database (--no-isolate); logins wrote sessions to it.",
                "Caches, mail, files, queues and other systems were the real ones too (--no-isolate).",
                *check_tables(connections, spared=set(connections) - needed()),
            ]
        found = credentials(config, options, isolated=options.isolate)
    return Prepared(clones=clones, fence=fence, messages=tuple(messages), credentials=found)


@contextmanager
def embedded(config: Config, options: RunOptions, run_id: str, folder: Path, observer: Observer) -> Iterator[Place]:
    """Clone the databases, start the server on the clones, and yield it; end and remove all of it afterwards."""
    check_embedded(settings.DATABASES, settings_module(), config)
    with ExitStack() as stack:
        late_messages: list[str] = []
        ready = prepared(config, options, run_id, folder, observer, stack, late_messages.append)
        fence = ready.fence
        presentation = present()
        measured = project_facts()
        # Nothing of this process may hold the clone open while the server works with it.
        connections.close_all()
        observer.phase("Starting the server")
        key = secrets.token_urlsafe(32)
        receiver = stack.enter_context(TraceReceiver(folder / "traces.sock"))
        spec = replace(
            spec_of(run_id, key, str(receiver.path), presentation, ready),
            tag_sql=options.tag_sql,
            keep_values=options.isolate,
        )
        server = stack.enter_context(EmbeddedServer(_server_options(options, spec), receiver, folder))
        if fence is not None:
            stack.callback(fence.remember)
        target = Target(
            base_url=f"http://{presentation.host}",
            connect_to=f"127.0.0.1:{server.port}",
            present_https=presentation.https,
            connect_timeout_s=options.timeouts.connect_s,
            apm_sampled=options.apm_sampled,
            **target_facts(config),
        )
        hello = server.hellos[0]
        yield Place(
            folder=folder,
            target=target,
            token=token(key, run_id, TOKEN_LIFE_S),
            tag=run_tag(run_id),
            credentials=ready.credentials,
            inbox=receiver,
            desk=TraceDesk(receiver),
            server=server,
            probes=(ProcessProbe(port=server.port), *server_probes(options.workers, options.threads)),
            messages=(*ready.messages, *(f"Changed for the run: {change}." for change in hello.changes)),
            late_messages=late_messages,
            sessions=SessionMaker(lambda: _behind(fence)),
            mail_folder=fence.spec.mail_folder if fence is not None else None,
            prepare=(lambda: _behind(fence)) if options.isolate else None,
            facts={
                **(hello.facts or {}),
                "isolation": "throw-away clone" if options.isolate else "none",
                "server": f"embedded gunicorn gthread, {options.workers} workers × {options.threads} threads",
                "presented as": presentation.origin,
                **ready.clones.facts,
                **measured,
                "debug": "on" if settings.DEBUG else "off",
            },
        )


def server_probes(workers: int = 0, threads: int = 0) -> tuple[SeriesProbe, ...]:
    """Return the probes of the databases, poolers and caches of this process's settings.

    `workers` and `threads` are those of the project's server, 0 where they are not known.
    """
    return (
        *postgresql.project_probes(),
        *pg_stat_statements.project_probes(),
        *pgbouncer.project_probes(workers * threads),
        *redis.project_probes(threads),
    )


def credentials(config: Config, options: RunOptions, *, isolated: bool) -> tuple[Credential, ...]:
    """Return whom the run acts as: the users of the settings, or of a clone.

    Raises UsageError when they cannot be read.
    """
    if options.anonymous:
        return ()
    try:
        if config.users:
            return configured_credentials(config, look_up=True)
        return clone_credentials() if isolated else ()
    except LoadauditError:
        # Such as of a loadtests module: it says itself what is wrong, and it is not the users.
        raise
    except Exception as error:  # the project's own user manager may raise anything
        raise UsageError(
            f"The users of the project cannot be read: {named(error)}",
            hint="Are all migrations applied? python manage.py migrate. Or audit without a login: --anonymous.",
        ) from error


@contextmanager
def _behind(fence: RunFence | None) -> Iterator[None]:
    with folder_kept(), ProcessFence(settings, fence.spec) if fence is not None else nullcontext():
        yield


def _clone_options(config: Config, run_id: str, folder: Path) -> CloneOptions:
    return CloneOptions(
        run_id=run_id,
        folder=folder,
        journal=journal_of(config.runs_dir),
        admin=config.clone_admin,
        max_bytes=config.clone_max_bytes,
    )


def spec_of(run_id: str, key: str, socket_path: str, presentation: Presentation, ready: Prepared) -> Spec:
    """Return what a process that serves the project is told."""
    return Spec(
        settings_module=settings_module(),
        run_id=run_id,
        token_key=key,
        socket_path=socket_path,
        present_https=presentation.https,
        databases=ready.clones.settings,
        out_of_reach=ready.clones.out_of_reach,
        host=presentation.host,
        fence=ready.fence.spec if ready.fence else None,
    )


def _fenced(
    options: RunOptions, run_id: str, folder: Path, say: Callable[[str], None]
) -> AbstractContextManager[RunFence]:
    return fenced(
        settings,
        run_id=run_id,
        folder=folder,
        allow_outgoing=options.allow_outgoing,
        process=own_process(),
        is_alive=is_alive,
        say=say,
    )


def _server_options(options: RunOptions, spec: Spec) -> ServerOptions:
    return ServerOptions(
        application=_APPLICATION,
        spec=to_plain(spec),
        workers=options.workers,
        threads=options.threads,
        port=options.port,
        config_file=options.server_config,
    )


def token(key: str, run_id: str, life_s: float) -> str:
    """Return the token that lets the requests of a run in until `life_s` seconds from now."""
    return sign_token(key, run_id, int(time.time() + life_s)).text


def target_facts(config: Config) -> dict[str, Any]:
    """Return what the settings say about cookies and paths of the target."""
    header = str(settings.CSRF_HEADER_NAME).removeprefix("HTTP_").replace("_", "-")
    prefix = str(settings.FORCE_SCRIPT_NAME or "").rstrip("/")
    pages = login_paths(config.login)
    return {
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "csrf_header": header.title() if header != "X-CSRFTOKEN" else "X-CSRFToken",
        "csrf_in_session": settings.CSRF_USE_SESSIONS,
        "script_prefix": prefix,
        "login_pages": tuple(dict.fromkeys((*pages, *(prefix + one for one in pages)))),
    }


def _nothing(number: int, timeout_s: float) -> None:
    return None
