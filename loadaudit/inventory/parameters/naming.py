"""Models guessed from names: `project_id` is a Project, `/projects/<int:pk>/` too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models

_SUFFIXES = ("id", "pk", "slug", "uuid", "uid", "code", "key", "name", "number", "username")
_BARE = frozenset({"pk", "id", "slug", "uuid", "uid", "object_id", "code", "username"})
_NAME_ALONE = ""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_INTEGER = (models.IntegerField, models.AutoField)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A model and the field of it that a name suggests."""

    model: type[models.Model]
    field: str


@lru_cache(maxsize=1024)
def guess(name: str, converter: str, pattern: str, route: str, app: str) -> Guess | None:
    """Return the model that a parameter's name, or the segment before it, suggests; None when several fit."""
    for stem, suffix in _readings(name, route):
        segment = _segment_before(name, route) if suffix == _NAME_ALONE else ""
        is_of_many = suffix != _NAME_ALONE or _plain(stem) in map(_plain, _singulars(segment))
        for model in (
            _of_segment(segment, stem, app)
            or _own_before_djangos(stem, app)
            or (_of_longer_name(stem, app) if is_of_many else [])
        ):
            field = _field(model, suffix, converter, pattern)
            if field is not None:
                return Guess(model=model, field=field)
    return None


def _readings(name: str, route: str) -> Iterable[tuple[str, str]]:
    if name in _BARE or name.isdigit():
        segment = _segment_before(name, route)
        suffix = "pk" if name in ("pk", "id", "object_id") or name.isdigit() else name
        for stem in _singulars(segment):
            yield stem, suffix
        if name == "username":
            yield "user", "username"
        return
    stem, _, suffix = name.rpartition("_")
    if stem and suffix in _SUFFIXES:
        yield stem, "pk" if suffix in ("id", "pk") else suffix
    else:
        yield name, _NAME_ALONE


def _segment_before(name: str, route: str) -> str:
    """Return the last literal segment before a parameter; for one without a name only what it stands right behind."""
    literal = ""
    for segment in route.removesuffix("/").split("/"):
        if f"<{name}>" in segment or segment.endswith(f":{name}>"):
            return literal
        if segment and not segment.startswith(("<", "[")):
            literal = segment
        elif segment and name.isdigit():
            literal = ""
    return literal


def _singulars(segment: str) -> Iterable[str]:
    if not segment:
        return
    yield segment
    if segment.endswith("ies"):
        yield segment[:-3] + "y"
    if segment.endswith(("ses", "xes", "ches", "shes", "zes")):
        yield segment[:-2]
    if segment.endswith("s"):
        yield segment[:-1]


def _models_named(stem: str, app: str) -> list[type[models.Model]]:
    """Return the models of this name: that of the view's own app, or the only one."""
    wanted = _plain(stem)
    # Some projects end the name of every model with `Model`.
    named = [model for model in _all_models() if model._meta.model_name in (wanted, f"{wanted}model")]
    own = [model for model in named if model._meta.app_label == app]
    # Addresses seldom name what Django keeps for itself, where the project has one of that name.
    others = [model for model in named if not model.__module__.startswith("django.contrib.")] or named
    return own if own or len(others) != 1 else others


def _of_segment(segment: str, stem: str, app: str) -> list[type[models.Model]]:
    """Return the model of the view's own app that the segment before says in full: `/worksessions/<session>/`."""
    longer = [one for one in map(_plain, _singulars(segment)) if one.endswith(_plain(stem)) and one != _plain(stem)]
    return [model for one in longer for model in _models_named(one, app) if model._meta.app_label == app]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _own_before_djangos(stem: str, app: str) -> list[type[models.Model]]:
    """Return the models of a name, and before those that Django brings along one of the view's own app that ends so.

    `session` is a WorkSession where the view's app has one: addresses seldom name what Django keeps for itself.
    """
    named = _models_named(stem, app)
    if named and all(one.__module__.startswith("django.contrib.") and not _is_user(one) for one in named):
        return _of_longer_name(stem, app) or named
    return named


def _is_user(model: type[models.Model]) -> bool:
    return model._meta.label_lower == settings.AUTH_USER_MODEL.lower()


def _of_longer_name(stem: str, app: str) -> list[type[models.Model]]:
    """Return the only model of the view's own app whose name ends so, or is abbreviated so.

    `unit` is an EntityUnit, `uom` a UnitOfMeasure.
    """
    wanted = stem.lower().split("_")
    own = [model for model in _all_models() if model._meta.app_label == app and not model._meta.auto_created]
    for shown in (lambda words: words[-len(wanted) :], lambda words: ["".join(word[0] for word in words)]):
        found = [model for model in own if len(words := _words(model)) > 1 and shown(words) == wanted]
        if found:
            return found if len(found) == 1 else []
    return []


def _words(model: type[models.Model]) -> list[str]:
    name = model.__name__
    words = _WORD.findall(name.removesuffix("Model") or name)
    return [one.lower() for one in words]


@lru_cache(maxsize=1)
def _all_models() -> tuple[type[models.Model], ...]:
    return tuple(apps.get_models())


def _field(model: type[models.Model], suffix: str, converter: str, pattern: str) -> str | None:
    """Return the field that the suffix names, if its type fits the converter."""
    key = model._meta.pk
    numeric = converter == "int" or (converter == "regex" and pattern in (r"\d+", "[0-9]+"))
    if suffix == _NAME_ALONE:
        # `/<event>/` of texts is the slug where there is one; a number, or a model without, has only its key.
        suffix = "slug" if converter not in ("int", "uuid") and not numeric and _has_slug(model) else "pk"
    if suffix == "pk":
        if numeric and not isinstance(key, (*_INTEGER, models.ForeignKey)):
            return None
        if converter == "uuid" and not isinstance(key, models.UUIDField):
            return _uuid_field(model)
        return "pk"
    if suffix in ("uuid", "uid") and isinstance(key, models.UUIDField):
        return "pk"
    try:
        found = model._meta.get_field(suffix)
    except FieldDoesNotExist:
        return _uuid_field(model) if suffix in ("uuid", "uid") else None
    return found.name if isinstance(found, models.Field) else None


def _has_slug(model: type[models.Model]) -> bool:
    return any(one.name == "slug" for one in model._meta.concrete_fields)


def _uuid_field(model: type[models.Model]) -> str | None:
    found = [one.name for one in model._meta.concrete_fields if isinstance(one, models.UUIDField)]
    return found[0] if len(found) == 1 else None
