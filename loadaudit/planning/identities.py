"""Whom virtual users act as: the users of the settings, or, in a clone, real users with a password of the run's own."""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import DatabaseError, models

from loadaudit.conf import Config
from loadaudit.records import Identity, LoginWay

ANONYMOUS = Identity(role="anonymous")
DISPOSABLE = "disposable"
"""Role of identities that send one operation and are thrown away."""

_ROWS_LOOKED_AT = 10_000
_FOREIGN_APPS = frozenset({"admin", "auth", "sessions", "account", "socialaccount", "authtoken", "contenttypes"})


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


def configured_credentials(config: Config, *, look_up: bool) -> tuple[Credential, ...]:
    """Return the users of `LOADAUDIT["USERS"]`; with `look_up` their keys come from this project's database."""
    return tuple(
        Credential(
            identity=_identity(entry.role, entry.username, _find(entry.username) if look_up else None),
            password=entry.password,
            headers=entry.headers,
        )
        for entry in config.users
    )


def clone_credentials() -> tuple[Credential, ...]:
    """Return a user who owns data and one of the staff, both with a new password. Only ever call this on a clone.

    Users that exist are preferred; one is created where none does. Projects without Django's users get none.
    """
    if not apps.is_installed("django.contrib.auth"):
        return ()
    found = (("user", _busiest_user(), False), ("staff", _staff_user(), True))
    made = (
        _with_new_password(role, user) if user is not None else _made(role, f"loadaudit-{role}", staff=staff)
        for role, user, staff in found
    )
    credentials = tuple(one for one in made if one is not None)
    used = [one.user_id for one in credentials]
    if not get_user_model()._default_manager.exclude(pk__in=used).exists():
        # What changes or deletes an account needs one that nobody of the run acts as.
        _created_user("loadaudit-spare", secrets.token_urlsafe(16), staff=False)
    return credentials


def disposable_credential(number: int, *, staff: bool) -> Credential | None:
    """Return a new user with a password of the run's own, for one request. Only ever call this on a clone.

    None when the project's user model wants more than a name, an address and a password.
    """
    return _made(DISPOSABLE, f"loadaudit-disposable-{number}-{secrets.token_hex(3)}", staff=staff)


def expected_identities() -> tuple[Identity, ...]:
    """Return whom a run on a clone would act as, changing nothing; a user that it would create has no key yet."""
    if not apps.is_installed("django.contrib.auth"):
        return ()
    found = (("user", _busiest_user(), False), ("staff", _staff_user(), True))
    return tuple(
        _identity(role, _login_name(user), user)
        if user is not None
        else Identity(role=role, username=f"loadaudit-{role}", staff=staff)
        for role, user, staff in found
    )


def _identity(role: str, username: str, user: Any) -> Identity:
    return Identity(
        role=role,
        username=username,
        user_id=str(user.pk) if user is not None else "",
        staff=bool(getattr(user, "is_staff", False)) if user is not None else "staff" in role or "admin" in role,
    )


def _find(username: str) -> Any:
    """Return the user whom a login name means: by the username field, else by e-mail address."""
    model = get_user_model()
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


def _with_new_password(role: str, user: Any) -> Credential:
    password = secrets.token_urlsafe(16)
    user.set_password(password)
    # Past the project's save() and signals, which may send mail or tell other systems.
    type(user)._base_manager.filter(pk=user.pk).update(password=user.password)
    return _credential(role, user, password)


def _made(role: str, name: str, *, staff: bool) -> Credential | None:
    password = secrets.token_urlsafe(16)
    user = _created_user(name, password, staff=staff)
    if user is None:
        return None
    # A manager of the project's own may have done without the password.
    return _credential(role, user, password) if user.has_usable_password() else _with_new_password(role, user)


def _credential(role: str, user: Any, password: str) -> Credential:
    email = str(getattr(user, str(getattr(user, "EMAIL_FIELD", "email")), "") or "")
    return Credential(identity=_identity(role, _login_name(user), user), password=password, email=email)


def _login_name(user: Any) -> str:
    """Return what this user types into the login form: the e-mail address where allauth asks for that."""
    if apps.is_installed("allauth.account"):
        from allauth.account import app_settings  # type: ignore[import-untyped, unused-ignore]

        methods = {str(getattr(method, "value", method)) for method in app_settings.LOGIN_METHODS}
        if "username" not in methods and "email" in methods:
            return str(user.email)
    return str(user.get_username())


def _candidates() -> models.QuerySet[Any]:
    model = get_user_model()
    names = {field.name for field in model._meta.get_fields()}
    users = model._default_manager.all()
    if "is_active" in names:
        users = users.filter(is_active=True)
    if apps.is_installed("allauth.account"):
        addresses = apps.get_model("account", "EmailAddress")._default_manager.filter(verified=True)
        verified = users.filter(pk__in=addresses.values("user_id"))
        users = verified if verified.exists() else users
    return users


def _busiest_user() -> Any:
    """Return the active ordinary user who owns the most rows among the newest of every table that has owners."""
    users = _candidates()
    if "is_staff" in {field.name for field in get_user_model()._meta.get_fields()}:
        users = users.filter(is_staff=False)
    owned = Counter[Any]()
    for model, field in _ownership_fields():
        newest = model._base_manager.order_by("-pk").values_list(field, flat=True)[:_ROWS_LOOKED_AT]
        owned.update(key for key in newest if key is not None)
    for key, _ in owned.most_common(100):
        user = users.filter(pk=key).first()
        if user is not None:
            return user
    return users.order_by("pk").first()


def _ownership_fields() -> Iterator[tuple[type[models.Model], str]]:
    user_model = get_user_model()
    for model in apps.get_models():
        if model._meta.app_label in _FOREIGN_APPS or model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            if field.many_to_one and field.related_model is user_model:
                yield model, field.attname


def _staff_user() -> Any:
    names = {field.name for field in get_user_model()._meta.get_fields()}
    if not {"is_staff", "is_superuser"} <= names:
        return None
    return _candidates().filter(is_staff=True, is_superuser=True).order_by("pk").first()


def _created_user(name: str, password: str, *, staff: bool) -> Any:
    """Create a user in the clone; None when the model wants more than a name, an address and a password."""
    model = get_user_model()
    # Where the address is the login name, the second entry replaces the first.
    values = {model.USERNAME_FIELD: name, getattr(model, "EMAIL_FIELD", "email"): f"{name}@example.com"}
    values["password"] = password
    try:
        manager = model._default_manager
        creator = "create_superuser" if staff else "create_user"
        user = getattr(manager, creator)(**values)
        _verify_address(user)
    except Exception:  # the manager is the project's own code and may raise anything
        return None
    return user


def _verify_address(user: Any) -> None:
    if apps.is_installed("allauth.account"):
        addresses = apps.get_model("account", "EmailAddress")._default_manager
        addresses.create(user=user, email=user.email, verified=True, primary=True)


def main_identity(identities: Sequence[Identity]) -> Identity:
    """Return the first identity that is no staff, else the first, else the anonymous one."""
    ordinary = [one for one in identities if not one.staff and not one.anonymous]
    return next(iter([*ordinary, *identities]), ANONYMOUS)
