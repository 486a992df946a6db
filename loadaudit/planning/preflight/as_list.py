"""A body as a list, where an error says that the whole of it has to be one: of what was sent, or of keys of rows."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model

from loadaudit.planning.preflight.amended import CORRECTED
from loadaudit.planning.preflight.by_names import model_behind
from loadaudit.planning.preflight.judge import Try, tables_read
from loadaudit.planning.rows import reachable_values
from loadaudit.records import BodyKind, Operation, Payload

_A_LIST = re.compile(
    r"\bexpected an? (?:json )?(?:list|array)\b(?: of \w+)?[ ,]{1,2}but (?:got|received) (?:type )?\W{0,3}"
    r"(?:an? )?(?:dict|object|NoneType)"
    r"|\b(?:body|payload|json|data|input) (?:must|should|has to|needs to) (?:be|contain) "
    r"an? (?:json )?(?:list|array)\b",
    re.IGNORECASE,
)
_NO_KEY = re.compile(r"\bexpected an? (?:dictionary|object)\b|\bmust be (?:an )?objects?\b", re.IGNORECASE)
_NO_OBJECT = re.compile(r"expected pk value|valid (?:integer|id|uuid)|unhashable type", re.IGNORECASE)
_ANY_KEY = 1
_TRIED: tuple[list[int], ...] = ([], [_ANY_KEY])


def as_list(operation: Operation, one: Try, said: str, variant: int) -> Payload | None:
    """Return the body of a try as a list, each variant another one; None where nothing asks for one. Never raises."""
    if one.payload is None or one.payload.kind is not BodyKind.JSON:
        return None
    sent = json.loads(one.payload.document)
    try:
        documents = [each for each in _documents(operation, one, said, sent) if each != sent]
    except Exception:  # managers are the project's own code
        return None
    if not 0 < variant <= len(documents):
        return None
    made, origin = json.dumps(documents[variant - 1], default=str), one.payload.origin.removesuffix(CORRECTED)
    return Payload(kind=BodyKind.JSON, document=made, origin=f"{origin}{CORRECTED}")


def _documents(operation: Operation, one: Try, said: str, sent: Any) -> Iterator[list[Any]]:
    is_object, is_list = isinstance(sent, dict), isinstance(sent, list)
    of_keys = is_list and bool(sent) and not isinstance(sent[0], dict)
    if is_object and _A_LIST.search(said):
        rows = {"id": key} if (key := _key(operation, one)) is not None else {}
        yield from [[key]] if operation.method == "DELETE" and rows else []
        yield from [[{**sent, **rows}]] if sent or rows else []
        yield from [[key]] if rows else [[]]
    elif of_keys and _NO_KEY.search(said):
        yield [{"id": each} for each in sent]
    elif sent in _TRIED and one.payload is not None and one.payload.origin.endswith(CORRECTED):
        # Which rows it takes shows in the table that it reads for them.
        yield [_key(operation, one) or _ANY_KEY]
    elif is_list and not of_keys and _NO_OBJECT.search(said) and (key := _key(operation, one)) is not None:
        yield [key]


def _key(operation: Operation, one: Try) -> Any:
    """Return the key of the newest row that a list may name: of the body's model, or of a table that was read."""
    read = tables_read(one)
    named = (model for model in apps.get_models() if model._meta.db_table in read and model._meta.app_label != "auth")
    model: type[Model] | None = model_behind(operation) or next(named, None)
    keys = reachable_values(model, "pk", one.identity) if model is not None else []
    return max(keys) if keys and all(isinstance(each, int) for each in keys) else next(iter(keys), None)
