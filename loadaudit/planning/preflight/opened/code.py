"""One function that may open a file, as it is looked through, and what all of them have shown."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from loadaudit.inventory.bodies.reading.types import converted
from loadaudit.inventory.bodies.reading.values import Shape
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.trees import walk
from loadaudit.planning.making.constants import named_in_code, value_in_code
from loadaudit.planning.preflight.validators import constants_in
from loadaudit.records import BodyField

_ROWS = frozenset({"row", "record", "rec", "line", "item", "entry", "one", "cells", "values", "data", "obj"})
"""What helpers call a row that they are handed."""

_LINES = frozenset({"line", "head", "header", "headline", "first", "first_line"})
UNNAMED = "column"
"""Begins what is called a column without a name."""

PASSES_ON = frozenset({"strip", "lower", "upper", "str", "title", "replace", "lstrip", "rstrip", "strptime"})


@dataclass(slots=True)
class Seen:
    """What all functions together have shown so far."""

    kinds: dict[str, None] = field(default_factory=dict)
    endings: dict[str, None] = field(default_factory=dict)
    delimiter: str = ""
    head: list[str] = field(default_factory=list)
    """Names that the first line must have, all of them in their order."""
    keys: dict[str, Shape] = field(default_factory=dict)
    """What rows are asked for by name."""
    shapes: dict[str, Shape] = field(default_factory=dict)
    members: dict[str, None] = field(default_factory=dict)
    root: str = ""
    is_list: bool = False
    under: str = ""
    unpacked: list[str] = field(default_factory=list)
    """What the code calls the values of a row whose columns have no names."""
    skips_first: bool = False
    width: int = 0
    given: dict[str, BodyField] = field(default_factory=dict)
    """Fields of the form, serializer or class that takes a row whole."""
    top: dict[str, Shape] = field(default_factory=dict)
    """Keys of a document of JSON that holds a list of rows."""
    placed: int = -1
    """The last place at which code takes a value of a row without names."""
    begins: bytes = b""
    contains: list[bytes] = field(default_factory=list)
    encoding: str = ""
    is_packed: bool = False
    """It is opened with gzip first."""

    def shape(self, name: str) -> Shape:
        """Return what is known of the values that are called so."""
        return self.shapes.setdefault(name, Shape(name=name))

    def column(self, name: str) -> Shape:
        """Return the same of a column, which there is."""
        return self.keys.setdefault(name, self.shape(name))


class Code:
    """One function as it is looked through."""

    def __init__(self, function: FunctionType, node: ast.AST, seen: Seen) -> None:
        self.seen = seen
        # In the order of the source, which is mostly that of the columns.
        self.nodes = sorted(
            map(_plain, walk(node)), key=lambda one: (getattr(one, "lineno", 0), getattr(one, "col_offset", 0))
        )
        self.known: dict[str, Any] = {**function.__globals__}
        owner = function.__globals__.get(function.__qualname__.partition(".")[0])
        self.known |= dict.fromkeys(("self", "cls"), owner) if isinstance(owner, type) else {}
        code = function.__code__
        self.rows = set(code.co_varnames[: code.co_argcount]) & _ROWS
        self.names: dict[str, Shape] = {}
        self.parsed: set[str] = set()
        self.loops = [one for one in self.nodes if isinstance(one, (ast.For, ast.comprehension))]
        for one in self.nodes:
            for target, value in pairs_of(one) if isinstance(one, ast.Assign) else ():
                if isinstance(target, ast.Name):
                    self.known.setdefault(target.id, value)

    def compares(self) -> Iterator[ast.Compare]:
        """Yield the comparisons of two sides."""
        yield from (one for one in self.nodes if isinstance(one, ast.Compare) and len(one.ops) == 1)

    def is_looped(self, name: ast.Name) -> bool:
        """Whether a name means one value after another."""
        return any(name.id in names_in(one.target) for one in self.loops)

    def is_row(self, node: ast.expr) -> bool:
        """Whether what a method is called on is one of many lines."""
        base = node.value if isinstance(node, ast.Attribute) else node
        names = {one.id for one in walk(base) if isinstance(one, ast.Name)}
        return any(names & set(names_in(one.target)) for one in self.loops) or bool(names & _LINES)

    def assigned(self, node: ast.expr) -> str:
        """Return the source of what a name was given in the function; empty of anything else."""
        held = self.known.get(node.id) if isinstance(node, ast.Name) else None
        return ast.unparse(held) if isinstance(held, ast.expr) else ""

    def texts(self, node: ast.expr) -> list[str]:
        """Return the texts of a collection of constants; of lists and tuples only what has an order."""
        if isinstance(node, (ast.Constant, ast.Subscript)):
            return []
        held = named_in_code(node, self.known)
        is_named = isinstance(held, (list, tuple, set, frozenset, dict))
        # A constant is taken whole, a set in the same order by every process.
        found = (sorted(held, key=str) if isinstance(held, (set, frozenset)) else [*held]) if is_named else []
        found = found or list(constants_in(node, self.known))
        return [str(one) for one in found] if all(isinstance(one, str) for one in found) else []

    def key(self, node: ast.AST, of: "set[str] | None" = None) -> str | None:
        """Return the name, or by its place the column, that an expression takes out of a row."""
        base: ast.AST | None = None
        key: object = None
        if isinstance(node, ast.Subscript):
            base, key = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            base, key = node.func.value, node.args[0] if node.args else None
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            base, key = node.comparators[0], node.left
        is_row = isinstance(base, ast.Name) and base.id in (self.rows if of is None else of)
        if not is_row and not (of is None and _is_document(base)):
            return None
        if isinstance(key, ast.Constant) and isinstance(key.value, int) and isinstance(node, ast.Subscript):
            return self._at(key.value)
        held = self.known.get(key.id) if isinstance(key, ast.Name) else None
        if isinstance(key, ast.Subscript) and isinstance(key.slice, ast.Constant):
            # The place of a column is looked up by its name: `row[place["price"]]`.
            key = key.slice
        elif isinstance(held, ast.Call) and called_name(held) == "index" and held.args:
            # As in `price = head.index("price")`, and `row[price]` then.
            key = held.args[0]
        text = value_in_code(key, self.known) if isinstance(key, ast.expr) else None
        return text if isinstance(text, str) and text else None

    def column(self, key: str, node: ast.AST) -> Shape:
        """Return what a key means: of a document that holds a list of rows, or of a row."""
        base = node.value if isinstance(node, ast.Subscript) else node
        base = base.func.value if isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute) else base
        is_top = self.seen.under and isinstance(base, ast.Name) and base.id in self.parsed
        return self.seen.top.setdefault(key, Shape(name=key)) if is_top else self.seen.column(key)

    def _at(self, place: int) -> str | None:
        """Return the column at a place, one without a name where no first line is known."""
        if 0 <= place < len(self.seen.head):
            return self.seen.head[place]
        if self.seen.head or place < 0 or not {"csv", "xlsx"} & self.seen.kinds.keys():
            return None
        self.seen.placed = max(self.seen.placed, place)
        return f"{UNNAMED}{place}"

    def shape(self, node: ast.AST) -> Shape | None:
        """Return the column whose value an expression is, changed in no way that matters."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if (key := self.key(node)) is not None and not isinstance(node, ast.Compare):
            return self.column(key, node)
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            outer = self.shape(node.value)
            if outer is not None:
                outer.type = "object"
                return outer.key(node.slice.value)
        if "xml" in self.seen.kinds and (name := _element(node, self.known)):
            return self.seen.column(name)
        if isinstance(node, ast.Attribute) and node.attr in ("value", "text"):
            # Of a cell or an element.
            return self.shape(node.value)
        if isinstance(node, ast.BoolOp):
            return self.shape(node.values[0])
        if isinstance(node, ast.IfExp):
            return self.shape(node.body)
        if isinstance(node, ast.List) and len(node.elts) == 1:
            return self.shape(node.elts[0])
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return self.shape(node.elt)
        if isinstance(node, ast.Call):
            inner = next(iter(node.args), None)
            if isinstance(node.func, ast.Attribute) and (held := self.shape(node.func.value)) is not None:
                return held if called_name(node) in PASSES_ON else None
            shape = self.shape(inner) if inner is not None else None
            return shape if shape is not None and _converts(called_name(node)) else None
        return None


