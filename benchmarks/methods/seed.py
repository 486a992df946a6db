"""Fills a migrated database with a superuser, two users and a few rows of every model: `python seed.py [ROWS]`.

Half of the rows have what they must have, the others everything. Files are there, and rows that make a page fail which
worked without them are taken out again: no project keeps such rows. A table that has rows already, from migrations or
commands, gets no more: code may count on these alone. One that is meant for a single row gets one.
"""

import base64
import contextlib
import inspect
import logging
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

ROWS = 3
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
_ASKED = 3
"""Pages that are fetched without a row, to see whether it broke them."""

Page = tuple[int, str]
"""Number of the user who asks, and the path."""

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_NOT_SEEDED = ("contenttypes", "sessions", "migrations", "admin")
_ONLY_KEY = re.compile(r"self\.(?:pk|id) *= *1\b|pk=1\b")


def main(rows: int) -> None:
    """Make the rows; models whose rules are beyond a sample stay empty."""
    django.setup()
    logging.disable()
    from django.apps import apps
    from django.conf import settings
    from django.contrib.auth import get_user_model

    from benchmarks.methods.rows import superuser

    # A page that refuses the host of the test client breaks on no row.
    settings.ALLOWED_HOSTS = ["*"]

    _tables()
    filled = {model for model in apps.get_models() if _has_rows(model)}
    # A project may keep users of its own, without the app of Django's.
    user_model: Any = get_user_model() if apps.is_installed("django.contrib.auth") else None
    if user_model is not None:
        superuser()
    for number in range(2) if user_model is not None else ():
        _user(user_model, number)
    users = list(user_model._default_manager.order_by("pk")) if user_model is not None else []
    working = set(_working(users))
    made: dict[Any, list[Any]] = {}
    for model in apps.get_models():
        if model in filled or model is user_model or model._meta.app_label in _NOT_SEEDED or _comes_with(users, model):
            continue
        numbers = range(1 if _is_alone(model) else rows)
        made[model] = [row.pk for number in numbers if (row := _row(model, number, users)) is not None]
    _mend(users, working, made)


def _has_rows(model: Any) -> bool:
    with contextlib.suppress(Exception):  # a view that cannot be read, or a table in a database that is not there
        return bool(model._base_manager.exists())
    return False


def _is_alone(model: Any) -> bool:
    """Whether a model is evidently meant for one row: by django-solo, or by a key that is always 1."""
    if hasattr(model, "get_solo"):
        return True
    for name in ("load", "save"):
        with contextlib.suppress(AttributeError, OSError, TypeError):  # no such method, or no source
            if _ONLY_KEY.search(inspect.getsource(inspect.unwrap(getattr(model, name)))):
                return True
    return False


def _tables() -> None:
    """Make the tables of apps that come with an empty folder of migrations, as `makemigrations` does for them."""
    from django.apps import apps
    from django.db import connection

    there = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and model._meta.db_table not in there:
            with contextlib.suppress(Exception), connection.schema_editor() as editor:
                editor.create_model(model)


def _comes_with(users: list[Any], model: Any) -> bool:
    """Whether the project has made one row for each user by itself, such as a profile: nobody has a second one."""
    kinds = {type(one) for one in users}
    links = [one for one in model._meta.concrete_fields if one.is_relation and one.related_model in kinds]
    if len(links) != 1:
        return False
    owners = list(model._base_manager.values_list(links[0].attname, flat=True))
    return sorted(map(str, owners)) == sorted(str(one.pk) for one in users)


def _row(model: Any, number: int, users: list[Any]) -> Any:
    from django.apps import apps
    from django.db import models

    from benchmarks.methods.rows import make, sample

    given: dict[str, Any] = {}
    user = users[number % len(users)] if users else None
    has_kinds = apps.is_installed("django.contrib.contenttypes")
    ContentType: Any = apps.get_model("contenttypes.ContentType") if has_kinds else None
    for field in model._meta.concrete_fields:
        if user is not None and field.related_model is type(user):
            given[field.name] = user
        elif isinstance(field, models.FileField):
            given[field.name] = _stored(field)
        elif field.unique and isinstance(field, (models.CharField, models.SlugField)) and not field.choices:
            given[field.name] = f"{field.name}-{number}"[: field.max_length or 50]
        elif has_kinds and field.null and field.related_model is ContentType:
            # Of what kind a row is the project's own code writes; a wrong kind breaks whatever reads it.
            continue
        elif has_kinds and field.related_model is ContentType and field.model.__subclasses__():
            given[field.name] = ContentType.objects.get_for_model(model)
        elif number % 2 and field.null and not field.unique and field.related_model is not model:
            given[field.name] = sample(field)
    given |= _generic(model, user) if user is not None and has_kinds else {}
    row = make(model, **given)
    for relation in model._meta.many_to_many if row is not None else ():
        if not relation.blank and relation.remote_field.through._meta.auto_created:
            with contextlib.suppress(Exception):
                getattr(row, relation.name).add(relation.related_model._default_manager.order_by("pk").first())
    return row


