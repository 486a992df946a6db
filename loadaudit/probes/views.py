"""Proves that an operation's own view ran, and notices who turned a request away."""

import dis
import functools
import re
import time
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.handlers.base import BaseHandler
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import resolve_url
from django.urls import ResolverMatch, resolve
from django.views.generic import RedirectView

from loadaudit.inventory.urlconf.login_pages import login_addresses
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.probes.coroutines import timed
from loadaudit.probes.early_exits import left_early
from loadaudit.probes.exceptions import words_of
from loadaudit.probes.noting import note_failure
from loadaudit.probes.recorder import START, Recorder, current, current_or_closed
from loadaudit.probes.sent_on import SENT_ON, RedirectProbe, hinted, in_front_of, trouble_told
from loadaudit.probes.trace import user_id_of, writes
from loadaudit.records import LEFT_EARLY, TOLD

_OF_SESSIONS = re.compile(r"\b(?:INTO|UPDATE|FROM)\b.{0,20}session", re.IGNORECASE | re.DOTALL)
"""A table that is written for whoever comes by."""

_UPDATES = re.compile(r"\s{0,20}UPDATE\b(?!.{0,200}\blast_(?:login|seen|activity|access))", re.IGNORECASE | re.DOTALL)
"""What changes a row that was there, but not when somebody was there last."""

_REDIRECTS = frozenset({"redirect", "HttpResponseRedirect", "HttpResponsePermanentRedirect"})
_JUMPS = frozenset({*dis.hasjrel, *dis.hasjabs})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class ViewProbe:
    """Wraps the resolved view, because `process_view` runs also when a later middleware turns the request away."""

    def __init__(self) -> None:
        self._resolve: Any = None
        self._reject: Any = None
        self._redirects = RedirectProbe()

    def install(self) -> None:
        """Patch the resolving of requests and the CSRF rejection; a second call does nothing."""
        if self._resolve is not None:
            return
        self._resolve, self._reject = BaseHandler.resolve_request, CsrfViewMiddleware._reject  # type: ignore[attr-defined]
        BaseHandler.resolve_request = _observed_resolve(self._resolve)  # type: ignore[method-assign]
        CsrfViewMiddleware._reject = _observed_reject(self._reject)  # type: ignore[attr-defined]
        self._redirects.install(frozenset({_observed_function(id).__code__, _observed_coroutine(id).__code__}))

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        if self._resolve is None:
            return
        BaseHandler.resolve_request = self._resolve  # type: ignore[method-assign]
        CsrfViewMiddleware._reject = self._reject  # type: ignore[attr-defined]
        self._redirects.restore()
        self._resolve = self._reject = None


@functools.cache
def route_index(urlconf: str) -> RouteIndex:
    """Return the routes of a URLconf, read once per process."""
    return RouteIndex.from_urlconf(urlconf)


def _observed_resolve(original: Callable[..., ResolverMatch]) -> Callable[..., ResolverMatch]:
    def resolve_request(self: BaseHandler, request: HttpRequest) -> ResolverMatch:
        recorder = current_or_closed()
        if recorder is None:
            return original(self, request)
        match = original(self, request)
        # A view that calls others through a test client stays the view of its request.
        if not recorder.view and not recorder.closed:
            recorder.view = match._func_path
            try:
                match.func = _observed_view(match.func)
            except TypeError:  # a view that cannot be hashed
                match.func = _observed_view.__wrapped__(match.func)
            recorder.route, recorder.method = _route_of(request, match), request.method or ""
        return match

    return resolve_request


def _route_of(request: HttpRequest, match: ResolverMatch) -> str:
    urlconf = getattr(request, "urlconf", None) or settings.ROOT_URLCONF
    try:
        if isinstance(urlconf, str):
            return route_index(urlconf).route_of(match)
    except Exception:  # a URLconf that cannot be walked must not change the response
        note_failure("loadaudit could not read the routes of %s", urlconf)
    return "/" + str(match.route)


