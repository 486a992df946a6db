"""Audits a Locust that somebody has started by hand: settings from the environment, samples to a file to import."""

import logging
import os
import socket
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies

from loadaudit.errors import LoadauditError, UsageError
from loadaudit.load.correlation import run_tag, sign_token
from loadaudit.load.job import Target
from loadaudit.load.locust.guard import parts_of, shown
from loadaudit.load.locust.hops import Hops
from loadaudit.load.locust.main import audited, begin_flushing, numbered
from loadaudit.load.locust.spec import ENVIRONMENT, Spec
from loadaudit.load.locust.spool import Spool
from loadaudit.runfile import folder as runs_folder

FORMAT = 1
"""Of the samples file."""

TOKEN_KEY = "LOADAUDIT_TOKEN_KEY"
WRITES = "LOADAUDIT_WRITES"
ALLOW_OUTGOING = "LOADAUDIT_ALLOW_OUTGOING"
RUNS_DIR = "LOADAUDIT_RUNS_DIR"

_TOKEN_LIFE_S = 24 * 3600
_logger = logging.getLogger("loadaudit")
_installed: list[bool] = []


def install() -> None:
    """Audit this process from the moment when Locust knows its host; a second call does nothing.

    Does nothing either where loadaudit has started Locust itself.
    """
    if _installed or os.environ.get(ENVIRONMENT):
        return
    _installed.append(True)
    import locust

    stamp = runs_folder.new_run_id(time.time())
    init: Any = locust.events.init
    init.add_listener(lambda environment, runner, **others: _begin(environment, runner, stamp))


def _begin(environment: Any, runner: Any, stamp: str) -> None:
    if type(runner).__name__ == "MasterRunner":
        # It sends nothing itself.
        return
    try:
        spec, head = _spec(environment, stamp, os.environ)
        runs_folder.prepare(Path(spec.folder))
    except LoadauditError as error:
        print(error, file=sys.stderr)
        sys.exit(int(error.exit_code))
    spool = Spool(Path(spec.folder), prefix=f"locust-{stamp}-", private=True)
    spool.head = {"head": head}
    hops = audited(spec, spool)
    numbered(hops, runner)
    begin_flushing(spool)
    environment.events.quitting.add_listener(lambda **others: _tell(hops, spool))


def _spec(environment: Any, stamp: str, settings: Mapping[str, str]) -> tuple[Spec, dict[str, Any]]:
    """Return the specification, and what the samples file says of itself. Raises UsageError without a host."""
    base_url = _base_url(environment)
    key = settings.get(TOKEN_KEY, "")
    if not key:
        _logger.warning(
            "loadaudit: %s is not set. Requests carry no token, so that no trace comes back and nothing can be proven.",
            TOKEN_KEY,
        )
    now_s = time.time()
    allowed = tuple(filter(None, (one.strip() for one in settings.get(ALLOW_OUTGOING, "").split(","))))
    spec = Spec(
        target=Target(base_url=base_url, summaries=True, proxy=_proxy_to(base_url)),
        token=sign_token(key, stamp, int(now_s) + _TOKEN_LIFE_S).text if key else "",
        tag=run_tag(stamp),
        epoch_ns=time.monotonic_ns(),
        folder=settings.get(RUNS_DIR) or "loadaudit-runs",
        writes=settings.get(WRITES, "").lower() in ("1", "true", "yes", "on"),
        allowed=allowed,
    )
    import locust

    head = {
        "format": FORMAT,
        "run": stamp,
        "target": base_url,
        "traces": bool(key),
        "started_at": datetime.fromtimestamp(now_s).astimezone().isoformat(timespec="seconds"),
        "wall_ns": time.time_ns(),
        "locust": locust.__version__,
        "locustfile": environment.locustfile or "locustfile",
        "users": [one.__name__ for one in environment.user_classes],
        "host": socket.gethostname(),
    }
    return spec, head


def _base_url(environment: Any) -> str:
    hosts = dict.fromkeys(filter(None, [environment.host, *(one.host for one in environment.user_classes)]))
    for host in hosts:
        if parts_of(host) is not None:
            others = {shown(one) for one in hosts} - {shown(host)}
            if others and not environment.host:
                _logger.warning("loadaudit: %s is the target; others are not: %s", shown(host), ", ".join(others))
            parts = urlsplit(host)
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    raise UsageError(
        "loadaudit: the locustfile has no host, so there is no target.", hint="Give one: locust --host URL"
    )


def _proxy_to(base_url: str) -> str:
    """Return the proxy that the environment names for the target, or empty."""
    return str(get_environ_proxies(base_url).get(urlsplit(base_url).scheme) or "")


def _tell(hops: Hops, spool: Spool) -> None:
    spool.flush()
    spool.say(bye=True)
    _logger.info(
        "loadaudit: samples are in %s. A run of them makes, where the project is: python manage.py loadaudit import %s",
        spool.path,
        spool.path.with_name(f"{spool.prefix}*{spool.path.suffix}"),
    )
