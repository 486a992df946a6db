"""WSGI entry of the embedded server: the project as it is, with the run's settings and the probes put in."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connections

from loadaudit.load.server import SPEC_VARIABLE
from loadaudit.load.wire import Hello
from loadaudit.probes import overrides
from loadaudit.probes.active import ActiveProbes
from loadaudit.probes.facts import server_facts
from loadaudit.probes.fence.process import ProcessFence
from loadaudit.probes.overhead import overhead_text
from loadaudit.probes.sink import Sink, SocketSink
from loadaudit.runfile.codec import from_plain

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def build_application() -> Application:
    """Return the project's WSGI callable, set up for the run that `LOADAUDIT_SERVER_SPEC` describes."""
    document = json.loads(Path(os.environ[SPEC_VARIABLE]).read_text(encoding="utf-8"))
    spec = from_plain(overrides.Spec, document)
    changes = set_up(spec)
    facts = {**server_facts(), "probe overhead": overhead_text()}
    sink = SocketSink(spec.socket_path, Hello(pid=os.getpid(), changes=changes, facts=facts))
    served = served_with_probes(spec, sink, sink.tell)
    sink.start()
    return served


def set_up(spec: overrides.Spec, further: Callable[[Any], None] = lambda settings: None) -> tuple[str, ...]:
    """Set Django up in this process with the settings and the fence of the run; return a sentence for each change.

    `further` may change the settings, too, before Django is set up.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = spec.settings_module
    changes = overrides.apply(settings, spec)
    further(settings)
    fence = ProcessFence(settings, spec.fence) if spec.fence else None
    if fence is not None:
        changes += fence.install()
    django.setup()
    return changes + fence.install_queues() if fence is not None else changes


def served_with_probes(
    spec: overrides.Spec, sink: Sink, tell: Callable[[str], None] = lambda change: None
) -> Application:
    """Install the probes, and return the project's WSGI callable as the deployment would be reached.

    `tell` is called with a sentence where the callable is not what the project's settings name.
    """
    keep_values = spec.keep_values and any(connections[alias].vendor == "postgresql" for alias in connections)
    ActiveProbes.install(
        token_key=spec.token_key, run_id=spec.run_id, sink=sink, tag_sql=spec.tag_sql, keep_values=keep_values
    )
    served = _project_application(tell)
    return _presented_as_https(served) if spec.present_https else served


def _project_application(tell: Callable[[str], None]) -> Application:
    """Return what WSGI_APPLICATION names, or Django's own where the module may be imported by its own command only.

    Raises what the project raises when it does not start with Django's own either.
    """
    try:
        return get_internal_wsgi_application()
    except Exception as error:
        application = get_wsgi_application()
        # Its message may repeat a setting with a password in it, and changes are kept and shown.
        raised = type(error.__cause__ or error).__name__
        tell(f"WSGI_APPLICATION: Django's own stands in for {settings.WSGI_APPLICATION}, whose import raised {raised}")
        return application


def _presented_as_https(application: Application) -> Application:
    """Return the application as a TLS-terminating proxy in front of the deployment would reach it."""
    header = settings.SECURE_PROXY_SSL_HEADER

    def presented(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = "https"
        environ["SERVER_PORT"] = "443"
        if header:
            environ[header[0]] = header[1]
        return application(environ, start_response)

    return presented


def __getattr__(name: str) -> Application:
    """Build `application` when gunicorn asks for it, so that importing this module does nothing."""
    if name == "application":
        return build_application()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
