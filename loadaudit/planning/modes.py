"""Writes that bring a session into a mode, as one for the staff, without which the project's middleware changes it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType

from django.conf import settings
from django.utils.module_loading import import_string

from loadaudit.planning.asked_of_all import functions_of
from loadaudit.planning.preflight.session_keys import keys_in, session_keys_at
from loadaudit.planning.preflight.view_code import FRAMEWORKS, words_of
from loadaudit.planning.values import fill
from loadaudit.records import Operation, Risk

_MOST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A write that puts into the session what the project's middleware looks for."""

    operation_id: str
    path: str
    keys: tuple[str, ...]


def modes_among(operations: Iterable[Operation]) -> tuple[Mode, ...]:
    """Return the writes with neither parameters nor a body that put a key into the session that a middleware reads."""
    read = keys_of_middleware()
    found = []
    for one in operations if read else ():
        if one.method != "POST" or one.parameters or one.body.fields or one.risk is Risk.DESTRUCTIVE:
            continue
        path = fill(one.route, {})
        if keys := sorted(session_keys_at(path, "POST").set & read):
            found.append(Mode(operation_id=one.id, path=path, keys=tuple(keys)))
    return tuple(found[:_MOST])


def leaving(operations: Sequence[Operation]) -> frozenset[str]:
    """Return the ids of writes that take a mode out of the session: under load they would end it for what follows."""
    keys = {key for one in modes_among(operations) for key in one.keys}
    found = set()
    for one in operations if keys else ():
        if one.method == "POST" and not one.parameters:
            found |= {one.id} if session_keys_at(fill(one.route, {}), "POST").taken_out & keys else set()
    return frozenset(found)


def keys_of_middleware() -> frozenset[str]:
    """Return the keys of the session that the project's own middleware reads. Never raises."""
    found: set[str] = set()
    for path in settings.MIDDLEWARE:
        try:
            own = functions_of(import_string(path)) if not path.startswith((*FRAMEWORKS, "loadaudit.")) else []
            found |= keys_in(dict.fromkeys((*own, *_called(own)))).read
        except Exception:  # modules of the project may do anything when they are imported
            continue
    return frozenset(found)


def _called(functions: Iterable[FunctionType]) -> Iterator[FunctionType]:
    """Yield what pieces of code call by a name of their module, those inside them as well."""
    for one in functions:
        for name in words_of(one.__code__):
            helper = one.__globals__.get(name)
            if isinstance(helper, FunctionType) and not helper.__module__.startswith(FRAMEWORKS):
                yield helper
