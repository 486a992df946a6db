"""A form whose fields code takes from one JSON text in it, as middleware does for bodies that come with files."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import FunctionType
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.asked_of_all import functions_of
from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.amended import CORRECTED
from loadaudit.planning.preflight.corrections import complaints
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.plain_words import empty_columns
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.view_code import FRAMEWORKS
from loadaudit.planning.project.sources import DECLARED
from loadaudit.records import BodyField, BodyKind, Operation, Pair, Payload

_NUMBERS = frozenset({"integer", "number"})
_FORMS = (BodyKind.FORM, BodyKind.MULTIPART)


def in_json_text(operation: Operation, one: Try) -> Payload | None:
    """Return the form with its fields in the text from which middleware takes them; None where nothing speaks for it.

    That is a field which was sent and is missed all the same.
    """
    if one.payload is None or one.payload.kind not in _FORMS or one.payload.origin.startswith(DECLARED):
        return None
    sent = {each.name: each.value for each in one.payload.pairs}
    if one.answer is None or not texts_of_middleware() or not _misses(one.answer, sent):
        return None
    name = next((each for each in texts_of_middleware() if each not in sent), "")
    if not name:
        return None
    facts = {each.name: each for each in operation.body.fields}
    document = json.dumps({each: _typed(facts.get(each), value) for each, value in sent.items()})
    pairs = (Pair(name=name, value=document),)
    origin = f"{one.payload.origin.removesuffix(CORRECTED)}, as JSON in {name}{CORRECTED}"
    return replace(one.payload, kind=BodyKind.MULTIPART, pairs=pairs, origin=origin)


def _misses(answer: Answer, sent: Mapping[str, str]) -> bool:
    """Whether an answer misses what was sent: a `KeyError`, an empty column, or the words of an error."""
    exception = answer.trace.exception if answer.trace is not None else None
    said = said_of(answer)
    if exception is not None:
        return (exception.type == "KeyError" and said.strip("'\"") in sent) or bool(empty_columns(said, sent))
    return any(each.missing and each.field in sent for each in complaints(answer, sent))


def _typed(fact: BodyField | None, value: str) -> Any:
    """Return a value of a form as JSON has it."""
    kind = fact.type if fact is not None else ""
    if kind == "boolean" or value == "on":
        return value.lower() in ("on", "true", "1")
    if kind in _NUMBERS or value.isdecimal() or value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:  # a mark stands for the number, or it only looks like JSON
            return value
    return value


def texts_of_middleware() -> tuple[str, ...]:
    """Return the names of what the project's own middleware takes out of a form and reads as JSON. Never raises."""
    return _texts(tuple(settings.MIDDLEWARE))


@lru_cache(maxsize=8)
def _texts(paths: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for path in paths:
        try:
            functions = functions_of(import_string(path)) if not path.startswith((*FRAMEWORKS, "loadaudit.")) else []
            found |= dict.fromkeys(name for one in functions for name in _read(one))
        except Exception:  # modules of the project may do anything when they are imported
            continue
    return tuple(found)


def _read(function: FunctionType) -> Iterator[str]:
    """Yield the names of `request.POST.get("json")` in a function that reads JSON."""
    if not {"loads", "POST"} <= {*function.__code__.co_names}:
        return
    node = function_node(function.__code__)
    for one in walk(node) if node is not None else ():
        if isinstance(one, ast.Call) and called_name(one) == "get" and one.args:
            owner = one.func.value if isinstance(one.func, ast.Attribute) else None
            key = one.args[0]
            is_form = isinstance(owner, ast.Attribute) and owner.attr == "POST"
            if is_form and isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value
