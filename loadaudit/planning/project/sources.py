"""Calls what the project declared, and makes values and bodies of what comes back."""

import inspect
import json
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from loadaudit.errors import named
from loadaudit.load.script import is_file, uploads_of
from loadaudit.planning.payloads.bodies import encoded
from loadaudit.planning.project.bounded import TooLongError, called
from loadaudit.planning.project.registry import (
    REGISTRY,
    BodySource,
    Provider,
    Registry,
    code_of,
    names_view,
    short,
)
from loadaudit.records import BodyKind, Identity, Operation, Payload, Risk

_AS_IT_LIES = re.compile(r"^<.+>$", re.DOTALL)
_WANTED = "expected a text, a number, a row or what str() makes a part of an address of"
MOST_VALUES = 50
"""Values taken of a provider, which may yield without end."""

LONGEST_S = 20.0
"""Time for one call of what the project declared."""

DECLARED = "body at "
"""How the origin of a body begins that the project gave."""

_STUCK: dict[str, str] = {}
"""By place, what did not come to its end in this process."""

T = TypeVar("T")

_FORM_KINDS = (BodyKind.FORM, BodyKind.MULTIPART)


class DeclaredError(LookupError):
    """What the project declared did not work; the text names the file and line."""


def excluded_because(operation: Operation, registry: Registry = REGISTRY) -> str:
    """Return why the project leaves an operation out, or empty."""
    for one in registry.excludes:
        if names_view(one.view, operation):
            return f"left out at {one.place}: {one.because}"
    return ""


def providers_for(operation: Operation, registry: Registry = REGISTRY) -> list[Provider]:
    """Return the providers of an operation's parameters, at most one for each; those for the view go first."""
    names = {one.name for one in operation.parameters}
    taken: set[str] = set()
    found = []
    for one in sorted(registry.providers, key=lambda one: not one.view):
        means_it = not one.view or names_view(one.view, operation)
        if means_it and names.issuperset(one.names) and not taken.intersection(one.names):
            taken.update(one.names)
            found.append(one)
    return found


def is_promised(operation: Operation, registry: Registry = REGISTRY) -> bool:
    """Whether an operation goes to nothing but what providers name: it destroys, and they say what it may destroy."""
    return operation.risk is Risk.DESTRUCTIVE and bool(providers_for(operation, registry))


def provided(provider: Provider, identity: Identity) -> list[Mapping[str, object]]:
    """Return values by parameter, one mapping per value. Raises DeclaredError when there is none."""
    what = f"the provider of {', '.join(provider.names)}"
    return _bounded(lambda: _rows(provider, identity, what), what, provider.place)


def _rows(provider: Provider, identity: Identity, what: str) -> list[Mapping[str, object]]:
    values = _values(provider, identity)
    if not values:
        raise DeclaredError(f"{what} at {provider.place} yields no value for {identity.role}")
    rows: list[Mapping[str, object]] = []
    for value in values:
        row = (value,) if len(provider.names) == 1 else value
        if not isinstance(row, (tuple, list)) or len(row) != len(provider.names):
            raise DeclaredError(f"{what} at {provider.place} yields {value!r}; expected a tuple of that many values")
        if any(_has_no_text(_plain(one)) for one in row):
            raise DeclaredError(
                f"{what} at {provider.place} yields {_told(value)}, which no address can hold; {_WANTED}"
            )
        rows.append({name: _plain(one) for name, one in zip(provider.names, row, strict=True)})
    return rows


def _values(provider: Provider, identity: Identity) -> list[Any]:
    made = _called(provider.source, identity)
    if made is None or isinstance(made, (str, bytes, int, Model)) or not isinstance(made, Iterable):
        made = [] if made is None else [made]
    if isinstance(made, QuerySet):
        # Which would fetch all of its rows to yield the first.
        made = made[:MOST_VALUES]
    return list(islice(made, MOST_VALUES))


def declared_payload(operation: Operation, identity: Identity, registry: Registry = REGISTRY) -> Payload | None:
    """Return the body that the project declared for an operation, or None. Raises DeclaredError."""
    one = _declared_body(operation, registry)
    if one is None:
        return None
    return _bounded(partial(_payload, one, operation, identity), f"the body of {one.view}", one.place)


def has_declared_body(operation: Operation, registry: Registry = REGISTRY) -> bool:
    """Whether the project declared a body for an operation."""
    return _declared_body(operation, registry) is not None


def _declared_body(operation: Operation, registry: Registry) -> BodySource | None:
    found = (one for one in registry.bodies if names_view(one.view, operation))
    return next((one for one in found if one.method in ("", operation.method)), None)


