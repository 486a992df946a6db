"""What `loadaudit probes` lists: each probe, what it needs, and whether it would be active here."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from loadaudit.conf import Config
from loadaudit.errors import LoadauditError
from loadaudit.probes import (
    bound,
    explain,
    explain_sqlite,
    pg_stat_statements,
    pgbouncer,
    postgresql,
    redis,
    tags,
    workers,
)
from loadaudit.probes.active import REQUEST_PROBES
from loadaudit.probes.process import ProcessProbe
from loadaudit.probes.series import NotObservedError, SeriesProbe

_NONE_NAMED = "The project's settings name none."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeStatus:
    """One probe, here and now."""

    name: str
    kind: str
    """`request`: in the server, for each request; `series`: once a second of the load; `after`: when it has ended."""
    does: str
    needs: str
    active: bool
    reason: str = ""
    """Why it is not active, with the grant or setting that would change that."""


def probe_list(config: Config) -> tuple[ProbeStatus, ...]:
    """Return every probe; those beside the requests are started once to see whether they can, and stopped."""
    return (*_of_requests(config), *_beside(), _of_traces(config), *_after())


def _of_requests(config: Config) -> Iterator[ProbeStatus]:
    needs = "the embedded server of `run`; on a remote target the middleware and LOADAUDIT['TOKEN_KEY']"
    reason = _not_deployed(config)
    for make in REQUEST_PROBES:
        module: Any = sys.modules[make.__module__]
        name = module.__name__.rpartition(".")[2]
        does = _first_sentence(module.__doc__)
        yield ProbeStatus(name=name, kind="request", does=does, needs=needs, active=True, reason=reason)
    does, reason = _first_sentence(tags.__doc__), "It changes statements, so only `run --tag-sql` puts it in."
    yield ProbeStatus(name="tags", kind="request", does=does, needs="run --tag-sql", active=False, reason=reason)
    has_plans = any(connections[alias].vendor == "postgresql" for alias in connections)
    needs = "an isolated run on PostgreSQL, whose clone is asked for plans"
    reason = "" if has_plans else "The project's settings name no PostgreSQL."
    does = _first_sentence(bound.__doc__)
    yield ProbeStatus(name="bound", kind="request", does=does, needs=needs, active=has_plans, reason=reason)


def _beside() -> Iterator[ProbeStatus]:
    groups: tuple[tuple[Any, str, Sequence[SeriesProbe]], ...] = (
        (postgresql, "psycopg 3 and one session of the database, better with pg_monitor", postgresql.project_probes()),
        (pg_stat_statements, "the extension of that name", pg_stat_statements.project_probes()),
        (pgbouncer, "a PgBouncer before the database that has the role in stats_users", pgbouncer.project_probes()),
        (redis, "a cache of django_redis whose user may use INFO", redis.project_probes()),
        (sys.modules[ProcessProbe.__module__], "nothing", (ProcessProbe(),)),
    )
    for module, needs, probes in groups:
        does = _first_sentence(module.__doc__)
        if not probes:
            name = module.__name__.rpartition(".")[2]
            yield ProbeStatus(name=name, kind="series", does=does, needs=needs, active=False, reason=_NONE_NAMED)
        for probe in probes:
            reason = _tried(probe)
            yield ProbeStatus(name=probe.name, kind="series", does=does, needs=needs, active=not reason, reason=reason)


def _of_traces(config: Config) -> ProbeStatus:
    does, needs = _first_sentence(workers.__doc__), "traces: what the probes of requests need"
    reason = _not_deployed(config)
    return ProbeStatus(name=workers.NAME, kind="series", does=does, needs=needs, active=True, reason=reason)


def _after() -> Iterator[ProbeStatus]:
    reasons = [_tried(probe) for probe in postgresql.project_probes()]
    needs = "what the probe postgresql needs; before PostgreSQL 16 also an isolated run, whose clone carries them out"
    yield _explaining(explain, needs, " ".join(reasons) if all(reasons) else "", named=bool(reasons))
    has_sqlite = any(connections[alias].vendor == "sqlite" for alias in connections)
    yield _explaining(explain_sqlite, "SQLite, and no remote target with other databases", named=has_sqlite)


def _explaining(module: Any, needs: str, reason: str = "", *, named: bool) -> ProbeStatus:
    name, does = module.__name__.rpartition(".")[2], _first_sentence(module.__doc__)
    reason = reason if named else _NONE_NAMED
    return ProbeStatus(name=name, kind="after", does=does, needs=needs, active=not reason, reason=reason)


def _not_deployed(config: Config) -> str:
    return "" if config.token_key else "Not in a deployment of this project: LOADAUDIT['TOKEN_KEY'] is not set."


def _tried(probe: SeriesProbe) -> str:
    """Return why the probe cannot read, or empty."""
    notes: list[str] = []
    try:
        probe.start(notes.append)
        probe.read()
    except NotObservedError as error:
        return f"{error.message} {error.hint}".strip()
    except (LoadauditError, OSError) as error:
        return str(error)
    except Exception as error:  # a driver's own kind
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    finally:
        probe.stop()
    return ""


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
