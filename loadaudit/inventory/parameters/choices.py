"""Values that a parameter may have: those that its pattern lists, and those that its view compares it with."""

import ast
import re
import types
from collections.abc import Iterable, Iterator
from functools import lru_cache

from loadaudit.inventory.methods.clues import is_own
from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.texts import keys_in, text_of, texts_in
from loadaudit.inventory.source.trees import constants, function_node, mentioned, walk

_MOST = 12
_MAX_DEPTH = 3
_LISTED = re.compile(r"\^?(?:\((?:\?:)?)?([\w-]+(?:\|[\w-]+)*)\)?\$?")
_CHANGES = frozenset({"lower", "upper", "strip", "casefold", "title"})
_COMPARISONS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def choices_of(
    name: str, pattern: str, functions: Iterable[types.FunctionType], bound_to: type | None
) -> tuple[str, ...]:
    """Return the texts that the URL parameter may be, in the order in which they are written; empty if unknown."""
    listed = _LISTED.fullmatch(pattern)
    if listed:
        return tuple(dict.fromkeys(listed[1].split("|")))[:_MOST]
    found: dict[str, None] = {}
    for function in functions:
        found |= dict.fromkeys(_compared(function, bound_to, name))
    fitting = [one for one in found if one and "/" not in one and _fits(pattern, one)]
    return tuple(fitting)[:_MOST]


def _fits(pattern: str, text: str) -> bool:
    try:
        return not pattern or re.fullmatch(pattern, text) is not None
    except re.error:
        return False


@lru_cache(maxsize=1024)
def _compared(
    function: types.FunctionType, bound_to: type | None, name: str, depth: int = _MAX_DEPTH
) -> tuple[str, ...]:
    code = function.__code__
    if name not in mentioned(code) and name not in constants(code) and name not in code.co_varnames:
        return ()
    node = function_node(code)
    return tuple(_Comparisons(Scope(function, bound_to), name, depth).read(node)) if node is not None else ()


class _Comparisons:
    """Goes through one function and helpers that get the parameter for what it is compared with or looked up in."""

    def __init__(self, scope: Scope, parameter: str, depth: int) -> None:
        self._scope = scope
        self._parameter = parameter
        self._depth = depth
        self._held = {parameter}

    def read(self, root: ast.AST) -> Iterator[str]:
        for node in walk(root):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                if self._holds(node.value):
                    self._held.add(node.targets[0].id)
            elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _COMPARISONS):
                pairs = [(node.left, node.comparators[0]), (node.comparators[0], node.left)]
                # `"-" in token` looks for a part of it, and one number alone may be the first of all.
                several = isinstance(node.ops[0], (ast.In, ast.NotIn))
                for one, other in pairs[:1] if several else pairs:
                    if self._holds(one):
                        yield from texts_in(self._scope, other, several=several)
            elif isinstance(node, ast.Subscript) and self._holds(node.slice):
                yield from keys_in(self._scope, node.value)
            elif isinstance(node, ast.Match) and self._holds(node.subject):
                yield from _cases(node)
            elif isinstance(node, ast.Call):
                yield from self._of_call(node)

    def _of_call(self, call: ast.Call) -> Iterator[str]:
        """Yield the keys of what it is looked up in by `get()`, and what a helper compares it with."""
        if isinstance(call.func, ast.Attribute) and call.func.attr == "get" and call.args and self._holds(call.args[0]):
            yield from keys_in(self._scope, call.func.value)
        if self._depth <= 0:
            return
        places = [place for place, one in enumerate(call.args) if self._holds(one)]
        names = [one.arg for one in call.keywords if one.arg and self._holds(one.value)]
        helper = self._scope.value(call.func) if places or names else None
        helper = getattr(helper, "__func__", helper)
        if not isinstance(helper, types.FunctionType) or not is_own(helper):
            return
        arguments = Scope(helper).arguments
        for name in (*names, *(arguments[place] for place in places if place < len(arguments))):
            yield from _compared(helper, self._scope.bound_to, name, self._depth - 1)

    def _holds(self, node: ast.expr) -> bool:
        """Whether an expression is the parameter, such as `vote`, `self.kwargs["vote"]` or `vote.lower()`."""
        if isinstance(node, ast.Name):
            return node.id in self._held
        if isinstance(node, ast.Subscript):
            return _is_kwargs(node.value) and text_of(node.slice) == self._parameter
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "get" and node.args:
                return _is_kwargs(node.func.value) and text_of(node.args[0]) == self._parameter
            return node.func.attr in _CHANGES and self._holds(node.func.value)
        return False


def _cases(node: ast.Match) -> Iterator[str]:
    for case in node.cases:
        patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
        for one in patterns:
            if isinstance(one, ast.MatchValue) and (text := text_of(one.value)) is not None:
                yield text


def _is_kwargs(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "kwargs") or (
        isinstance(node, ast.Attribute) and node.attr == "kwargs"
    )
