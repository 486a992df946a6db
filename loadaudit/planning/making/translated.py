"""Rows whose texts stand in another table, one row of it for each language, and are set through the row itself.

As django-parler keeps them: nobody sees a row that has none in any language.
"""

import inspect
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation

from loadaudit.planning.making.fields import fields_of

_LANGUAGE = "language_code"


def texts_of(model: type[models.Model]) -> Iterator[Any]:
    """Yield the columns of other tables that are set through attributes of a row of the model."""
    for relation in model._meta.related_objects:
        link: Any = relation.field
        if _is_of_languages(link):
            columns = fields_of(link.model, (), "plain")
            yield from (one for one in columns if one.name != _LANGUAGE and _is_set_through(link, one.name))


def row_of_texts(model: type[models.Model]) -> Any:
    """Return the column by which rows of a table of texts belong to what they translate; None of any other table."""
    links = (one for one in model._meta.concrete_fields if one.is_relation and _is_of_languages(one))
    return next(links, None)


def usual_language() -> str:
    """Return the language in which a project answers whoever asks for none: `en` where it has no `en-us`."""
    try:
        return translation.get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def language_of_pages() -> AbstractContextManager[Any]:
    """Speak the language in which a project answers whoever asks for none."""
    return translation.override(usual_language())


def _is_of_languages(link: Any) -> bool:
    """Whether a column leads from a text in one language to the row through which it is set."""
    columns = {one.name for one in link.model._meta.concrete_fields} - {link.name, "id"}
    return _LANGUAGE in columns and any(_is_set_through(link, one) for one in columns - {_LANGUAGE})


def _is_set_through(link: Any, name: str) -> bool:
    owner = link.related_model
    own = {one.name for one in owner._meta.get_fields()}
    found = inspect.getattr_static(owner, name, None) if isinstance(owner, type) and name not in own else None
    return hasattr(type(found), "__set__") and not isinstance(found, property)
