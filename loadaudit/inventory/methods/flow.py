"""What a function does with each HTTP method, by following its source with `request.method` known."""

import ast
import types
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from loadaudit.inventory.methods.statements import End, Path
from loadaudit.inventory.source.handlers import NOT_OPERATIONS, STANDARD_METHODS, class_methods
from loadaudit.inventory.source.scope import MISSING, Scope
from loadaudit.inventory.source.trees import constants, function_node, mentioned
from loadaudit.inventory.source.unwrap import is_view_class, plain_function

MAX_DEPTH = 3

_BODY_NAMES = frozenset({"POST", "FILES", "body"})
_CLUES = frozenset({"method", "as_view", "HttpResponseNotAllowed", "MethodNotAllowed"}) | _BODY_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """What the source of a function tells about HTTP methods."""

    compared: frozenset[str] = frozenset()
    """Methods that it names in a comparison."""
    rejected: frozenset[str] = frozenset()
    """Methods that every way through it refuses, while another method gets through."""
    reads_body: bool = False
    delegates: bool = False
    """It hands the request to a class-based view."""
    readable: bool = True

    @property
    def silent(self) -> bool:
        """Whether the source says nothing about methods."""
        return not (self.compared or self.rejected or self.reads_body or self.delegates)


def method_facts(function: types.FunctionType, bound_to: type | None = None) -> MethodFacts:
    """Read what `function` does with each method; `bound_to` is the class that its `self` is of."""
    return _facts(function, _closest(function, bound_to), MAX_DEPTH)


def _closest(function: types.FunctionType, bound_to: type | None) -> type | None:
    """Return Django's own class for a method that the subclass leaves alone: a hundred ModelAdmins share it."""
    for base in bound_to.__mro__ if bound_to is not None else ():
        if base.__dict__.keys() & mentioned(function.__code__):
            return base if base.__module__.startswith("django.") else bound_to
    return bound_to


@lru_cache(maxsize=16384)
def _facts(function: types.FunctionType, bound_to: type | None, depth: int) -> MethodFacts:
    if not has_clues(function, bound_to, depth):
        return MethodFacts(readable=function_node(function.__code__) is not None or _is_small(function))
    scope = Scope(function, bound_to)
    if scope.node is None:
        return MethodFacts(readable=False)
    # The first argument of a view is its request, whatever it is called.
    if scope.arguments:
        scope.request_names |= {scope.arguments[0]}
    follower = Follower(scope=scope, depth=depth)
    follower.gather()
    ends = {"GET": follower.ends("GET")}
    if follower.depends:
        ends |= {method: follower.ends(method) for method in STANDARD_METHODS[1:]}
    for method in sorted(follower.compared - set(ends) - NOT_OPERATIONS):
        ends[method] = follower.ends(method)
    rejected = frozenset(method for method, end in ends.items() if end == End.REJECTS)
    return MethodFacts(
        compared=frozenset(follower.compared - NOT_OPERATIONS),
        rejected=frozenset() if len(rejected) == len(ends) else rejected,
        reads_body=follower.reads_body,
        delegates=follower.delegates,
    )


def _is_small(function: types.FunctionType) -> bool:
    return bool(function.__code__.co_filename) and not function.__code__.co_filename.startswith("<")


def has_clues(function: types.FunctionType, bound_to: type | None, depth: int) -> bool:
    """Whether the code, or a helper that it may call, mentions anything that has to do with methods."""
    return _has_clues(function, bound_to, depth)


@lru_cache(maxsize=16384)
def _has_clues(function: types.FunctionType, bound_to: type | None, depth: int) -> bool:
    names = mentioned(function.__code__)
    if names & _CLUES or 405 in constants(function.__code__):
        return True
    if depth <= 0:
        return False
    methods = _methods_of(bound_to)
    for name in names:
        for helper, owner in ((function.__globals__.get(name), None), (methods.get(name), bound_to)):
            own = isinstance(helper, types.FunctionType) and helper is not function and _is_own(helper)
            if own and _has_clues(helper, owner, depth - 1):
                return True
    return False


@lru_cache(maxsize=4096)
def _methods_of(owner: type | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(owner.__mro__ if owner is not None else ()):
        for name, value in base.__dict__.items():
            found[name] = getattr(value, "__wrapped__", value)
    return found


def _is_own(helper: types.FunctionType) -> bool:
    # Django's shortcuts take the request too, but none of them looks at its method.
    module = helper.__module__ or ""
    return not module.startswith("django.") or module.startswith(("django.contrib.", "django.views."))


@dataclass(slots=True)
class Follower:
    """Follows one function; the facts that do not depend on the method gather on the way."""

    scope: Scope
    depth: int
    compared: set[str] = field(default_factory=set)
    reads_body: bool = False
    delegates: bool = False
    depends: bool = False

    def gather(self) -> None:
        """Note what is the same for every method: a body that is read, comparisons, helpers with the request."""
        path = Path(method="GET", judge=self)
        for node in self.scope.nodes:
            if isinstance(node, ast.Attribute) and node.attr in _BODY_NAMES:
                self.reads_body |= self.scope.is_request(node.value)
            elif isinstance(node, ast.Compare) and len(node.ops) == 1:
                path.compare(node.left, node.ops[0], node.comparators[0])
            elif isinstance(node, ast.Call) and path.gets_request(node):
                self.call(node, "GET", gets_request=True)
        self.depends = False

    def ends(self, method: str) -> int:
        """Return how the function may end when it is asked with `method`."""
        node = self.scope.node
        if node is None:
            return End.ANSWERS
        path = Path(method=method, judge=self)
        if isinstance(node, ast.Lambda):
            return path.answer(node.body)
        return path.block(node.body)

    def call(self, node: ast.Call, method: str, gets_request: bool) -> int:
        """Return how a call may end that gets the request, looking into helpers and class-based views."""
        made = self._as_view_class(node.func)
        if made is not None:
            return self._class_view(made, method)
        target = self.scope.value(node.func)
        function = plain_function(target) if target is not MISSING and not isinstance(target, type) else None
        if function is None or self.depth <= 0 or not gets_request or not _is_own(function):
            return End.ANSWERS
        return self._helper(function, node, method)

    def _helper(self, function: types.FunctionType, node: ast.Call, method: str) -> int:
        function = _innermost(function)
        is_method = isinstance(node.func, ast.Attribute) and (
            isinstance(node.func.value, ast.Call) or getattr(node.func.value, "id", "") in ("self", "cls")
        )
        facts = _facts(function, self.scope.bound_to if is_method else None, self.depth - 1)
        self.compared |= facts.compared
        self.reads_body |= facts.reads_body
        self.delegates |= facts.delegates
        self.depends |= bool(facts.rejected)
        return End.REJECTS if method in facts.rejected else End.ANSWERS

    def _as_view_class(self, called: ast.expr) -> type | None:
        """Return the class in `Class.as_view(…)`."""
        if not (isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute)):
            return None
        if called.func.attr != "as_view":
            return None
        found = self.scope.value(called.func.value)
        return found if is_view_class(found) else None

    def _class_view(self, made: type, method: str) -> int:
        self.delegates = self.depends = True
        methods = class_methods(made, {}, None)
        self.compared |= set(methods)
        return End.ANSWERS if method in methods else End.REJECTS


def _innermost(function: types.FunctionType) -> types.FunctionType:
    for _ in range(MAX_DEPTH):
        inner = getattr(function, "__wrapped__", None)
        if not isinstance(inner, types.FunctionType):
            break
        function = inner
    return function
