"""System checks of loadaudit: configuration errors, and what installing it may have changed."""

import importlib.util
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register

from loadaudit.conf import SESSION_LOGIN, read_config, settings_module
from loadaudit.errors import LoadauditError, UnsafeError
from loadaudit.planning.safety import check_embedded
from loadaudit.probes.overrides import PUBLIC_MIDDLEWARE

_SHORTEST_KEY = 24
_MAKE_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'
_POSTGRESQL_ENGINES = ("django.db.backends.postgresql", "django.contrib.gis.db.backends.postgis")


@register()
def check_configuration(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.E001: settings.LOADAUDIT is wrong."""
    try:
        read_config()
    except LoadauditError as error:
        yield Error(error.message, hint=error.hint, id="loadaudit.E001")


@register()
def check_token_key(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.E002 and W002: the secret of a remote target is Django's own, or can be guessed."""
    try:
        key = read_config().token_key
    except LoadauditError:
        return
    if key and key == settings.SECRET_KEY:
        yield Error(
            "LOADAUDIT['TOKEN_KEY'] is the SECRET_KEY, which would then lie wherever somebody runs a load test.",
            hint=f"Make one of its own: {_MAKE_KEY}",
            id="loadaudit.E002",
        )
    elif key and len(key) < _SHORTEST_KEY:
        yield Warning(
            f"LOADAUDIT['TOKEN_KEY'] has {len(key)} characters, which somebody may guess.",
            hint=f"Make one of {_SHORTEST_KEY} or more: {_MAKE_KEY}",
            id="loadaudit.W002",
        )


@register()
def check_login(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.E003: LOADAUDIT['LOGIN'] names a page that the URLconf does not have, which would be passed over."""
    try:
        login = read_config().login
        known = not login or login == SESSION_LOGIN or _is_login_path(login)
    except Exception:  # a configuration or a URLconf that cannot be read is the business of other checks
        return
    if not known:
        yield Error(
            f"LOADAUDIT['LOGIN'] is {login!r}, which is neither a path nor a URL name of this project.",
            hint="Give the path of the login page, such as '/accounts/login/', its URL name, or 'session' to have "
            "sessions made on the server side.",
            id="loadaudit.E003",
        )


def _is_login_path(login: str) -> bool:
    # Every start of the project pays for what is imported above; few configure this.
    from loadaudit.planning.logins.pages import is_login_path

    return is_login_path(login)


@register()
def check_middleware(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.W003: the probe of a deployment stands where it cannot see whole requests."""
    chain = list(settings.MIDDLEWARE)
    if PUBLIC_MIDDLEWARE not in chain:
        return
    if chain[0] != PUBLIC_MIDDLEWARE:
        yield Warning(
            f"{PUBLIC_MIDDLEWARE} is not first in MIDDLEWARE: what {chain[0]} does or refuses is not seen.",
            hint="Put it first.",
            id="loadaudit.W003",
        )


@register()
def check_guard(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.I001: with these settings a run is refused, because they look like production."""
    try:
        check_embedded(settings.DATABASES, settings_module(), read_config())
    except UnsafeError as error:
        yield Info(
            f"loadaudit run will refuse to work with these settings: {error.message}",
            hint=error.hint,
            id="loadaudit.I001",
        )
    except LoadauditError:
        return


@register()
def check_database_driver(**kwargs: Any) -> Iterable[CheckMessage]:
    """loadaudit.W001: the project has psycopg2, but Django uses psycopg 3, which came with loadaudit."""
    if driver_has_changed():
        yield Warning(
            "psycopg2 and psycopg 3 are both installed, and Django prefers psycopg 3: this project may have run on "
            "psycopg2 before loadaudit brought psycopg 3 with it.",
            hint="To stay on psycopg2, write at the top of the settings: import sys; sys.modules['psycopg'] = None. "
            "To use psycopg 3 on purpose: pip uninstall psycopg2 psycopg2-binary.",
            id="loadaudit.W001",
        )


def driver_has_changed() -> bool:
    """Whether a PostgreSQL project that has psycopg2 installed runs on psycopg 3."""
    engines = {str(database.get("ENGINE", "")) for database in settings.DATABASES.values()}
    if engines.isdisjoint(_POSTGRESQL_ENGINES) or importlib.util.find_spec("psycopg2") is None:
        return False
    # Imports the driver, as the project's own database back end has done already.
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    return bool(is_psycopg3)