def pairs_of(one: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    """Return what an assignment assigns to what, each of `a, b = 1, 2` by itself."""
    target, value = one.targets[0], one.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [*zip(target.elts, value.elts, strict=True)]
    return [(target, value)]


def _plain(node: ast.AST) -> ast.AST:
    """Return an assignment without its annotation."""
    if not isinstance(node, ast.AnnAssign) or node.value is None:
        return node
    return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)


def _element(node: ast.AST, known: dict[str, Any]) -> str:
    """Return the name of the element that an expression looks for in a document of XML."""
    if not (isinstance(node, ast.Call) and called_name(node) in ("find", "findtext") and node.args):
        return ""
    path = value_in_code(node.args[0], known)
    return path.rpartition("}")[2].rpartition("/")[2].rpartition(":")[2] if isinstance(path, str) else ""


def _is_document(node: ast.AST | None) -> bool:
    """Whether an expression is what JSON holds, which no name was given: `json.load(file)["title"]`."""
    return isinstance(node, ast.Call) and called_name(node) in ("load", "loads") and "json" in ast.unparse(node.func)


def names_in(node: ast.AST) -> list[str]:
    """Return the names that a target assigns."""
    return [one.id for one in walk(node) if isinstance(one, ast.Name)]


def _converts(name: str) -> bool:
    return name in PASSES_ON or converted(name, None, Shape(), [], is_certain=False)
