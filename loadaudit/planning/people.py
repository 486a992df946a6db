"""Users of a clone: which of them a run acts as, and those that it makes for itself."""

import itertools
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, models, router, transaction
from django.utils.text import slugify

from loadaudit.inventory.source.relations import choices_of, is_of_app
from loadaudit.inventory.source.unwrap import attribute_of
from loadaudit.planning.copied import SAME, give_profiles, made_like, tells_apart, value_for
from loadaudit.planning.identities import Credential, has_usable_password, identity_of, is_staff, login_name_of
from loadaudit.planning.members import Role, roles_beside
from loadaudit.planning.role_names import DISPOSABLE, RESERVED, role_named, role_of_group
from loadaudit.planning.tenants import ROLE_FIELD
from loadaudit.planning.verified import verify_address
from loadaudit.records import Identity

MOST_ROLES = 4
"""Roles beside the ordinary user and the staff that a run looks for in the users of a clone."""

_ROWS_LOOKED_AT = 10_000
_FOREIGN_APPS = frozenset(
    {
        *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions")),
        *("allauth.account", "allauth.socialaccount", "rest_framework.authtoken"),
    }
)
_MOST_CHOICES = 6
"""Values of a field that names roles; more are ranks or places, of which few open anything."""

_SERIAL = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """A role of the run, with the user that stands for it, or None where one would have to be made."""

    role: str
    user: Any
    staff: bool = False
    group: Any = None
    values: Mapping[str, Any] = dataclass_field(default_factory=dict)
    """Columns that make one what the role says."""
    of_tenant: Role | None = None
    """That which members of the ordinary user's tenant have."""

    @property
    def name(self) -> str:
        """User name of one that is made."""
        return made_name(self.role)


def made_name(role: str) -> str:
    """Return the user name of somebody whom a run makes for a role."""
    return f"loadaudit-{slugify(role)}"


def clone_credentials() -> tuple[Credential, ...]:
    """Return a user who owns data, one of the staff, and one of each other role, each with a new password.

    Only ever call this on a clone. Users that exist are preferred; one is created where none does. Projects without
    Django's users get none.
    """
    if not apps.is_installed("django.contrib.auth"):
        return ()
    people = _people()
    made = [_with_new_password(one.role, one.user) if one.user is not None else _made_for(one) for one in people]
    credentials = tuple(
        replace(credential, identity=replace(credential.identity, member=one.of_tenant is not None))
        for one, credential in zip(people, made, strict=True)
        if credential is not None
    )
    used = [one.user_id for one in credentials]
    if not _all_users().exclude(pk__in=used).exists():
        # What changes or deletes an account needs one that nobody of the run acts as.
        _created_user("loadaudit-spare", secrets.token_urlsafe(16), staff=False)
    return credentials


def who_may() -> str:
    """Return what to do where nobody of the run may: users of a project's own are shown by no trace."""
    if apps.is_installed("django.contrib.auth"):
        return "add a user who may to LOADAUDIT['USERS']"
    return "the project keeps users of its own, whom no trace shows: a @scenario in a loadtests.py logs in and sends it"


def expected_identities() -> tuple[Identity, ...]:
    """Return whom a run on a clone would act as, changing nothing; a user that it would create has no key yet."""
    if not apps.is_installed("django.contrib.auth"):
        return ()
    return tuple(
        identity_of(one.role, login_name_of(one.user), one.user)
        if one.user is not None
        else Identity(role=one.role, username=one.name, staff=one.staff)
        for one in _people()
    )


def disposable_credential(number: int, *, staff: bool) -> Credential | None:
    """Return a new user with a password of the run's own, for one request. Only ever call this on a clone.

    None when the project's user model wants what can neither be made up nor copied from another user.
    """
    # Of another name than all before it, and of the same in the next plan.
    name = f"loadaudit-disposable-{number}-{next(_SERIAL)}"
    return _made_for(_Person(role=DISPOSABLE, user=None, staff=staff), name)


def _people() -> list[_Person]:
    ordinary = _busiest_user()
    people = [_Person(role="user", user=ordinary), _Person(role="staff", user=_staff_user(), staff=True)]
    known = set(RESERVED)
    sources = (_of_groups, _of_tenant, _of_role_field)
    others = [each for one in sources for each in _found(partial(one, ordinary))]
    # Of more roles than take part, those that somebody has say more, and groups without members the least.
    for one in sorted(others, key=lambda one: (one.user is None, one.user is None and one.group is not None)):
        # How users compare, and what they are hashed by, is the project's own code.
        is_there = one.user is not None and one.user.pk in [each.user.pk for each in people if each.user is not None]
        if len(people) < 2 + MOST_ROLES and one.role not in known and not is_there:
            known.add(one.role)
            people.append(one)
    return people


def _found(people: Callable[[], Iterator[_Person]]) -> list[_Person]:
    """Return whom a group or a column tells of; nobody where that raises."""
    try:
        return list(people())
    except Exception:  # managers and columns are the project's own code, and groups may have no table
        return []


