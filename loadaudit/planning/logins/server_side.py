"""Sessions made in the session engine of the server's settings: for SSO, for 2FA, and for many virtual users."""

import secrets
import string
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model, load_backend
from django.db import DatabaseError, connections
from django.http import HttpRequest
from django.middleware.csrf import CSRF_SESSION_KEY
from django.utils.module_loading import import_string

from loadaudit.errors import UsageError
from loadaudit.load.cookies import Cookie
from loadaudit.load.sessions import Session
from loadaudit.planning.logins.own_claims import derived, tokens_with_claims
from loadaudit.records import Identity

_CSRF_LETTERS = string.ascii_letters + string.digits
_CSRF_LENGTH = 32
_LIFETIME = timedelta(hours=12)
_SIGN = {
    "rest_framework_simplejwt.authentication": "rest_framework_simplejwt",
    "ninja_jwt.authentication": "ninja_jwt",
}
"""Modules that a project imports whose API takes JWTs, and the packages that sign them."""

_LOCAL_CACHES = ("LocMemCache", "DummyCache")


class SessionMaker:
    """Makes sessions in this process, which works on the same clones and behind the same fence as the server."""

    def __init__(self, guarded: Callable[[], AbstractContextManager[object]]) -> None:
        self._guarded = guarded
        # A fence goes up and down for the whole process.
        self._lock = threading.Lock()

    def key(self, identity: Identity) -> dict[str, str]:
        """Return a header with a key of the identity for the project's API; none where keys cannot be made."""
        with self._lock, self._guarded():
            try:
                return _key_of(identity)
            finally:
                connections.close_all()

    def web_token(self, identity: Identity) -> dict[str, str]:
        """Return a header with a JWT of the identity; none where the project takes none that can be made here."""
        with self._lock, self._guarded():
            try:
                return _web_token_of(identity)
            finally:
                connections.close_all()

    def web_cookies(self, identity: Identity) -> tuple[Cookie, ...]:
        """Return cookies with a JWT of the identity, by the names under which the project's own code looks for one."""
        with self._lock, self._guarded():
            try:
                token = next(iter(_web_token_of(identity).values()), "").rpartition(" ")[2]
                return tuple(Cookie(name=one, value=token) for one in _cookies_asked() if token)
            finally:
                connections.close_all()

    def put(self, session: Session, values: Mapping[str, object]) -> bool:
        """Keep values in a session that the server knows; tell whether they are there. Never raises."""
        key = next((one.value for one in session.cookies if one.name == settings.SESSION_COOKIE_NAME), "")
        with self._lock, self._guarded():
            try:
                store = import_module(settings.SESSION_ENGINE).SessionStore(key)
                if not key or refusal() or not store.exists(key):
                    return False
                store.update(values)
                store.save()
                return True
            except Exception:  # the session engine may be the project's own
                return False
            finally:
                connections.close_all()

    def make(self, identity: Identity) -> Session:
        """Return a new session of the identity, with nobody in it for the anonymous one.

        Raises UsageError when the project's sessions cannot be made here.
        """
        with self._lock, self._guarded():
            try:
                return _made(identity)
            finally:
                connections.close_all()


def can_make_keys() -> bool:
    """Whether the project keeps keys for its API in its database, REST framework's tokens, or signs JWTs."""
    return apps.is_installed("rest_framework.authtoken") or any(one in sys.modules for one in _SIGN)


def refusal() -> str:
    """Return why sessions cannot be made on the server side, or empty."""
    if not any(str(one).endswith("SessionMiddleware") for one in settings.MIDDLEWARE):
        return "MIDDLEWARE has no SessionMiddleware that would read them"
    if settings.SESSION_ENGINE == "django.contrib.sessions.backends.cache":
        backend = str(settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {}).get("BACKEND", ""))
        if backend.endswith(_LOCAL_CACHES):
            return f"SESSION_ENGINE keeps sessions in {backend}, which is in the memory of each server process"
    return ""


def headers_of_users() -> list[str]:
    """Return the headers in which a server in front of the project tells who asks, as its middleware reads them.

    What only the environment of the server tells (REMOTE_USER) cannot be sent.
    """
    found = []
    for name in settings.MIDDLEWARE:
        try:
            middleware = import_string(name)
        except ImportError:
            continue
        # By its name: Django's module has models, which cannot be imported before a project is set up.
        is_remote = any(one.__name__ == "RemoteUserMiddleware" for one in getattr(middleware, "__mro__", ()))
        header = str(getattr(middleware, "header", ""))
        if is_remote and header.startswith("HTTP_"):
            found.append(header.removeprefix("HTTP_").replace("_", "-").title())
    return found


