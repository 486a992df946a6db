"""Rows that a manager shows within a request only, as those of several tenants: which of them are an identity's own."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import DatabaseError, models

from loadaudit.inventory.source.relations import is_user_model, user_model
from loadaudit.records import Identity

_FRAMEWORKS = frozenset({"django", "rest_framework", "allauth", "guardian", "reversion", "simple_history"})
"""Packages whose models link to users without saying where these belong: groups, permissions, logs, tokens."""

_DEPTH = 3


def may_be_scoped(model: type[models.Model]) -> bool:
    """Whether the project decides which rows of a model its default manager shows."""
    manager = type(model._default_manager).get_queryset
    return not (manager.__module__ or "").startswith("django.")


def hides_rows(model: type[models.Model]) -> bool:
    """Whether a default manager refuses plain queries, or shows nothing because nobody has named a tenant.

    It then asks for nothing at all, or for rows that link to nobody; what is deleted softly is left out by a flag or
    a date.
    """
    try:
        shown = model._default_manager.all()
        query: Any = shown.query
        is_scoped = bool(query.is_empty()) or any(_links(one) for one in _conditions(query.where))
        return is_scoped and not shown.exists()
    except DatabaseError:
        return False
    except Exception:  # a manager is the project's own code and may raise anything
        return True


def _conditions(node: Any) -> Iterator[Any]:
    for one in getattr(node, "children", ()):
        yield from _conditions(one) if hasattr(one, "children") else (one,)


def _links(condition: Any) -> bool:
    target = getattr(getattr(condition, "lhs", None), "target", None)
    return bool(getattr(target, "is_relation", False))


def of_the_same(model: type[models.Model], identity: Identity) -> dict[str, object]:
    """Return the look-up of rows that lead to what an identity's user hangs on, as its tenant; empty where none does.

    Of several tenants the one counts whose link is the oldest.
    """
    ways = list(_ways(model)) if identity.user_id else []
    held = _held_by(identity, {one for _, one in ways}) if ways else {}
    return next(({path: held[one]} for path, one in ways if one in held), {})


def _ways(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    """Yield the look-ups of what rows of a model lead to along forward relations, and itself, with the models."""
    frontier: list[tuple[str, Any]] = [("", model)]
    for _ in range(_DEPTH):
        following: list[tuple[str, Any]] = []
        for path, current in frontier:
            for field in sorted(current._meta.concrete_fields, key=_leading_to, reverse=True):
                related = field.related_model
                if field.is_relation and isinstance(related, type) and not _is_nobodys(related):
                    following.append((f"{path}__{field.name}" if path else field.name, related))
        yield from following
        frontier = following
    if not _is_nobodys(model):
        yield "pk", model


def _leading_to(field: Any) -> int:
    """Return how many models link to what a column links to: most of them do to a tenant."""
    meta: Any = getattr(field.related_model, "_meta", None) if field.is_relation else None
    return len(meta.related_objects) if meta is not None else 0


def _is_nobodys(model: Any) -> bool:
    """Whether that a row links to another of this model tells nothing of whose it is, beside an owner himself."""
    return is_user_model(model) or model.__module__.partition(".")[0] in _FRAMEWORKS


def _held_by(identity: Identity, wanted: Collection[Any]) -> dict[Any, object]:
    """Return which rows of the wanted models a user's own row, or one that belongs to it alone, links to: the keys."""
    users: Any = user_model()
    user = users._base_manager.filter(pk=identity.user_id).first()
    held: dict[Any, object] = {}
    for model, key in _linked_to(user, wanted) if user is not None else ():
        if key is not None and model in wanted:
            held.setdefault(model, key)
    return held


def _linked_to(user: Any, wanted: Collection[Any]) -> Iterator[tuple[Any, object]]:
    for field in user._meta.concrete_fields:
        if field.is_relation:
            yield field.related_model, getattr(user, field.attname)
    for relation in user._meta.related_objects:
        model = relation.related_model
        links = [one for one in model._meta.concrete_fields if one.is_relation and one.related_model in wanted]
        if not relation.many_to_many and (links or model in wanted) and not _is_nobodys(model):
            row = model._base_manager.filter(**{relation.field.name: user.pk}).order_by("pk").first()
            yield from ((one.related_model, getattr(row, one.attname)) for one in links if row is not None)
            yield model, row.pk if row is not None else None
    for field in (*user._meta.many_to_many, *(one for one in user._meta.related_objects if one.many_to_many)):
        name = field.field.name if field.auto_created else field.remote_field.name
        if field.related_model in wanted and name:
            row = field.related_model._base_manager.filter(**{name: user.pk}).order_by("pk").first()
            yield field.related_model, row.pk if row is not None else None
