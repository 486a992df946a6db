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
    router made has no entry of its own: then the place is that of the closest include. Line 0 when none is written.
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
        view = name = ""
    return fallback, 0


def _file_of(module: str) -> str:
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return file if file.endswith(".py") else ""


@lru_cache(maxsize=64)
def _entries(file: str) -> tuple[_Entry, ...]:
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return ()
    return tuple(_entries_of(tree))


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
