"""The one reporting group of an operation: the project's rules first, then these; the first match wins."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadaudit.conf import CategoryRule
from loadaudit.errors import UsageError
from loadaudit.inventory.words import segments_of, words_of
from loadaudit.records import Evidence
from loadaudit.records.making import quickly_made

_VERSION = re.compile(r"v\d+(?:\.\d+)*")

_AUTH = frozenset(
    {"login", "logout", "signin", "signout", "signup", "register", "registration", "password", "passwd"}
    | {"ingresar", "salir", "entrar", "sair", "connexion", "deconnexion", "anmelden", "abmelden", "senha", "contrasena"}
    | {"oauth", "oauth2", "oidc", "saml", "sso", "2fa", "mfa", "otp", "reauthenticate", "auth", "jwt"}
)
_HEALTH = frozenset(
    {"health", "healthz", "healthcheck", "ping", "livez", "readyz", "liveness", "readiness", "alive", "heartbeat"}
)
_CHECK_WORDS = _HEALTH | {
    "check",
    "checks",
    "probe",
    "json",
    "txt",
    "html",
    "api",
    "view",
    "status",
    "system",
    "app",
    "db",
    "server",
}
_DASHBOARD = frozenset(
    {"dashboard", "dashboards", "monitoring", "monitor", "metrics", "stats", "statistics", "analytics", "beacon"}
    | {"telemetry", "status"}
)
_EXPORT = frozenset(
    {"export", "exports", "pdf", "xlsx", "xls", "csv", "docx", "zip", "download", "downloads", "printable"}
    | {"exportar", "descargar", "baixar", "telecharger", "herunterladen", "esporta", "scarica"}
)
_BATCH = frozenset({"batch", "batches", "bulk", "mass"})
_TEMPLATE = frozenset({"template", "templates"})
_CHECKS = (("status",), ("ready",), ("live",))
"""Routes that are checks as they stand."""

TELLING = _AUTH | _HEALTH | _DASHBOARD | _EXPORT | _BATCH | _TEMPLATE | {"sign", "ready", "live"}
"""Words that a rule asks for."""
_AUTH_VIEWS = ("allauth.", "django.contrib.auth.views.")


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the default rules look at."""

    method: str
    route: str
    name: str
    view: str
    """Qualified name of the view."""
    is_admin: bool
    is_api: bool
    """Answered by a DRF or django-ninja view."""

    @property
    def version(self) -> str:
        """The version segment of the route, such as `v2`, or empty."""
        for segment in segments_of(self.route):
            if segment[0] == "v" and _VERSION.fullmatch(segment):
                return segment
        return ""


def _is_auth(subject: Subject, words: frozenset[str]) -> bool:
    segments = segments_of(subject.route)
    return subject.view.startswith(_AUTH_VIEWS) or not words.isdisjoint(_AUTH) or segments[-2:] == ("sign", "in")


def _is_health(subject: Subject, words: frozenset[str]) -> bool:
    # `status` alone is a dashboard or a field of something; `/status/` as the whole route is a check.
    if segments_of(subject.route) in _CHECKS:
        return True
    # A word among others is a thing: /health-records/, /heartbeat-monitors/.
    return not words.isdisjoint(_HEALTH) and any(words_of(one) <= _CHECK_WORDS for one in _named(subject) if one)


def _named(subject: Subject) -> tuple[str, ...]:
    return (*segments_of(subject.route), subject.name.rpartition(":")[2])


def _has(wanted: frozenset[str]) -> Callable[[Subject, frozenset[str]], bool]:
    return lambda _, words: not words.isdisjoint(wanted)


def _is_dashboard(subject: Subject, words: frozenset[str]) -> bool:
    found = words & _DASHBOARD
    return bool(found - {"status"}) or (subject.method == "GET" and found == {"status"} and _ends(subject))


def _ends(subject: Subject) -> bool:
    # /orders/<id>/status/ reads one order; /system/status/ watches the system.
    return "<" not in subject.route and segments_of(subject.route)[-1:] == ("status",)


_RULES: tuple[tuple[str, Callable[[Subject, frozenset[str]], bool]], ...] = (
    ("Admin", lambda subject, _: subject.is_admin),
    ("Auth", _is_auth),
    ("Health", _is_health),
    ("Batch", _has(_BATCH)),
    ("Dashboard", _is_dashboard),
    ("Export", _has(_EXPORT)),
    ("Template", _has(_TEMPLATE)),
)


def declared_category(id_: str, rules: Sequence[CategoryRule]) -> str | None:
    """Return the category that the settings give to an operation; the first rule that matches its id wins."""
    return next((rule.category for rule in rules if _search(rule, id_)), None)


def category_of(subject: Subject) -> tuple[str, Evidence]:
    """Return the category that no rule of the project gives: a word suggests it, or only the method does."""
    of_route, of_name = words_of(subject.route), words_of(subject.name)
    # Most routes say none of the words, and no rule need be asked.
    is_silent = of_route.isdisjoint(TELLING) and of_name.isdisjoint(TELLING)
    if subject.is_admin or not is_silent or subject.view.startswith(_AUTH_VIEWS):
        words = of_route | of_name
        for name, holds in _RULES:
            if holds(subject, words):
                return name, Evidence.INFERRED
    if version := subject.version:
        return f"API {version}", Evidence.INFERRED
    if subject.is_api or "api" in segments_of(subject.route):
        return "API", Evidence.INFERRED
    return ("Read" if subject.method == "GET" else "Write"), Evidence.ASSUMED


def _search(rule: CategoryRule, text: str) -> bool:
    try:
        return re.search(rule.pattern, text) is not None
    except re.error as error:
        raise UsageError(
            f"LOADAUDIT['CATEGORIES'] has the invalid regular expression {rule.pattern!r}: {error}.",
            hint="Correct the pattern; it is searched in operation ids such as 'GET /projects/<int:pk>/'.",
        ) from error
