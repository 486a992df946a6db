"""Source of one function as a syntax tree: only its own lines are parsed, once per code object."""

import ast
import dis
import linecache
import operator
import types
from functools import lru_cache
from typing import Any

_READ = frozenset(
    {ast.Assign, ast.Call, ast.Compare, ast.Attribute, ast.If, ast.Return, ast.Raise, ast.Assert}
    | {ast.Match, ast.Import, ast.ImportFrom}
)
_LEAVES = frozenset({ast.Constant, ast.MatchSingleton, ast.Name, ast.Global, ast.Nonlocal, ast.alias})
_NO_NODES = frozenset(
    {"ctx", "op", "ops", "attr", "arg", "name", "module", "level", "kind", "type_comment"}
    | {"conversion", "is_async", "simple", "kwd_attrs", "rest"}
)

_LINE_OF = operator.itemgetter(2)
_IMPORT = dis.opmap["IMPORT_NAME"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


# Syntax trees are large; what is read from them is cached by the readers, and is small.
@lru_cache(maxsize=256)
def function_node(code: types.CodeType) -> FunctionNode | None:
    """Return the syntax tree of the function with this code, or None when its source cannot be read."""
    lines = linecache.getlines(code.co_filename)
    start = code.co_firstlineno - 1
    if not 0 <= start < len(lines):
        return None
    block = lines[start : _end(lines, code)]
    # An indented block parses behind `if 1:`, strings with less indentation in it included.
    head = "if 1:\n" if block[:1] and block[0][:1].isspace() else ""
    try:
        tree = ast.parse(head + "".join(block))
    except (SyntaxError, ValueError):
        return _from_whole_file(code)
    return _named(tree, code.co_name) or _from_whole_file(code)


@lru_cache(maxsize=256)
def function_nodes(code: types.CodeType) -> tuple[ast.AST, ...]:
    """Return the nodes of a whole function that readers look at, none when its source cannot be read."""
    root = function_node(code)
    return () if root is None else read_nodes(root)


def read_nodes(root: ast.AST) -> tuple[ast.AST, ...]:
    """Return the assignments, calls, comparisons, attributes and statements below a node in source order.

    An assignment comes after the calls inside it, so that they do not yet know its name.
    """
    found: list[Any] = [node for node in walk(root) if node.__class__ in _READ]
    found.sort(key=lambda one: 2 * one.lineno + (one.__class__ is ast.Assign))
    return tuple(found)


def walk(root: ast.AST) -> list[ast.AST]:
    """Return a node and all below it, without operators and contexts, which nobody reads.

    A fifth of the time of `ast.walk`: in a large project this walk is much of the inventory's work.
    """
    found = [root]
    for node in found:
        for name in _BELOW[node.__class__]:
            value = getattr(node, name)
            if value.__class__ is list:
                found += value if None not in value else [one for one in value if one is not None]
            elif value is not None:
                found.append(value)
    return found


class _Below(dict[type[ast.AST], tuple[str, ...]]):
    """The names of the fields that hold nodes, by the class of nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = () if kind in _LEAVES else tuple(name for name in kind._fields if name not in _NO_NODES)
        self[kind] = fields
        return fields


_BELOW = _Below()


def _end(lines: list[str], code: types.CodeType) -> int:
    """Return the number of the function's last line: behind its last statement until the indentation ends.

    A text in the source may have less indentation; then the block does not parse, and the whole file is read.
    """
    last = min(_last_line(code), len(lines))
    first = lines[code.co_firstlineno - 1]
    depth = len(first) - len(first.lstrip())
    while last < len(lines):
        text = lines[last].lstrip()
        if text and len(lines[last]) - len(text) <= depth and text[0] not in ")]}#":
            break
        last += 1
    return last


def _last_line(code: types.CodeType) -> int:
    """Return the line on which the last statement begins, those of functions inside included."""
    last = max(filter(None, map(_LINE_OF, code.co_lines())), default=0)
    return max(code.co_firstlineno, last, *map(_last_line, nested_codes(code)))


@lru_cache(maxsize=1024)
def nested_codes(code: types.CodeType) -> tuple[types.CodeType, ...]:
    """Return the code objects of functions, lambdas and comprehensions written inside this one."""
    return tuple([const for const in code.co_consts if const.__class__ is types.CodeType])


def _named(tree: ast.Module, name: str) -> FunctionNode | None:
    # Breadth first, so that a function comes before those inside it that have its name.
    outermost = tree.body[0].body if isinstance(tree.body[0], ast.If) else tree.body
    for statement in outermost:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == name:
            return statement
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return node
        if isinstance(node, ast.Lambda) and name == "<lambda>":
            return node
    return None


def _from_whole_file(code: types.CodeType) -> FunctionNode | None:
    return _file_index(code.co_filename).get((code.co_firstlineno, code.co_name))


@lru_cache(maxsize=64)
def _file_index(filename: str) -> dict[tuple[int, str], FunctionNode]:
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):
        return {}
    index: dict[tuple[int, str], FunctionNode] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            index[first, node.name] = node
        elif isinstance(node, ast.Lambda):
            index.setdefault((node.lineno, "<lambda>"), node)
    return index


@lru_cache(maxsize=1024)
def mentioned(code: types.CodeType) -> frozenset[str]:
    """Return every name that the code and the functions inside it use, without parsing anything."""
    names = set(code.co_names) | set(code.co_freevars)
    for nested in nested_codes(code):
        names |= mentioned(nested)
    return frozenset(names)


@lru_cache(maxsize=1024)
def local_names(code: types.CodeType) -> frozenset[str]:
    """Return the names that the code, or a function inside it, assigns."""
    own = frozenset((*code.co_varnames, *code.co_cellvars))
    return own.union(*(local_names(nested) for nested in nested_codes(code)))


@lru_cache(maxsize=1024)
def has_import(code: types.CodeType) -> bool:
    """Whether the code, or a function inside it, imports anything itself, which its globals do not show."""
    return _IMPORT in code.co_code[::2] or any(has_import(nested) for nested in nested_codes(code))


@lru_cache(maxsize=1024)
def constants(code: types.CodeType) -> frozenset[object]:
    """Return every constant of the code and of the functions inside it."""
    found: set[object] = set()
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            found |= constants(const)
        else:
            found.add(const)
    return frozenset(found)