def _of_groups(ordinary: Any) -> Iterator[_Person]:
    """Yield a member of each group that the ordinary user is not in, or none where it has no ordinary members."""
    model = group_model()
    if model is None:
        return
    staff = _staff_user()
    own, theirs = (
        set(one.groups.values_list("pk", flat=True)) if one is not None else set() for one in (ordinary, staff)
    )
    for group in model._default_manager.order_by("pk")[: 2 * MOST_ROLES]:
        name = str(getattr(group, "name", group))
        # Whom the admin lets in need not be in a group that is called after them.
        if group.pk not in own and not (name in RESERVED and group.pk in theirs):
            members = _ordinary_users().filter(groups=group)
            yield _Person(role=role_of_group(name), user=members.order_by("pk").first(), group=group)


def _of_tenant(ordinary: Any) -> Iterator[_Person]:
    """Yield a member in each other role of the tenant in which the ordinary user is one."""
    for one in roles_beside(ordinary, _ordinary_users(), MOST_ROLES, RESERVED) if ordinary is not None else ():
        user = _ordinary_users().filter(pk=one.user_id).first() if one.user_id is not None else None
        yield _Person(role=one.name, user=user, of_tenant=one)


def group_model() -> type[models.Model] | None:
    """Return the model of which a user's groups are rows, which may be the project's own; None where there are none."""
    if "groups" not in _field_names():
        return None
    found: Any = get_user_model()._meta.get_field("groups").related_model
    return found if isinstance(found, type) else None


def _of_role_field(ordinary: Any) -> Iterator[_Person]:
    """Yield a user for each other value of a field of users that names roles, of the staff where only they have it.

    Whom the admin lets in says little about a project that has roles of its own. Where there are no users yet, one is
    made of each, by the project's manager, whose signals may give each role a row of its own.
    """
    staff = _staff_user()
    for column in get_user_model()._meta.concrete_fields:
        if not column.choices or not ROLE_FIELD.search(column.name):
            continue
        of_staff = getattr(staff, column.attname, None)
        own = getattr(ordinary, column.attname, None) if ordinary is not None else column.get_default()
        known = {str(own)}
        for people in (_ordinary_users(), _candidates()):
            for value in (
                people.order_by(column.attname).values_list(column.attname, flat=True).distinct()[: 2 * MOST_ROLES]
            ):
                if value not in (None, "", own) and not (value in RESERVED and value == of_staff):
                    known.add(str(value))
                    user = people.filter(**{column.attname: value}).order_by("pk").first()
                    yield _Person(role=role_named(column, value), user=user, staff=is_staff(user))
        choices = choices_of(column) if ordinary is None and len(choices_of(column)) <= _MOST_CHOICES else ()
        for value, _ in choices:
            if value not in (None, "") and str(value) not in known | RESERVED:
                yield _Person(role=role_named(column, value), user=None, values={column.name: value})


def _made_for(person: _Person, name: str = "") -> Credential | None:
    password = secrets.token_urlsafe(16)
    user = _created_user(name or person.name, password, staff=person.staff, values=person.values)
    if user is None:
        return None
    _activate(user)
    if person.group is not None:
        user.groups.add(person.group)
    if person.of_tenant is not None and not person.of_tenant.give(user):
        return None
    give_profiles(user, name or person.name, like=_staff_user() if person.staff else _busiest_user())
    # A copy has none, and a manager of the project's own may have done without.
    if has_usable_password(user):
        return _credential(person.role, user, password)
    return _with_new_password(person.role, user)


def _activate(user: Any) -> None:
    """Let a user that the run has made log in, where the project has new ones wait for a mail or for the staff."""
    if "is_active" in _concrete_names() and not user.is_active:
        user.is_active = True
        # Past the project's save() and signals, which may send mail or tell other systems.
        type(user)._base_manager.filter(pk=user.pk).update(is_active=True)


def _concrete_names() -> set[str]:
    return {field.name for field in get_user_model()._meta.concrete_fields}


def _with_new_password(role: str, user: Any) -> Credential:
    password = secrets.token_urlsafe(16)
    # Where somebody else checks who comes, as a directory does, users have none; sessions are made for them.
    if "password" in _concrete_names():
        with suppress(Exception):  # set_password() may be the project's own code, or not be there
            user.set_password(password)
            # Past the project's save() and signals, which may send mail or tell other systems.
            type(user)._base_manager.filter(pk=user.pk).update(password=user.password)
    with suppress(Exception):  # columns may be the project's own code
        verify_address(user)
    return _credential(role, user, password)


def _credential(role: str, user: Any, password: str) -> Credential:
    email = str(attribute_of(user, str(attribute_of(user, "EMAIL_FIELD", "email"))) or "")
    return Credential(identity=identity_of(role, login_name_of(user), user), password=password, email=email)


def _field_names() -> set[str]:
    return {field.name for field in get_user_model()._meta.get_fields()}