def _made(identity: Identity) -> Session:
    reason = refusal()
    if reason:
        raise UsageError(f"Sessions cannot be made on the server side: {reason}.", hint="Use a shared session store.")
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    if identity.user_id:
        store.update(_login_of(get_user_model()._base_manager.get(pk=identity.user_id)))
    token = ""
    if settings.CSRF_USE_SESSIONS:
        token = store[CSRF_SESSION_KEY] = "".join(secrets.choice(_CSRF_LETTERS) for _ in range(_CSRF_LENGTH))
    store.save()
    cookie = Cookie(name=settings.SESSION_COOKIE_NAME, value=str(store.session_key), path=settings.SESSION_COOKIE_PATH)
    return Session(cookies=(cookie,), csrf_token=token)


def _login_of(user: Any) -> dict[str, str]:
    """Return what Django's login puts into a session."""
    found = {SESSION_KEY: user._meta.pk.value_to_string(user), BACKEND_SESSION_KEY: _backend_of(user)}
    # Django asks a model of users that is without its base class for no hash.
    if hasattr(user, "get_session_auth_hash"):
        found[HASH_SESSION_KEY] = user.get_session_auth_hash()
    return found | _second_factor(user)


def _second_factor(user: Any) -> dict[str, str]:
    """Return what django-otp reads from a session whose user has shown a code, where the user has a device."""
    if not apps.is_installed("django_otp"):
        return {}
    otp = import_module("django_otp")
    device = next(iter(otp.devices_for_user(user)), None)
    return {otp.DEVICE_ID_SESSION_KEY: device.persistent_id} if device is not None else {}


def _key_of(identity: Identity) -> dict[str, str]:
    if not apps.is_installed("rest_framework.authtoken") or not identity.user_id:
        return {}
    from rest_framework.authentication import TokenAuthentication
    from rest_framework.authtoken.models import Token

    try:
        token, _ = Token._default_manager.get_or_create(user_id=identity.user_id)
    except DatabaseError:
        return {}
    return {"Authorization": f"{TokenAuthentication.keyword} {token.key}"}


def _web_token_of(identity: Identity) -> dict[str, str]:
    for name, package in _SIGN.items():
        if name not in sys.modules or not identity.user_id:
            continue
        try:
            user = get_user_model()._base_manager.get(pk=identity.user_id)
            settings_of = import_module(f"{package}.settings").api_settings
            # A project may take tokens of another kind, as sliding ones.
            taken = next(iter(getattr(settings_of, "AUTH_TOKEN_CLASSES", ())), None)
            taken = taken or import_module(f"{package}.tokens").AccessToken
            own = next(tokens_with_claims(package, user, taken), None)
            token = own if own is not None else taken.for_user(user)
            # Those of a login live for minutes, and nobody would renew this one.
            token.set_exp(lifetime=_LIFETIME)
            scheme = next(iter(getattr(settings_of, "AUTH_HEADER_TYPES", ())), "Bearer")
            header = getattr(settings_of, "AUTH_HEADER_NAME", "HTTP_AUTHORIZATION")
            return {header.removeprefix("HTTP_").replace("_", "-").title(): f"{scheme} {token}"}
        except Exception:  # keys to sign with and user managers are the project's own
            continue
    return {}


class _Asked(dict[str, str]):
    """A request's cookies, of which there are none, and which remember what was looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Note a name, and have nothing."""
        self.names.setdefault(key)
        return default

    def __contains__(self, key: object) -> bool:
        self.names.setdefault(str(key))
        return False

    def __missing__(self, key: str) -> str:
        self.names.setdefault(key)
        raise KeyError(key)


def _cookies_asked() -> tuple[str, ...]:
    """Return the names of cookies that authenticators look for which the project derives from those that take JWTs."""
    asked = _Asked()
    for name in _SIGN:
        for one in derived(getattr(sys.modules.get(name), "JWTAuthentication", None)):
            request = HttpRequest()
            request.COOKIES = asked
            # They are the project's own code.
            with suppress(Exception):
                one().authenticate(request)
    return tuple(name for name in asked.names if name not in (settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME))


def _backend_of(user: Any) -> str:
    """Return the first authentication backend that gives this user back."""
    for path in settings.AUTHENTICATION_BACKENDS:
        backend = load_backend(path)
        if getattr(backend, "get_user", lambda pk: None)(user.pk) is not None:
            return str(path)
    return str(settings.AUTHENTICATION_BACKENDS[0])
