"""How the file that an upload wants is laid out, by the code that opens it."""

import ast
import pydoc
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from inspect import getattr_static
from types import FunctionType
from typing import Any

from loadaudit.inventory.bodies.reading.values import field_of
from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.making.constants import value_in_code
from loadaudit.planning.preflight.opened.code import UNNAMED, Code, Seen
from loadaudit.planning.preflight.opened.kinds import note_kind
from loadaudit.planning.preflight.opened.rows import note_head, note_rows
from loadaudit.planning.preflight.opened.uses import note_made, note_names, note_uses
from loadaudit.planning.preflight.opened.wholes import note_contents, note_wholes
from loadaudit.planning.preflight.states import with_helpers
from loadaudit.planning.preflight.validators import functions_behind
from loadaudit.planning.preflight.view_code import FRAMEWORKS, class_of, view_at, with_services
from loadaudit.records import BodyField, Operation

_SIDES = re.compile(r"(?:^|[\W_])(?P<side>w|h)(?:idth|eight)?$", re.IGNORECASE)
_MOST_FUNCTIONS = 60
_MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What an uploaded file has to look like, as far as code tells."""

    kind: str
    """`csv`, `xlsx`, `json`, `jsonl`, `zip`, `xml`, `lines` of one length, `text` that begins in a certain way."""
    endings: tuple[str, ...] = ()
    """Of names of files that the code names, with their dots."""
    delimiter: str = ","
    columns: tuple[BodyField, ...] = ()
    """Of a table, or keys of the objects of JSON, or elements of XML."""
    is_list: bool = False
    """A JSON document is a list of such objects."""
    under: str = ""
    """Key of the JSON document whose list has the objects."""
    around: tuple[BodyField, ...] = ()
    """Other keys of that document."""
    begins: bytes = b""
    contains: tuple[bytes, ...] = ()
    encoding: str = "utf-8"
    is_packed: bool = False
    """It is packed with gzip."""
    members: tuple[str, ...] = ()
    """Names of files in an archive."""
    root: str = ""
    """Name of the outermost element of XML."""
    width: int = 0
    """Characters of each line, where they are counted."""
    has_head: bool = True
    """The first line of a table has the names of its columns."""


def layout_of(operation: Operation, path: str, name: str) -> Layout | None:
    """Return how the code behind an operation reads the file that a field takes; None where it tells nothing.

    Never raises.
    """
    try:
        return layout_behind(operation.body.source, view_at(path), operation.view, name)
    except Exception:  # classes of the project may do anything when they are looked at
        return None


def least_pixels(operation: Operation, path: str, name: str) -> tuple[int, int] | None:
    """Return the width and the height that code compares those of a picture with; None where it tells none."""
    try:
        return pixels_behind(operation.body.source, view_at(path), operation.view, name)
    except Exception:  # classes of the project may do anything when they are looked at
        return None


@lru_cache(maxsize=512)
def pixels_behind(source: str, view: Any, place: str, name: str) -> tuple[int, int] | None:
    """Return the same of a view, a body's source, the dotted path of a view and a field."""
    found: dict[str, int] = {}
    for function in _functions(source, view, place, name):
        node = function_node(function.__code__)
        for one in walk(node) if node is not None else ():
            if isinstance(one, ast.Compare) and len(one.ops) == 1:
                least = value_in_code(one.comparators[0], function.__globals__)
                side = _side_of(ast.unparse(one.left))
                if side and isinstance(least, int) and isinstance(one.ops[0], (ast.Lt, ast.LtE, ast.NotEq, ast.GtE)):
                    found[side] = max(found.get(side, 0), least)
    if not found:
        return None
    width, height = found.get("w") or found["h"], found.get("h") or found["w"]
    return width, height


def _side_of(text: str) -> str:
    match = _SIDES.search(text)
    return "" if match is None else "w" if match["side"] in "wW" else "h"


