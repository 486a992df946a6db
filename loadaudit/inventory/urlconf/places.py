"""Where a pattern is written: file and line of its entry in a URLconf, looked up only for a message."""

import ast
import linecache
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadaudit.inventory.urlconf.walk import Part


_MAKERS = frozenset({"path", "re_path", "url"})
_TELLING = 2
"""Length of texts that may stand anywhere in a file: `^`, `^$`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One call such as `path("text", view, name="name")`."""

    text: str
    line: int
    mentioned: frozenset[str]
    """Names and last names of attributes in the call: the view is one of them."""
    name: str


def place_of(parts: "Sequence[Part]", *, view: str = "", name: str = "") -> tuple[str, int]:
    """Return file and line of the entry that the parts end in.

    `view` is the last name of its view and `name` its URL name, which tell equal texts in one file apart. What a
    router made has no entry of its own: then the place is that of the closest include. Where a loop or a function
    makes them all, it is the text that is handed to it, or else the list of patterns.
    """
    fallback = ""
    for part in reversed(parts):
        file = _file_of(part.module)
        fallback = fallback or file
        entries = [one for one in _entries(file) if one.text == part.text] if file else []
        if entries:
            # Of equals the last one, because that is the one that is not reached.
            best = max(entries, key=lambda one: ((view in one.mentioned) + (bool(name) and one.name == name), one.line))
            return file, best.line
        if len(part.text) > _TELLING and (line := _texts(file).get(part.text)) is not None:
            return file, line
        view = name = ""
    return fallback, _line_of_list(fallback)


def _file_of(module: str) -> str:
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return file if file.endswith(".py") else ""


@lru_cache(maxsize=64)
def _entries(file: str) -> tuple[_Entry, ...]:
    return tuple(_entries_of(_tree(file)))


@lru_cache(maxsize=64)
def _texts(file: str) -> dict[str, int]:
    """Return the line on which each text of a file stands last."""
    nodes = (one for one in ast.walk(_tree(file)) if isinstance(one, ast.Constant))
    return {text: one.lineno for one in nodes if (text := _constant(one))}


@lru_cache(maxsize=64)
def _line_of_list(file: str) -> int:
    """Return the line of the call that makes patterns of no written text, else that of `urlpatterns`; 0 without a file.

    Where nothing of the kind is written it is the first one.
    """
    nodes = list(ast.walk(_tree(file)))
    made = [one for one in nodes if isinstance(one, ast.Call) and _name(one.func) in _MAKERS and _text(one) is None]
    listed = [one for one in nodes if isinstance(one, ast.Name) and one.id == "urlpatterns"]
    return min((one.lineno for one in made or listed), default=1 if file else 0)


def _tree(file: str) -> ast.Module:
    try:
        return ast.parse("".join(linecache.getlines(file)) if file else "")
    except (SyntaxError, ValueError):
        return ast.parse("")


def _name(function: ast.expr) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _entries_of(tree: ast.Module) -> Iterator[_Entry]:
    for node in ast.walk(tree):
        text = _text(node) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or text is None:
            continue
        named = [_constant(keyword.value) or "" for keyword in node.keywords if keyword.arg == "name"]
        mentioned = frozenset(getattr(one, "attr", getattr(one, "id", "")) for one in ast.walk(node))
        yield _Entry(text=text, line=node.lineno, mentioned=mentioned, name=named[0] if named else "")


def _text(call: ast.Call) -> str | None:
    """Return the text of `path("text", …)`, also inside a translation call."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Call) and len(first.args) == 1:
        first = first.args[0]
    return _constant(first)


def _constant(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
