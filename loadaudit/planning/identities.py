"""Whom virtual users act as, and the users that the settings name."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from loadaudit.conf import Config
from loadaudit.inventory.source.unwrap import attribute_of
from loadaudit.planning.logins.pages import ProofPage
from loadaudit.records import Identity, LoginWay

ANONYMOUS = Identity(role="anonymous")
_BASIC = "Basic "


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An identity with its secrets; stays in the memory of the run and has no repr of them.

    This is what `login(client, identity)` of a project's loadtests module gets.
    """

    identity: Identity
    password: str
    headers: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Sent with every request instead of a login."""
    email: str = ""
    """What is typed where a form asks for an e-mail address; empty: the user name."""
    way: LoginWay | None = None
    """The way that this identity has to go; None: the best that there is."""
    page: str = ""
    """The login page that is for this identity, where a project has several; empty: the first."""
    kept: Mapping[str, object] = dataclass_field(default_factory=dict)
    """What its session is given by a login of the project's own, instead of what all others are given."""
    modes: tuple[str, ...] = ()
    """Paths to which a POST behind its login brings the session into the mode that its pages want."""
    proof: ProofPage | None = None
    """What its headers open and nothing else does; None: a page that only its user gets."""

    @property
    def username(self) -> str:
        """What is typed into the login form."""
        return self.identity.username

    @property
    def role(self) -> str:
        """The role of the settings."""
        return self.identity.role

    @property
    def user_id(self) -> str:
        """Primary key as text, or empty on a remote target."""
        return self.identity.user_id

    def __repr__(self) -> str:
        return f"Credential(identity={self.identity!r})"


def by_basic(credential: Credential) -> Credential:
    """Return the credential of somebody who shows name and password with every request, as HTTP Basic has it."""
    pair = f"{credential.username}:{credential.password}".encode()
    return replace(credential, headers={"Authorization": f"{_BASIC}{b64encode(pair).decode()}"}, way=None)


def is_basic(credential: Credential) -> bool:
    """Whether somebody shows name and password with every request."""
    return credential.headers.get("Authorization", "").startswith(_BASIC)


def configured_credentials(config: Config, *, look_up: bool) -> tuple[Credential, ...]:
    """Return the users of `LOADAUDIT["USERS"]`; with `look_up` their keys come from this project's database."""
    return tuple(
        Credential(
            identity=identity_of(entry.role, entry.username, _find(entry.username) if look_up else None),
            password=entry.password,
            headers=entry.headers,
        )
        for entry in config.users
    )


def credential_of(username: str) -> Credential | None:
    """Return a user of this database, for whom a session is made on the server side; None where it is not known."""
    user = _find(username)
    if user is None:
        return None
    return Credential(identity=identity_of(username, username, user), password="", way=LoginWay.SESSION)


def identity_of(role: str, username: str, user: Any) -> Identity:
    """Return the identity of a user of this database, or of a name of which it knows none."""
    return Identity(
        role=role,
        username=username,
        user_id=str(user.pk) if user is not None else "",
        staff=is_staff(user) if user is not None else "staff" in role or "admin" in role,
    )


def is_staff(user: Any) -> bool:
    """Whether a user is of the staff, by Django's attribute, else by the column that its documentation has instead.

    A project that has done away with the attribute may raise on it.
    """
    try:
        return bool(user.is_staff)
    except Exception:  # a property is the project's own code and may raise anything
        return bool(vars(user).get("is_admin", False))


def _find(username: str) -> Any:
    """Return the user whom a login name means, by its field or else by e-mail address, if a table has such a user.

    A project may keep users of its own and do without those of Django's.
    """
    try:
        model = get_user_model()
    except ImproperlyConfigured:
        return None
    fields = [model.USERNAME_FIELD, getattr(model, "EMAIL_FIELD", "email")]
    names = {field.name for field in model._meta.get_fields()}
    try:
        for field in fields:
            if field in names:
                user = model._default_manager.filter(**{f"{field}__iexact": username}).first()
                if user is not None:
                    return user
    except DatabaseError:
        return None
    return None


def main_identity(identities: Sequence[Identity]) -> Identity:
    """Return the first identity that is no staff, else the first, else the anonymous one."""
    users = [one for one in identities if not one.keyed]
    ordinary = [one for one in users if not one.staff and not one.anonymous]
    return next(iter([*ordinary, *users]), ANONYMOUS)


def login_name_of(user: Any) -> str:
    """Return what this user types into the login form: the e-mail address where allauth asks for that."""
    if apps.is_installed("allauth.account"):
        from allauth.account import app_settings  # type: ignore[import-untyped, unused-ignore]

        told: Any = getattr(app_settings, "LOGIN_METHODS", None)
        if told is None:
            # Releases before 65.4 have one setting, with a name for each combination: `username_email`.
            told = str(app_settings.AUTHENTICATION_METHOD).split("_")
        methods = {str(getattr(method, "value", method)) for method in told}
        if "username" not in methods and "email" in methods:
            return str(attribute_of(user, "email", ""))
    # A user model may be without Django's base class, and then has its fields alone.
    return str(getattr(user, type(user).USERNAME_FIELD))


def has_usable_password(user: Any) -> bool:
    """Whether a password may let a user in."""
    usable = attribute_of(user, "has_usable_password", True)
    return bool(usable() if callable(usable) else usable)