@lru_cache(maxsize=512)
def layout_behind(source: str, view: Any, place: str, name: str) -> Layout | None:
    """Return the same of a view, a body's source, the dotted path of a view and a field."""
    found, functions = Seen(), list(_functions(source, view, place, name))
    parts = [Code(one, node, found) for one in functions if (node := function_node(one.__code__)) is not None]
    for step in (note_kind, note_contents, note_head, note_rows, note_names, note_made, note_uses, note_wholes):
        # What one function tells of a column another may use under its own name.
        for part in parts:
            step(part)
    kind = _kind_of(found)
    if not kind:
        return None
    names, has_head = _names(found)
    fields = {one: found.given.get(one) or field_of(found.shape(one), "string") for one in names}
    return Layout(
        kind=kind,
        endings=tuple(found.endings),
        delimiter=found.delimiter or ",",
        columns=tuple(fields.values())[:_MOST_COLUMNS],
        is_list=found.is_list,
        under=found.under,
        around=tuple(field_of(one, "string") for name, one in found.top.items() if name != found.under),
        members=tuple(found.members),
        root=found.root,
        width=found.width,
        has_head=has_head,
        begins=found.begins,
        contains=tuple(found.contains),
        # What opens an archive is handed it as it is, whatever else is unpacked.
        is_packed=found.is_packed and kind not in ("zip", "xlsx"),
        encoding=found.encoding or "utf-8",
    )


def _names(found: Seen) -> tuple[list[str], bool]:
    """Return the names of columns, and whether the first line has them."""
    keys = [one for one in found.keys if one != found.under and not _is_unnamed(one)]
    known = [*dict.fromkeys([*found.head, *keys, *found.given])]
    if known:
        return known, True
    places = [f"{UNNAMED}{place}" for place in range(found.placed + 1)]
    return found.unpacked or places, found.skips_first


def _is_unnamed(name: str) -> bool:
    return name.removeprefix(UNNAMED).isdigit()


def _kind_of(found: Seen) -> str:
    """Return the kind of the file; of several, an archive has the others in it, and a table is the smallest."""
    usual = ("zip", "csv", "xlsx", "xml", "jsonl", "json")
    other = "lines" if found.width else "text" if found.begins else ""
    return next((kind for kind in usual if kind in found.kinds), other)


def _functions(source: str, view: Any, place: str, name: str) -> Iterator[FunctionType]:
    """Yield the functions that may look at a file: those of its form or view, and of the project what they call."""
    seen: dict[FunctionType, None] = {}
    waiting = [one for one, _ in functions_behind(source, view, name)]
    named = pydoc.locate(place)
    # What REST framework hands on has come through a parser.
    parsers = getattr(class_of(view), "parser_classes", None) or ()
    waiting += [one.parse for one in parsers if isinstance(getattr(one, "parse", None), FunctionType)]
    # Of ninja's views only the name leads to the function.
    waiting += [named] if isinstance(named, FunctionType) and named not in waiting else []
    while waiting and len(seen) < _MOST_FUNCTIONS:
        one = waiting.pop(0)
        if one in seen or one.__module__.startswith(FRAMEWORKS):
            continue
        seen[one] = None
        helpers = [*with_services(with_helpers([one])), *_of_the_same_class(one), *_made_by(one), *_registered(one)]
        waiting += [each for each in helpers if isinstance(each, FunctionType)]
    yield from seen


def _registered(function: FunctionType) -> Iterator[Any]:
    """Yield the functions of a table that code chooses from, as `IMPORTERS[kind](rows)`."""
    for name in function.__code__.co_names:
        held = function.__globals__.get(name)
        yield from held.values() if type(held) is dict else ()


def _made_by(function: FunctionType) -> Iterator[Any]:
    """Yield how objects of the project's own classes begin that a function makes, as importers of their own."""
    for name in function.__code__.co_names:
        owner = function.__globals__.get(name)
        if isinstance(owner, type) and not owner.__module__.startswith(FRAMEWORKS) and not hasattr(owner, "_meta"):
            yield getattr_static(owner, "__init__", None)


def _of_the_same_class(function: FunctionType) -> Iterator[FunctionType]:
    owner = function.__globals__.get(function.__qualname__.partition(".")[0])
    for name in function.__code__.co_names if isinstance(owner, type) else ():
        held = getattr_static(owner, name, None)
        held = getattr(held, "__func__", held)
        if isinstance(held, FunctionType):
            yield held