def _payload(one: BodySource, operation: Operation, identity: Identity) -> Payload:
    made = _with_keys(_called(one.source, identity))
    form = operation.body.kind in _FORM_KINDS if one.form is None else one.form
    origin = f"{DECLARED}{one.place}"
    if not isinstance(made, Mapping):
        if form or not isinstance(made, (list, tuple)):
            found = type(made).__name__
            raise DeclaredError(f"the body of {one.view} at {one.place} must be a dictionary, found {found}")
        return Payload(kind=BodyKind.JSON, document=json.dumps(made, default=str), origin=origin)
    uploads = tuple(one for name, value in made.items() if _has_files(value) for one in uploads_of(name, value))
    values = {name: value for name, value in made.items() if not _has_files(value)}
    kind = BodyKind.FORM if form or uploads else BodyKind.JSON
    return replace(encoded(replace(operation.body, kind=kind, many=False), values, uploads), origin=origin)


def _with_keys(made: Any) -> Any:
    """Return what was made with the keys of rows in their places, as forms and APIs take them."""
    if isinstance(made, Model):
        return made.pk
    if isinstance(made, QuerySet):
        return [one.pk for one in made[:MOST_VALUES]]
    if isinstance(made, Mapping):
        return {name: _with_keys(value) for name, value in made.items()}
    # A tuple may be a file behind its name, which stays one.
    return type(made)(map(_with_keys, made)) if type(made) in (list, tuple) else made


def _has_files(value: object) -> bool:
    return all(map(is_file, value)) if isinstance(value, list) and value else is_file(value)


def _called(source: Any, identity: Identity) -> Any:
    if not callable(source):
        return source
    return finished(source(identity) if _takes_one(source) else source())


def _bounded(made: Callable[[], T], what: str, place: str) -> T:
    """Return what the project's own code makes. Raises DeclaredError when it raises, or does not come to its end."""
    if place in _STUCK:
        raise DeclaredError(_STUCK[place])
    call = called(made, LONGEST_S)
    if isinstance(call.error, TooLongError):
        # Not called again for the next operation, which would wait as long.
        _STUCK[place] = f"{what} at {place} did not come to its end within {LONGEST_S:g} s{where(call.error)}"
        raise DeclaredError(_STUCK[place]) from call.error
    if isinstance(call.error, DeclaredError):
        raise call.error
    if call.error is not None:
        raise _declared(call.error, what, place) from call.error
    return call.values[0]


def _takes_one(function: Any) -> bool:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        return any(one.kind in kinds for one in inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False


def _declared(error: BaseException, what: str, place: str) -> DeclaredError:
    return DeclaredError(f"{what} at {place} raised {described(error)}")


def finished(made: T) -> T:
    """Return what a function of the project's made. Raises TypeError when that is only to be waited for."""
    if inspect.iscoroutine(made):
        made.close()
    if inspect.iscoroutine(made) or inspect.isasyncgen(made):
        raise TypeError("the function is asynchronous, and nobody waits for it: write it without async")
    return made


def described(error: BaseException, within: Sequence[str] = ()) -> str:
    """Return an exception in one line, with the innermost line of the project's own file, or of `within`."""
    return f"{named(error)}{where(error, within)}"


def where(error: BaseException, within: Sequence[str] = ()) -> str:
    """Return the innermost place of an exception in the project's own file, or in `within`, in brackets, or empty."""
    then = error.frames if isinstance(error, TooLongError) else None
    return _place(then or traceback.extract_tb(error.__traceback__), within)


def own_files(function: Callable[..., object]) -> list[str]:
    """Return the file of a function, where it has one."""
    code = code_of(function)
    return [code.co_filename] if code is not None else []


def where_now(thread_id: int, within: Sequence[str] = ()) -> str:
    """Return where a thread is in the project's own file, or in `within`, in brackets, or empty."""
    frame = sys._current_frames().get(thread_id)
    return _place(traceback.extract_stack(frame), within) if frame is not None else ""


def _place(frames: Sequence[traceback.FrameSummary], within: Sequence[str]) -> str:
    own = [one for one in frames if one.filename in within] or [one for one in frames if "loadtests" in one.filename]
    return f" ({short(own[-1].filename)}:{own[-1].lineno})" if own else ""


def _has_no_text(value: object) -> bool:
    """Whether Python writes a value only as what it is and where in memory it lies, or it is none at all."""
    return (
        value is None
        or isinstance(value, Mapping)
        or (not isinstance(value, str) and _AS_IT_LIES.search(str(value)) is not None)
    )


def _told(value: object) -> str:
    """Return a value as Python writes it, without where in memory it lies, which is elsewhere each time."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _plain(value: object) -> object:
    return value.pk if isinstance(value, Model) else value