@functools.lru_cache(maxsize=4_096)
def _observed_view(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the view, noting that it ran; attributes such as `csrf_exempt` and `view_class` stay visible."""

    observed = _observed_coroutine(view) if iscoroutinefunction(view) else _observed_function(view)
    functools.update_wrapper(observed, view, assigned=_present(view))
    if not isinstance(view, FunctionType):
        _take_class_attributes(observed, view)
    return observed


def _observed_function(view: Callable[..., Any]) -> Callable[..., Any]:
    def observed(*args: Any, **kwargs: Any) -> Any:
        # One that has ended gives nothing away any more.
        recorder = current_or_closed()
        if recorder is None:
            return view(*args, **kwargs)
        recorder.view_ran = True
        began_ns = recorder.view_began_ns = time.monotonic_ns()
        try:
            response = view(*args, **kwargs)
            if 300 <= getattr(response, "status_code", 0) < 400:
                _note_redirect(recorder, view, args, response, began_ns)
            return response
        except (Http404, PermissionDenied, SuspiciousOperation) as refusal:
            _note_refusal(recorder, refusal)
            raise

    return observed


def _observed_coroutine(view: Callable[..., Any]) -> Callable[..., Any]:
    async def observed(*args: Any, **kwargs: Any) -> Any:
        recorder = current_or_closed()
        if recorder is None:
            return await view(*args, **kwargs)
        recorder.view_ran = True
        began_ns = recorder.view_began_ns = time.monotonic_ns()
        try:
            # Behind a synchronous middleware it is a task of its own.
            response = await timed(recorder, view(*args, **kwargs))
            if 300 <= getattr(response, "status_code", 0) < 400:
                _note_redirect(recorder, view, args, response, began_ns)
            return response
        except (Http404, PermissionDenied, SuspiciousOperation) as refusal:
            _note_refusal(recorder, refusal)
            raise

    return observed


def _note_redirect(
    recorder: Recorder, view: Callable[..., Any], args: Sequence[Any], response: HttpResponseBase, began_ns: int
) -> None:
    """Note how long the view took to redirect; or, where something in front of it did, that it did not run.

    One that redirected with a warning and wrote nothing did not do what it is for either, nor one that left early.
    """
    recorder.view_redirected = began_ns, time.monotonic_ns()
    request = args[0] if args else None
    if not isinstance(request, HttpRequest):
        return
    who = in_front_of(view, request, response, recorder.redirect)
    recorder.view_redirects_all = not who and redirects_all(view)
    trouble = "" if who else trouble_told(request)
    # What was told as an error and rolled back is not there any more.
    is_undone = bool(trouble) and _has_rolled_back(recorder)
    if recorder.logged_out or (_wrote(recorder, *recorder.view_redirected, writes) and not is_undone):
        return
    if not (who or trouble):
        _note_early_exit(recorder, view, request, response)
        return
    if trouble:
        recorder.refusals.append(f"{TOLD}{trouble}")
        return
    # Whoever is turned away is told so by the outcome; an address that the same view answers is part of its work.
    if not turned_away(request, response) and not _leads_to_itself(request, response):
        recorder.view_ran, recorder.view_redirected = False, None
        recorder.refusals.append(SENT_ON.format(who))


def _note_early_exit(
    recorder: Recorder, view: Callable[..., Any], request: HttpRequest, response: HttpResponseBase
) -> None:
    """Note that a view left before its work, where nothing shows that anything was done."""
    # What reads may keep something in the session on its way, as that a visitor was there.
    is_kept = request.method not in _SAFE_METHODS and getattr(vars(request).get("session"), "modified", False)
    has_done = recorder.outgoing or recorder.http_calls or recorder.cache_sets or recorder.carried or is_kept
    if has_done or recorder.view_redirects_all:
        return
    hint = hinted(request)
    where = left_early(view, request.method or "", response, recorder.redirect, told=hint is not None)
    recorder.told = hint or ""
    if where:
        recorder.refusals.append(f"{TOLD}{hint}" if hint is not None else f"{LEFT_EARLY}{where}")


def redirects_all(view: Callable[..., Any]) -> bool:
    """Whether a view does nothing but redirect, whoever asks: Django's own, or a function without a branch.

    One that calls another function, as a decorator does, may leave that to it. Never raises.
    """
    try:
        return _redirects_all(view)
    except Exception:  # views cannot always be hashed, and theirs is the project's own code: it must get its answer
        return False


@functools.lru_cache(maxsize=512)
def _redirects_all(view: Callable[..., Any]) -> bool:
    if hasattr(view, "__wrapped__"):
        return False
    owner = getattr(view, "view_class", None)
    if owner is not None:
        is_plain = issubclass(owner, RedirectView) and owner.get_redirect_url is RedirectView.get_redirect_url
        return is_plain and owner.get is RedirectView.get and owner.dispatch is RedirectView.dispatch
    code = getattr(view, "__code__", None)
    if code is None or code.co_freevars or _REDIRECTS.isdisjoint(code.co_names):
        return False
    # Where it leads may go by who asks, and a bare `except` is a branch without a jump.
    if "user" in code.co_names or code.co_exceptiontable:
        return False
    return not any(one.opcode in _JUMPS for one in dis.get_instructions(code))


def _leads_to_itself(request: HttpRequest, response: HttpResponseBase) -> bool:
    try:
        path = urlsplit(response.headers.get("Location", "")).path
        match = resolve(path, getattr(request, "urlconf", None))
    except Exception:  # nothing there, or a converter of the project's own that fails
        return False
    return request.resolver_match is not None and match.route == request.resolver_match.route


def _note_refusal(recorder: Recorder, refusal: Exception) -> None:
    """Note a refusal of the project's own kind: Django answers it by itself, so that it is seen nowhere else."""
    kind = type(refusal)
    if isinstance(refusal, Http404):
        recorder.not_found = words_of(refusal)
        return
    if not kind.__module__.startswith("django."):
        recorder.refusals.append(f"raised {kind.__module__}.{kind.__qualname__}")


def _wrote(recorder: Recorder, began_ns: int, ended_ns: int, changes: Callable[[str], object]) -> bool:
    return any(
        began_ns <= mark[START] <= ended_ns
        for texts in recorder.groups.values()
        for sql, marks in texts.items()
        if changes(sql) and not _OF_SESSIONS.search(sql)
        for mark in marks
    )


def _has_rolled_back(recorder: Recorder) -> bool:
    """Whether transactions or parts of one were rolled back, and none was committed."""
    texts = (sql for group in recorder.groups.values() for sql in group)
    return not recorder.commits and (bool(recorder.rollbacks) or any(one.startswith("ROLLBACK TO") for one in texts))


def _take_class_attributes(observed: Callable[..., Any], view: Callable[..., Any]) -> None:
    """Copy what a callable object has from its class, such as `csrf_exempt = True`."""
    for owner in type(view).__mro__:
        for name, value in vars(owner).items():
            if not name.startswith("__") and not hasattr(value, "__get__") and name not in vars(observed):
                setattr(observed, name, value)


def _present(view: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(name for name in functools.WRAPPER_ASSIGNMENTS if hasattr(view, name))


def _observed_reject(original: Callable[..., Any]) -> Callable[..., Any]:
    def _reject(self: CsrfViewMiddleware, request: HttpRequest, reason: str) -> Any:
        recorder = current()
        if recorder is not None:
            recorder.csrf_reason = reason
        return original(self, request, reason)

    return _reject


def turned_away(request: HttpRequest, response: HttpResponseBase, recorder: Recorder | None = None) -> bool:
    """Say whether a response sends the user to a login page, or is 401 or 403.

    Whoever was logged out, or has signed up, is also sent there, and whoever comes to a view that does nothing else:
    that is no refusal. Nor is it where one page serves as both: whoever is logged in comes home there.
    """
    if response.status_code in (401, 403):
        return True
    if not 300 <= response.status_code < 400:
        return False
    target = urlsplit(response.headers.get("Location", ""))
    leads_back = f"{REDIRECT_FIELD_NAME}=" in target.query and request.path != target.path
    if target.path in login_addresses() and not _is_home(request, target.path):
        return leads_back or request.path == target.path or recorder is None or not _has_worked(request, recorder)
    return leads_back


def _is_home(request: HttpRequest, path: str) -> bool:
    """Whether an address is where the project's settings send somebody behind a login, and the user has come in."""
    try:
        home = urlsplit(resolve_url(settings.LOGIN_REDIRECT_URL)).path
    except Exception:  # there is none, or a converter of the project's own that fails
        return False
    return path == home and bool(user_id_of(request))


def _has_worked(request: HttpRequest, recorder: Recorder) -> bool:
    """Whether a request that was sent to a login page in the end did what it was for."""
    if recorder.logged_out or recorder.view_redirects_all:
        return True
    if recorder.refusals or recorder.login_failed or recorder.view_redirected is None:
        return False
    # A link of a mail confirms an account and leads to the login. What else a GET inserts may be the note of a refusal.
    changes = _UPDATES.match if request.method in _SAFE_METHODS else writes
    return _wrote(recorder, *recorder.view_redirected, changes)
