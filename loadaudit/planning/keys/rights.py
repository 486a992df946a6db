"""Rights of a key that its model keeps beside it: rows that it is good for, and lists of what it may do."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from django.db import models

from loadaudit.inventory.source.relations import choices_of

_ACTIONS = re.compile(r"permission|action|method|right|operation|verb|scope|level", re.IGNORECASE)
"""Stands in the names of constants that say what may be done."""

_SCOPES = re.compile(r"(?:\w+_)?scopes?")
_LEVEL = re.compile(
    r"(?:^|_)(?:permissions?|rights?|roles?|scopes?|(?:access|permission)?_?level|access)$", re.IGNORECASE
)
"""Names of columns of which one choice says how much a key may do."""

_MOST = (r"super", r"admin", r"full", r"all\b", r"owner", r"manage", r"delete", r"write")
"""What such a choice is called that may do much, the most first."""

_FLAG = re.compile(
    r"(?:^|_)(?:super|full|admin|unrestricted)(?:_|$)|^(?:has_)?all_(?:access|permissions|scopes)$|^(?:can|may|allows?)_",
    re.IGNORECASE,
)
"""Names of flags that let a key do more."""

_MOST_ROWS = 50


def may_lack_rights(model: type[models.Model]) -> bool:
    """Whether keys of a model open no more than what stands in other columns, or in links to many rows."""
    return bool(model._meta.many_to_many) or any(
        _words_for(one) or _most_of(one) is not None for one in model._meta.concrete_fields
    )


def give_rights(row: Any) -> None:
    """Let a key be good for all rows, and do all that the constants of its model's module name.

    Raises whatever the project's code raises.
    """
    changed = []
    for column in row._meta.concrete_fields:
        if words := _words_for(column):
            setattr(row, column.name, _all_of(column, words))
            changed.append(column.name)
        elif (most := _most_of(column)) is not None:
            setattr(row, column.name, most)
            changed.append(column.name)
    if changed:
        row.save(update_fields=changed)
    for relation in row._meta.many_to_many:
        if relation.remote_field.through._meta.auto_created:
            getattr(row, relation.name).set(relation.related_model._base_manager.order_by("pk")[:_MOST_ROWS])


def _words_for(column: Any) -> list[str]:
    """Return what a column that holds several words may hold: its choices, or a constant called like it."""
    if _is_text_of_scopes(column):
        return _scopes(column.model)
    if _default(column) not in ({}, []):
        return []
    base = getattr(column, "base_field", None)
    if base is not None and base.choices:
        return [str(value) for value, _ in choices_of(base)]
    name = column.name.lower().rstrip("s")
    return next((words for key, words in _constants(column.model) if key.lower().rstrip("s").endswith(name)), [])


def _most_of(column: Any) -> object:
    """Return the choice with which a key may do most, or True for such a flag; None where a column tells no right.

    Levels that are numbers rise, as they are there to be compared.
    """
    if isinstance(column, models.BooleanField):
        return True if _FLAG.search(column.name) else None
    if not column.choices or _LEVEL.search(column.name) is None:
        return None
    choices = list(column.flatchoices)
    if all(isinstance(value, int) for value, _ in choices):
        return max(value for value, _ in choices)
    known = (value for word in _MOST for value, label in choices if re.search(rf"\b{word}", f"{value} {label}", re.I))
    return next(known, None)


def _is_text_of_scopes(column: Any) -> bool:
    """Whether a column holds scopes as OAuth writes them: words with blanks between them (RFC 6749, 3.3)."""
    is_text = isinstance(column, (models.CharField, models.TextField)) and not column.choices
    return is_text and _SCOPES.fullmatch(column.name) is not None


def _scopes(model: type[models.Model]) -> list[str]:
    """Return the words that constants with `SCOPE` in their names have in the modules of a model's package."""
    package = model.__module__.rpartition(".")[0] or model.__module__
    loaded = [one for name, one in sorted(sys.modules.items()) if name == package or name.startswith(f"{package}.")]
    found: dict[str, None] = {}
    for key, value in (pair for module in loaded for pair in sorted(vars(module).items())):
        several = value if isinstance(value, (tuple, list, set, frozenset, dict)) else (value,)
        if key == key.upper() and "SCOPE" in key:
            found |= dict.fromkeys(one for one in several if isinstance(one, str) and re.fullmatch(r"[\w:./-]+", one))
    return list(found)


def _all_of(column: Any, words: list[str]) -> Any:
    if _is_text_of_scopes(column):
        return " ".join(words)[: column.max_length]
    if _default(column) == []:
        return words
    actions = [found for key, found in _constants(column.model) if _ACTIONS.search(key) and found != words]
    most = max(actions, key=len, default=[])
    return dict.fromkeys(words, most or True)


def _default(column: Any) -> Any:
    """Return what a column has where nobody gives it a value, of those that hold several words."""
    kind: Callable[[], Any] | None = column.default if column.default in (dict, list) else None
    return kind() if kind is not None else None


def _constants(model: type[models.Model]) -> Iterator[tuple[str, list[str]]]:
    """Yield names and words of the lists and choices that a model and its module have."""
    for key, value in [*vars(model).items(), *vars(inspect.getmodule(model)).items()]:
        if isinstance(value, type) and issubclass(value, Enum):
            yield key, [one.value for one in value if isinstance(one.value, str)]
        elif isinstance(value, (tuple, list)) and value and key == key.upper():
            firsts = [one[0] if isinstance(one, (tuple, list)) and one else one for one in value]
            if all(isinstance(one, str) for one in firsts):
                yield key, [str(one) for one in firsts]
