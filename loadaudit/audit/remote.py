"""A run against a target that somebody else runs: entered, and asked for its traces, before anything is sent to it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from loadaudit.audit.options import RunOptions
from loadaudit.audit.places import Place, credentials, server_probes, target_facts, token
from loadaudit.audit.traces import TraceDesk
from loadaudit.conf import Config
from loadaudit.errors import AbortedError, UsageError
from loadaudit.load.correlation import run_tag
from loadaudit.load.job import Target
from loadaudit.planning.control import Answer
from loadaudit.planning.entrance import Entrance, entrance
from loadaudit.planning.safety import check_target
from loadaudit.probes.process import ProcessProbe
from loadaudit.probes.redis_traces import RedisTraces, redis_alias, redis_client

TOKEN_LIFE_S = 3 * 3600.0
"""Of a token beyond the load itself, for the requests before and behind it and for clocks that differ."""

_UNKNOWN = (
    "So it is not known which statements were sent and how often, which exceptions were raised, what the cache "
    "answered, which connections stayed open, and which writes undid each other."
)


@contextmanager
def remote(config: Config, options: RunOptions, run_id: str, folder: Path) -> Iterator[Place]:
    """Yield a target that somebody else runs, once it has shown that it knows our token."""
    base_url = check_target(options.target, config)
    _check_key(config)
    way = entrance(
        options.target,
        auth=config.target_auth,
        ca_file=options.ca_file,
        cert_file=options.cert_file,
        key_file=options.key_file,
        proxy=options.proxy,
    )
    place = _place(config, options, run_id, folder, base_url, way)
    with ExitStack() as stack:
        inbox, missing = _opened_inbox(config, run_id, stack)
        if inbox is not None:
            place = replace(place, inbox=inbox, desk=TraceDesk(inbox, has_summaries=True))
        answer = _proven(place)
        if inbox is not None and (answer.trace is None or answer.trace.summary_only):
            missing = (
                f"none came through the Redis of CACHES[{redis_alias()!r}] here: it is another one than the target's, "
                "or the target has no cache of django-redis"
            )
            stack.close()
            place = replace(place, inbox=None, desk=None)
        yield _told(place, missing)


def _check_key(config: Config) -> None:
    if not config.token_key:
        raise UsageError(
            "A remote target needs LOADAUDIT['TOKEN_KEY'], the same secret here and in its settings.",
            hint='Set LOADAUDIT = {"TOKEN_KEY": "env:LOADAUDIT_TOKEN_KEY"} in both, and put '
            '"loadaudit.middleware.LoadauditMiddleware" first in the target\'s MIDDLEWARE.',
        )


def _place(config: Config, options: RunOptions, run_id: str, folder: Path, base_url: str, way: Entrance) -> Place:
    return Place(
        folder=folder,
        target=Target(
            base_url=base_url,
            ca_file=way.ca_file,
            cert_file=way.cert_file,
            key_file=way.key_file,
            proxy=way.proxy,
            authorization=way.authorization,
            summaries=True,
            http2=options.http2,
            connect_timeout_s=options.timeouts.connect_s,
            apm_sampled=options.apm_sampled,
            **target_facts(config),
        ),
        token=token(config.token_key, run_id, options.longest_s + TOKEN_LIFE_S),
        tag=run_tag(run_id),
        credentials=credentials(config, options, isolated=False),
        same_databases=options.same_servers,
        probes=(ProcessProbe(), *(server_probes() if options.same_servers else ())),
        messages=() if options.same_servers else _not_observed(),
        facts={"isolation": "remote target", "server": base_url, **way.facts},
    )


def _not_observed() -> tuple[str, ...]:
    """Return what is not read beside the load, because the servers of the settings here need not be the target's."""
    kinds = sorted({one.name.partition(" ")[0] for one in server_probes()})
    if not kinds:
        return ()
    return (
        f"Not observed: {', '.join(kinds)}. The databases and caches of the settings here may be copies. Where they "
        "are the target's own, and can be reached from here, --same-servers reads them beside the load.",
    )


def _opened_inbox(config: Config, run_id: str, stack: ExitStack) -> tuple[RedisTraces | None, str]:
    """Return where whole traces come in, or None and why not."""
    alias = redis_alias()
    if not alias:
        return None, "no cache of django-redis is configured here, through which they could come"
    inbox = RedisTraces(lambda: redis_client(alias), config.token_key, run_id)
    try:
        return stack.enter_context(inbox), ""
    except Exception as error:  # whatever the client library raises
        return None, f"the Redis of CACHES[{alias!r}] does not answer here: {str(error) or type(error).__name__}"


def _told(place: Place, missing: str) -> Place:
    """Return the place with what is to be said about its traces; `missing` says why they do not come whole."""
    if missing or place.inbox is None:
        text = f"Traces came back as summaries in Server-Timing headers only, because {missing}. {_UNKNOWN}"
        own = {**place.facts, "traces": "summaries in Server-Timing"}
        return replace(place, messages=(*place.messages, text), facts=own)
    facts = place.inbox.hellos[0].facts if place.inbox.hellos else None
    way = f"whole, through the Redis of CACHES[{redis_alias()!r}]"
    return replace(place, facts={**(facts or {}), **place.facts, "traces": way})


def _proven(place: Place) -> Answer:
    """Return the answer to a first request, which has shown that the target knows the token."""
    url = place.target.base_url
    client = place.client(0)
    try:
        answer = client.get("/")
    except OSError as error:
        raise AbortedError(
            f"The target {url} does not answer: {error}",
            hint="Check the address and --proxy; --ca-file when its certificate is signed by a private authority, and "
            "--cert and --key when it asks for one.",
        ) from error
    finally:
        client.close()
    if answer.trace is None:
        raise _not_proven(url, answer)
    return answer


def _not_proven(url: str, answer: Answer) -> AbortedError:
    if answer.status == 401:
        return AbortedError(
            f"The target {url} asks for a name and a password before anything else ({answer.challenge or '401'}).",
            hint='Give them in LOADAUDIT = {"TARGET_AUTH": "env:STAGING_AUTH"}, with STAGING_AUTH=name:password.',
        )
    if answer.status in (301, 302, 307, 308) and not answer.location.startswith("/"):
        return AbortedError(
            f"The target {url} sends its visitors to {answer.location}, which is not followed.",
            hint="If that is the target, write its address after --target.",
        )
    ahead_s = _ahead_s(answer.date)
    if abs(ahead_s) > TOKEN_LIFE_S / 2:
        return AbortedError(
            f"The target {url} ignores our token, and its clock is {ahead_s / 3600:+.1f} h from the one here: a token "
            "is valid for a few hours only.",
            hint="Set both clocks right.",
        )
    return AbortedError(
        f"The target {url} answers, but ignores our token: nothing could be proven.",
        hint='Put "loadaudit.middleware.LoadauditMiddleware" first in its MIDDLEWARE, with the same TOKEN_KEY.',
    )


def _ahead_s(date: str) -> float:
    """Return how far the clock behind a Date header is ahead of this one; 0 when there is no such header."""
    try:
        theirs = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return 0.0
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    return (theirs - datetime.fromtimestamp(time.time(), UTC)).total_seconds()
