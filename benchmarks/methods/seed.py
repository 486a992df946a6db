"""Fills a migrated database with a superuser, two users and a few rows of every model: `python seed.py [ROWS]`."""

import sys
from typing import Any

import django

ROWS = 3


def main(rows: int) -> None:
    """Make the rows; models whose rules are beyond a sample stay empty."""
    django.setup()
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.db import models

    from benchmarks.methods.rows import make, superuser

    superuser()
    user_model = get_user_model()
    for number in range(2):
        _user(user_model, number)
    users = list(user_model._default_manager.order_by("pk"))
    for model in apps.get_models():
        if model is user_model or model._meta.app_label in ("contenttypes", "sessions", "migrations", "admin"):
            continue
        for number in range(rows):
            given: dict[str, Any] = {}
            for field in model._meta.concrete_fields:
                if field.is_relation and field.related_model is user_model:
                    given[field.name] = users[number % len(users)]
                elif field.unique and isinstance(field, (models.CharField, models.SlugField)) and not field.choices:
                    given[field.name] = f"{field.name}-{number}"[: field.max_length or 50]
            make(model, **given)


def _user(model: Any, number: int) -> None:
    values = {model.USERNAME_FIELD: f"user{number}", "email": f"user{number}@example.com"}
    if model.USERNAME_FIELD == "email":
        values = {"email": f"user{number}@example.com"}
    known = {field.name for field in model._meta.concrete_fields}
    user = model(**{name: value for name, value in values.items() if name in known})
    user.set_password("correct horse")
    user.save()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
