"""Headers that the project's own middleware asks of every request, as for a tenant, and what they may hold."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from types import FunctionType

from django.conf import settings
from django.utils.module_loading import import_string

from loadaudit.planning.keys.compared import columns_compared, header_reads
from loadaudit.planning.keys.doors import is_of_http, is_secret_setting, name_of_header
from loadaudit.planning.keys.made import keys_told
from loadaudit.planning.naming import value_by_name
from loadaudit.planning.preflight.by_names import rows_for
from loadaudit.planning.preflight.looked_up import looked_up_with
from loadaudit.planning.preflight.view_code import FRAMEWORKS, words_of
from loadaudit.records import Identity, Trace

_VALUES = 3
_MOST_HEADERS = 4
_MOST_LINES = 12
_SECRET = re.compile(r"key|token|secret|credential", re.IGNORECASE)

Asked = dict[str, list[FunctionType]]
"""Name of a header → the functions of the middleware that reads it."""


def headers_of_middleware() -> Asked:
    """Return the headers that the project's own middleware reads and that are none of HTTP's. Never raises."""
    found: Asked = {}
    for path in settings.MIDDLEWARE:
        try:
            functions = functions_of(import_string(path)) if not path.startswith((*FRAMEWORKS, "loadaudit.")) else []
            for text in (each for one in functions for each in header_reads(one)):
                found.setdefault(name_of_header(text), functions)
        except Exception:  # modules of the project may do anything when they are imported
            continue
    named = [one for one in found if not is_of_http(one)]
    return {one: found[one] for one in named[:_MOST_HEADERS]}


def lines_for(asked: Asked, identity: Identity, trace: Trace | None) -> Iterator[tuple[str, ...]]:
    """Yield header lines with which a middleware may let requests through, one header alone before several.

    `trace` is of a request that was turned away. Reads the database.
    """
    columns = [one for name, functions in asked.items() for one in columns_compared(functions, name)]
    for model in dict.fromkeys(model for model, _ in columns):
        told = keys_told(model) if any(_SECRET.search(name) for name in asked) else {}
        if lines := tuple(f"{name}: {told[plain]}" for name in asked if (plain := _plain(name)) in told):
            yield lines
    values = {name: _values(name, functions, identity, trace) for name, functions in asked.items()}
    alone = [(f"{name}: {value}",) for name, held in values.items() for value in held]
    known = [[f"{name}: {value}" for value in held] for name, held in values.items() if held]
    together = product(*known) if len(known) > 1 else ()
    yield from islice((*alone, *together), _MOST_LINES)


def functions_of(middleware: object) -> list[FunctionType]:
    """Return the methods of a middleware's classes, or a function that makes one and those in it."""
    if isinstance(middleware, FunctionType):
        return [middleware]
    classes = [one for one in getattr(middleware, "__mro__", ()) if not str(one.__module__).startswith(FRAMEWORKS)]
    held = [getattr(each, "__func__", each) for one in classes for each in vars(one).values()]
    return [one for one in held if isinstance(one, FunctionType)]


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").removeprefix("x_")


def _values(name: str, functions: Sequence[FunctionType], identity: Identity, trace: Trace | None) -> list[object]:
    plain = _plain(name)
    columns = [(model._meta.label, column) for model, column in columns_compared(functions, name)]
    columns += looked_up_with([plain], trace).values()
    found = [value for label, column in columns for value in rows_for(identity, of_all=True)(label, column)[:_VALUES]]
    if not found and is_secret_setting(plain.upper()):
        words = {word for one in functions for word in words_of(one.__code__) if is_secret_setting(word)}
        found = [value for word in sorted(words) if isinstance(value := getattr(settings, word, None), str) and value]
    if not found:
        view = f"{functions[0].__module__}.view"
        found = [one for turn in range(_VALUES) if (one := value_by_name(plain, view, identity, turn)) is not None]
    return list(dict.fromkeys(found))[:_VALUES]