def _candidates() -> models.QuerySet[Any]:
    model = get_user_model()
    users = _all_users()
    if isinstance(model._meta.get_field(model.USERNAME_FIELD), (models.CharField, models.TextField)):
        # django-guardian keeps a row that stands for whoever is not logged in.
        nobody = getattr(settings, "ANONYMOUS_USER_NAME", None) or "AnonymousUser"
        users = users.exclude(**{model.USERNAME_FIELD: nobody})
    if "is_active" in _field_names():
        users = users.filter(is_active=True)
    if apps.is_installed("allauth.account"):
        addresses = apps.get_model("account", "EmailAddress")._default_manager.filter(verified=True)
        verified = users.filter(pk__in=addresses.values("user_id"))
        users = verified if verified.exists() else users
    return users


def _all_users() -> models.QuerySet[Any]:
    """Return all users as the project's manager shows them, else past it: it may refuse plain queries."""
    model = get_user_model()
    with suppress(Exception):  # the manager is the project's own code
        users: Any = model._default_manager.all()
        if isinstance(users, models.QuerySet):
            return users
    return model._base_manager.all()


def _ordinary_users() -> models.QuerySet[Any]:
    return _candidates().filter(**dict.fromkeys(_staff_columns()[:1], False))


def _busiest_user() -> Any:
    """Return the active ordinary user who owns the most rows among the newest of every table that has owners."""
    users = _ordinary_users()
    owned = Counter[Any]()
    for model, field in _ownership_fields():
        newest = model._base_manager.order_by("-pk").values_list(field, flat=True)[:_ROWS_LOOKED_AT]
        # A module of models may be imported whose app is not installed, and so has no tables.
        with suppress(DatabaseError), transaction.atomic(using=router.db_for_read(model)):
            owned.update(key for key in newest if key is not None)
    for key, _ in owned.most_common(100):
        user = users.filter(pk=key).first()
        if user is not None:
            return user
    return users.order_by("pk").first()


def _ownership_fields() -> Iterator[tuple[type[models.Model], str]]:
    user_model = get_user_model()
    for model in apps.get_models():
        if is_of_app(model, _FOREIGN_APPS) or model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            if field.many_to_one and field.related_model is user_model:
                yield model, field.attname


def _staff_user() -> Any:
    columns = _staff_columns()
    return _candidates().filter(**dict.fromkeys(columns, True)).order_by("pk").first() if columns else None


def _staff_columns() -> list[str]:
    """Return the columns that make somebody of the staff: Django's, else the one that its documentation has instead."""
    names = _concrete_names()
    return [one for one in ("is_staff", "is_superuser") if one in names] or [*({"is_admin"} & names)]


def _created_user(name: str, password: str, *, staff: bool, values: Mapping[str, Any] = {}) -> Any:
    """Create a user in the clone, as the manager does it, else as a copy or by itself; None when none of these goes."""
    for make in (_by_manager, _copied, _saved):
        try:
            with transaction.atomic(using=router.db_for_write(get_user_model())):
                user = make(name, password, staff=staff, values=values)
                if user is not None:
                    verify_address(user)
                    return user
        except Exception:  # managers, signals and save() are the project's own code and may raise anything
            continue
    return None


def _by_manager(name: str, password: str, *, staff: bool, values: Mapping[str, Any]) -> Any:
    """Create a user by name, address and password, and what else the model says that it requires."""
    model: Any = get_user_model()
    given = {**_values_of(name, staff=staff), **values, "password": password}
    return getattr(model._default_manager, "create_superuser" if staff else "create_user")(**given)


def _values_of(name: str, *, staff: bool) -> dict[str, Any]:
    model: Any = get_user_model()
    like = (_staff_user() if staff else None) or _candidates().order_by("pk").first()
    values = {}
    # Where the address is the login name, the second entry replaces the first.
    for field in (model.USERNAME_FIELD, getattr(model, "EMAIL_FIELD", "email"), *model.REQUIRED_FIELDS):
        if field in _field_names():
            values[field] = value_for(model._meta.get_field(field), name, like)
    return values


def _copied(name: str, _password: str, *, staff: bool, values: Mapping[str, Any]) -> Any:
    """Copy a user, past the project's manager, with other values where they have to be unique."""
    like = _staff_user() if staff else _busiest_user()
    if like is None:
        return None
    given = dict(values) | ({"password": make_password(None)} if "password" in _concrete_names() else {})
    return made_like(like, lambda one: value_for(one, name, like) if tells_apart(one) else SAME, given)


def _saved(name: str, password: str, *, staff: bool, values: Mapping[str, Any]) -> Any:
    """Create a user past the manager, which may want a column that the model has done away with, such as `username`."""
    flags = dict.fromkeys(_staff_columns(), True) if staff else {}
    user: Any = get_user_model()(**{**_values_of(name, staff=staff), **flags, **values})
    user.set_password(password)
    user.save()
    return user