def _generic(model: Any, user: Any) -> dict[str, Any]:
    """Return what points to any model: to a user, which is there."""
    from django.contrib.contenttypes.fields import GenericForeignKey
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(user)
    found: dict[str, Any] = {}
    for field in model._meta.private_fields:
        if isinstance(field, GenericForeignKey):
            found |= {field.ct_field: kind, field.fk_field: user.pk}
    return found


def _stored(field: Any) -> str:
    """Return the name of a small file in the field's storage."""
    from django.core.files.base import ContentFile
    from django.db import models

    is_image = isinstance(field, models.ImageField) or "image" in f"{field.model._meta.label} {field.name}".lower()
    content = base64.b64decode(_PNG) if is_image else b"a"
    return str(field.storage.save("a.png" if is_image else "a.txt", ContentFile(content)))


def _working(users: list[Any], pages: Iterable[Page] = ()) -> Iterator[Page]:
    """Yield those pages that do not fail; without any given, of all that need no value, for each of the users."""
    from django.conf import settings
    from django.test import Client

    from loadaudit.conf import Config
    from loadaudit.inventory.build import build_inventory
    from loadaudit.planning.logins.pages import open_pages

    if not pages:
        paths = [page.path for page in open_pages(build_inventory(Config()).operations)]
        pages = [(number, path) for number in range(len(users)) for path in paths]
    for number, path in pages:
        client = Client(raise_request_exception=False)
        # As the database has it: what was made for a user and not saved stays with the object.
        user = type(users[number])._base_manager.get(pk=users[number].pk)
        with contextlib.suppress(Exception):
            # A project whose back ends cannot be imported logs nobody in.
            client.force_login(user, _BACKEND if _BACKEND in settings.AUTHENTICATION_BACKENDS else None)
        with contextlib.suppress(Exception):
            if client.get(path).status_code < 500:
                yield number, path


def _mend(users: list[Any], working: set[Page], made: dict[Any, list[Any]]) -> None:
    """Take out rows without which a page works again, one alone where that does, else those of a model."""
    broken = working - set(_working(users, sorted(working)))
    for model, keys in reversed(made.items()):
        for chosen in (*([key] for key in keys), keys):
            if not broken:
                return
            with contextlib.suppress(Exception), _taken_back() as keep:
                model._base_manager.filter(pk__in=chosen).delete()
                if any(_working(users, _likely(model, broken))):
                    keep()
                    mended = set(_working(users, sorted(broken)))
                    paths = ", ".join(sorted({path for _, path in mended}))
                    print(f"{model._meta.label}: took out {len(chosen)} rows, which broke {paths}")
                    broken -= mended
    print("still broken:", *sorted({path for _, path in broken}))


@contextlib.contextmanager
def _taken_back() -> Iterator[Callable[[], None]]:
    """Take back what a block changes in the database, unless it says that this is to stay.

    Not by a transaction where the database can be copied: a view may want the outermost one for itself.
    """
    from django.db import connection, transaction

    stays: list[bool] = []
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield lambda: stays.append(True)
            transaction.set_rollback(not stays)
        return
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(":memory:")) as before:
        connection.connection.backup(before)
        try:
            yield lambda: stays.append(True)
        finally:
            if not stays:
                connection.ensure_connection()
                before.backup(connection.connection)


def _likely(model: Any, broken: set[Page]) -> list[Page]:
    """Return the pages that rows of a model most likely break: those that name it or its app, else the first."""
    words = (str(model._meta.model_name), str(model._meta.app_label))
    named = [page for page in sorted(broken) if any(word in page[1] for word in words)]
    return [*named[:_ASKED], *sorted(broken)[:1]]


def _user(model: Any, number: int) -> None:
    from django.db import models

    from benchmarks.methods.rows import sample

    values = {model.USERNAME_FIELD: f"user{number}", "email": f"user{number}@example.com"}
    if model.USERNAME_FIELD == "email":
        values = {"email": f"user{number}@example.com"}
    known = {field.name for field in model._meta.concrete_fields}
    for field in model._meta.concrete_fields:
        if field.unique and not field.null and field.name not in values and isinstance(field, models.CharField):
            # As the number of a card, of which no two users have the same.
            values[field.name] = f"{number}{field.name}"[: field.max_length or 50]
    user = model(**{name: value for name, value in values.items() if name in known})
    # A project may leave passwords to a directory.
    if hasattr(user, "set_password"):
        user.set_password("correct horse")
    with contextlib.suppress(Exception):  # what the model must have and its manager gives, as consent to terms
        user.save()
        return
    needed = {name: sample(model._meta.get_field(name)) for name in model.REQUIRED_FIELDS}
    given = {name: value for name, value in values.items() if name in known}
    model._default_manager.create_user(**needed | given, password="correct horse")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
