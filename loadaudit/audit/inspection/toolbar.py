"""The panels of django-debug-toolbar around the requests of one process: their settings, and what they have seen.

Nothing but this module and `loadaudit.panels` imports the toolbar, and this one only where it is used.
"""

import linecache
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import FileResponse, HttpResponseBase

from loadaudit.errors import UsageError
from loadaudit.load.correlation import TRACE_HEADER, number_of
from loadaudit.probes.call_sites import is_project_code, short_name
from loadaudit.probes.overrides import PROBE_MIDDLEWARE

MIDDLEWARE = "loadaudit.audit.inspection.toolbar.PanelMiddleware"
PANELS = (
    "debug_toolbar.panels.timer.TimerPanel",
    "debug_toolbar.panels.sql.SQLPanel",
    "debug_toolbar.panels.cache.CachePanel",
    "debug_toolbar.panels.templates.TemplatesPanel",
    "debug_toolbar.panels.signals.SignalsPanel",
)
_CONFIG: Mapping[str, Any] = {
    "DISABLE_PANELS": set(),
    "ENABLE_STACKTRACES": True,
    "ENABLE_STACKTRACES_LOCALS": False,
    "IS_RUNNING_TESTS": False,
    "PRETTIFY_SQL": False,
    "RESULTS_CACHE_SIZE": 1,
    "SHOW_TEMPLATE_CONTEXT": False,
}
_DJANGO_TEMPLATES = "django.template.backends.django.DjangoTemplates"
_KEPT = 64
"""Requests whose figures are kept: all tries of one operation as all who may send it."""
_INSTALLED = re.compile(r".*(?:site|dist)-packages[/\\](?!loadaudit[/\\])")
_TRACE_META = "HTTP_" + TRACE_HEADER.upper()


def check_installed() -> None:
    """Raise UsageError when the toolbar cannot be imported."""
    if find_spec("debug_toolbar") is None:
        raise UsageError(
            "`inspect` shows a request under the panels of django-debug-toolbar, which is not installed here.",
            hint="Install it: pip install django-debug-toolbar. It need not be in the project's settings.",
        )


def add_toolbar(settings: Any) -> None:
    """Add the toolbar to the settings of this process, before Django is set up, whatever they say of it."""
    if not any(one.split(".")[0] == "debug_toolbar" for one in settings.INSTALLED_APPS):
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "debug_toolbar"]
    settings.DEBUG_TOOLBAR_PANELS = list(PANELS)
    settings.DEBUG_TOOLBAR_CONFIG = dict(_CONFIG)
    # Templates then know their lines, also where DEBUG is off.
    settings.TEMPLATES = [
        {**one, "OPTIONS": {**one.get("OPTIONS", {}), "debug": True}} if one["BACKEND"] == _DJANGO_TEMPLATES else one
        for one in settings.TEMPLATES
    ]
    position = settings.MIDDLEWARE.index(PROBE_MIDDLEWARE) + 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:position], MIDDLEWARE, *settings.MIDDLEWARE[position:]]


class Seen:
    """Whether requests go through the panels at the moment, and what these have seen of the last ones."""

    on = True
    stats: ClassVar[dict[int, Mapping[str, Mapping[str, Any]]]] = {}
    """Number of a request → name of a panel → what it recorded."""


class PanelMiddleware:
    """Sends requests through the panels as the toolbar's own middleware does, and changes no answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        if not Seen.on:
            return self._get_response(request)
        from debug_toolbar.toolbar import DebugToolbar

        make: Any = DebugToolbar
        toolbar = make(request, self._get_response)
        panels = toolbar.enabled_panels
        for panel in panels:
            panel.enable_instrumentation()
        try:
            response: HttpResponseBase = _whole(toolbar.process_request(request))
        finally:
            for panel in reversed(panels):
                panel.disable_instrumentation()
        for panel in reversed(panels):
            panel.generate_stats(request, response)
        number = number_of(request.META.get(_TRACE_META, ""))
        if number is not None:
            Seen.stats[number] = toolbar.stats
            if len(Seen.stats) > _KEPT:
                del Seen.stats[next(iter(Seen.stats))]
        return response


def _whole(response: Any) -> HttpResponseBase:
    """Return a response whose stream has been read, so that the panels see what it does."""
    if response.streaming and not getattr(response, "is_async", False) and not isinstance(response, FileResponse):
        response.streaming_content = [b"".join(response.streaming_content)]
    return response  # type: ignore[no-any-return]


def site_of(frames: Iterable[Sequence[Any]]) -> tuple[str, str]:
    """Return `file:line in function` of the innermost frame of the project's own code, and that line.

    Where there is none, that of an installed package stands for it: an app that the project has taken from elsewhere.
    `frames` are the toolbar's, without Django's and its own: file, line, function and more, the outermost first.
    """
    inwards = [tuple(frame) for frame in frames][::-1]
    own = [frame for frame in inwards if is_project_code(str(frame[0]))]
    for file, line, function, *_ in own or [one for one in inwards if _INSTALLED.match(str(one[0]))]:
        short = _INSTALLED.sub("", short_name(file))
        return f"{short}:{line} in {function}", linecache.getline(file, int(line)).strip()
    return "", ""
