"""What a function does with each HTTP method, by following its source with `request.method` known."""

import ast
import types
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from loadaudit.inventory.methods.clues import BODY_NAMES, has_clues, has_file, has_true_source, is_own
from loadaudit.inventory.methods.conditions import Mark, Reading, Spelled, may_spell
from loadaudit.inventory.methods.declared import declared_methods, methods_let_through
from loadaudit.inventory.methods.ends import (
    End,
    Walk,
    are_alike,
    instead_of_handlers,
    is_refused,
    perhaps_refused_of,
    rejected_of,
    unanswered_of,
)
from loadaudit.inventory.methods.given import Given
from loadaudit.inventory.methods.handed import Bound, Held, handed
from loadaudit.inventory.methods.owners import closest_owner, shared_owner
from loadaudit.inventory.methods.predicates import only_refuses, truth_of
from loadaudit.inventory.methods.pruned import pruned
from loadaudit.inventory.methods.reached import reads
from loadaudit.inventory.methods.refusals import is_refusing_response
from loadaudit.inventory.methods.statements import Path
from loadaudit.inventory.source.guards import guards_of
from loadaudit.inventory.source.handlers import STANDARD_METHODS
from loadaudit.inventory.source.scope import MISSING, Scope
from loadaudit.inventory.source.trees import function_node, local_names
from loadaudit.inventory.source.unwrap import Unwrapped, is_view_class, plain_function, unwrapped
from loadaudit.records.making import quickly_made

MAX_DEPTH = 3

# Keys of a table or parts of a text are methods only if somebody registered or at least used them as such.
_METHODS = frozenset(STANDARD_METHODS) | frozenset(
    {"COPY", "LINK", "LOCK", "MKCALENDAR", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "PURGE", "QUERY"}
    | {"REPORT", "SEARCH", "UNLINK", "UNLOCK"}
)

_USUAL = frozenset({"GET", "HEAD", "OPTIONS"})
"""Whoever names only these tells reading from everything else."""
_DECIDING = frozenset({ast.Raise, ast.Assert, ast.Match})


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """What the source of a function tells about HTTP methods."""

    compared: frozenset[str] = frozenset()
    """Methods that it names in a comparison."""
    rejected: frozenset[str] = frozenset()
    """Methods that every way through it refuses, while another method gets through."""
    perhaps: frozenset[str] = frozenset()
    """Methods that it refuses in some places to which another method never gets."""
    raised: frozenset[str] = frozenset()
    """Those of the rejected that it refuses by an exception."""
    refuses_all: bool = False
    """It does nothing but refuse."""
    unanswered: frozenset[str] = frozenset()
    """Methods that come to its end without an answer, while another method gets one; read of a view only."""
    apart: frozenset[str] = frozenset()
    """Methods with an answer of their own, which GET never gets, from a function that reads the body."""
    instead: frozenset[str] = frozenset()
    """Methods that it names and always answers itself, in places that lead to no handler."""
    reads_body: bool = False
    delegates: bool = False
    """It hands the request to a class-based view."""
    readable: bool = True

    @property
    def silent(self) -> bool:
        """Whether the source says nothing about methods."""
        return not (self.compared or self.rejected or self.reads_body or self.delegates)


NO_FACTS = MethodFacts()
"""Of a function that names nothing which has to do with methods, as most do."""
_UNREADABLE = MethodFacts(readable=False)


def method_facts(
    function: types.FunctionType,
    bound_to: type | None = None,
    *,
    is_guard: bool = False,
    instance: object = None,
    given: Given | None = None,
) -> MethodFacts:
    """Read what `function` does with each method; its `self` is `instance`, or else of the class `bound_to`.

    What answers apart is read of a guard only, which may answer instead of the view. What is `given` rules out
    branches.
    """
    if instance is None:
        closest = closest_owner(function, bound_to) if given is None else shared_owner(function, bound_to, MAX_DEPTH)
        return _facts(function, closest, MAX_DEPTH, None, is_guard, given)
    owner: type = type(instance)
    request = [(name, Mark.REQUEST) for name in function.__code__.co_varnames[1:2]]
    return _facts(function, owner, MAX_DEPTH, (("self", Held(instance)), *request), is_guard)


@lru_cache(maxsize=1024)
def refuses(function: types.FunctionType, bound_to: type, method: str, given: Given) -> bool:
    """Whether a handler of the class refuses the method that it is for on every way through it."""
    follower = _follower(function, bound_to, MAX_DEPTH, None, given)
    return follower is not None and is_refused(follower.walk(method).end)


@lru_cache(maxsize=1024)
def _facts(
    function: types.FunctionType,
    bound_to: type | None,
    depth: int,
    bound: Bound | None,
    is_guard: bool = False,
    given: Given | None = None,
) -> MethodFacts:
    if not has_clues(function, bound_to, depth) and not bound:
        is_readable = has_file(function) or function_node(function.__code__) is not None
        return NO_FACTS if is_readable else _UNREADABLE
    follower = _follower(function, bound_to, depth, bound, given)
    if follower is None:
        return _UNREADABLE
    follower.gather()
    may_answer = is_guard and (follower.reads_body_itself or follower.compared)
    may_run_out = bound is None and not is_guard and follower.reads_body_or_method and follower.ends_open
    walks = _walks(follower) if follower.may_refuse or may_answer or may_run_out else {}
    rejected = rejected_of(walks)
    refuses_all = bool(walks) and len(rejected) == len(walks)
    apart = [method for method, one in walks.items() if one.answers - walks["GET"].answers]
    return MethodFacts(
        compared=frozenset(follower.compared & _METHODS),
        rejected=frozenset() if refuses_all else rejected,
        perhaps=perhaps_refused_of(walks) if is_guard else frozenset(),
        raised=frozenset(method for method, one in walks.items() if one.end == End.RAISES),
        refuses_all=refuses_all,
        unanswered=unanswered_of(walks) if may_run_out else frozenset(),
        apart=frozenset(apart if follower.reads_body_itself else ()),
        instead=instead_of_handlers(walks, follower.compared, follower.scope.nodes),
        reads_body=follower.reads_body_of_post(),
        delegates=follower.delegates,
    )


def _walks(follower: "Follower") -> dict[str, Walk]:
    """Walk through the function with every method that may go a way of its own."""
    found = {"GET": follower.walk("GET")}
    twins: dict[str, str] = {}
    if follower.depends:
        for method in STANDARD_METHODS[1:]:
            twin = next((one for one in found if are_alike(one, method, follower.compared)), None)
            if twin is not None:
                twins[method] = twin
            found[method] = found[twin] if twin is not None else follower.walk(method)
    else:
        found = dict.fromkeys(STANDARD_METHODS, found["GET"])
    for method, twin in twins.items():
        # What only a later walk came upon may tell them apart after all.
        if not are_alike(method, twin, follower.compared):
            found[method] = follower.walk(method)
    for method in sorted((follower.compared & _METHODS) - set(found)):
        found[method] = follower.walk(method)
    return found


def _follower(
    function: types.FunctionType, bound_to: type | None, depth: int, bound: Bound | None, given: Given | None = None
) -> "Follower | None":
    """Return what follows the function, or None when its source cannot be read."""
    if not has_true_source(function.__code__):
        return None
    part = pruned(function, bound_to, given) if given is not None else None
    scope = Scope(function, bound_to, part=part)
    names = {name for name, value in bound or () if value is Mark.REQUEST}
    if bound is None and scope.arguments:
        # The first argument of a view is its request, whatever it is called.
        names = {scope.arguments[0]}
    scope.request_names |= names
    for name, value in bound or ():
        if isinstance(value, Held):
            scope.hold(name, value.value)
    return Follower(scope=scope, depth=depth, bound=bound or (), given=given)


@dataclass(slots=True)
class Follower:
    """Follows one function; the facts that do not depend on the method gather on the way."""

    scope: Scope
    depth: int
    bound: Bound = ()
    given: Given | None = None
    compared: set[str] = field(default_factory=set)
    reads_body: bool = False
    reads_body_itself: bool = False
    delegates: bool = False
    depends: bool = False
    may_refuse: bool = False
    """It raises, asserts, matches, sets a status, or makes a call that need not be inert."""
    _helpers: dict[ast.Call, types.FunctionType | None] = field(default_factory=dict)
    _refusing: dict[ast.Call, bool] = field(default_factory=dict)
    _inert: dict[ast.Call, bool] = field(default_factory=dict)

    def gather(self) -> None:
        """Note what is the same for every method: a body that is read, comparisons, helpers with the request."""
        path = self.path("GET")
        decorators = getattr(self.scope.node, "decorator_list", ())
        node: Any  # compared by its class, which costs half of isinstance() and narrows no type
        for node in self.scope.nodes:
            kind = node.__class__
            if kind is ast.Attribute:
                if node.attr in BODY_NAMES:
                    self.reads_body_itself |= path.is_request(node.value)
                self.may_refuse |= node.attr == "status_code"
            elif kind is ast.Call:
                if node not in decorators and not self.is_inert(node):
                    self.may_refuse = True
                    self._gather_call(node, path)
            elif kind is ast.Assign:
                if len(node.targets) == 1:
                    path.learn(node.targets[0], node.value)
            elif kind in _DECIDING:
                self.may_refuse = True
            elif kind is ast.Compare and len(node.ops) == 1:
                path.compare(node.left, node.ops[0], node.comparators[0])
        self.reads_body |= self.reads_body_itself
        self.depends = False

    def reads_body_of_post(self) -> bool:
        """Whether a POST gets to where the body is read, and not only a method that is named beside it."""
        if not (self.reads_body and self.compared - _USUAL) or "POST" in self.compared:
            return self.reads_body
        path = self.path("POST")
        return reads(self.scope.node, BODY_NAMES, path, lambda call: self._helper_reads_body(call, path))

    def _helper_reads_body(self, call: ast.Call, path: Path) -> bool:
        if self.is_inert(call):
            return False
        self.reads_body = False
        self._gather_call(call, path)
        return self.reads_body

    @property
    def reads_body_or_method(self) -> bool:
        """Whether the function itself has to do with methods."""
        return self.reads_body_itself or bool(self.compared)

    @property
    def ends_open(self) -> bool:
        """Whether its last statement is none that always ends it."""
        body = getattr(self.scope.node, "body", None)
        return isinstance(body, list) and not isinstance(body[-1], (ast.Return, ast.Raise))

    def _gather_call(self, node: ast.Call, path: Path) -> None:
        path.table_entry(node)
        made = self._made_class(node, path)
        if made is not None:
            self._class_view(made, "GET")
        elif self._helper_in(node) is not None and path.gets_request(node):
            self.call(node, path)

    def path(self, method: str) -> Path:
        """Return a walk for one method, with what the caller handed to the parameters."""
        plain = ((name, value) for name, value in self.bound if not isinstance(value, Held))
        known = {name: Spelled(method) if value is Mark.METHOD else value for name, value in plain}
        return Path(method=method, judge=self, known=known)

    def walk(self, method: str) -> Walk:
        """Go through the function as a request with the method does."""
        node, path = self.scope.node, self.path(method)
        if node is None:
            return Walk(End.ANSWERS, path.answers, path.refusals)
        end = path.answer(node.body) if isinstance(node, ast.Lambda) else path.block(node.body)
        return Walk(end, path.answers, path.refusals)

    def is_inert(self, node: ast.Call) -> bool:
        """Whether a call has nothing to do with methods, whichever it is and whatever the local names hold."""
        known = self._inert.get(node)
        if known is None:
            known = self._inert[node] = (
                not may_spell(node, local_names(self.scope.function.__code__))
                and self._helper_in(node) is None
                and not self.refuses(node)
            )
        return known

    def refuses(self, node: ast.Call) -> bool:
        """Whether a call makes a response that refuses, whatever the method."""
        known = self._refusing.get(node)
        if known is None:
            known = self._refusing[node] = is_refusing_response(node, self.scope)
        return known

    def call(self, node: ast.Call, reading: Reading) -> int:
        """Return how a call may end, looking into helpers and class-based views that get the request."""
        made = self._made_class(node.func, reading)
        if made is not None:
            return self._class_view(made, reading.method)
        function = self._helper_in(node)
        if function is None:
            return End.ANSWERS
        view = unwrapped(self._target(node.func))
        if view.view_class is not None:
            return self._class_view(view.view_class, reading.method)
        if not reading.gets_request(node):
            always = _facts(function, self._owner(node), self.depth - 1, ()).refuses_all
            return End.REJECTS if always else End.ANSWERS
        return self._guarded(view, node, reading)

    def _helper_in(self, node: ast.Call) -> types.FunctionType | None:
        """Return the project's function that is called, or None where there is nothing to look into."""
        found = self._helpers.get(node, MISSING)
        if found is MISSING:
            target = self._target(node.func) if self.depth > 0 else MISSING
            function = plain_function(target) if target is not MISSING else None
            found = self._helpers[node] = function if function is not None and is_own(function) else None
        return found  # type: ignore[no-any-return]

    def _target(self, called: ast.expr) -> Any:
        """Return what is called: `view`, or the view in `decorator(view)`."""
        if isinstance(called, ast.Call) and len(called.args) == 1:
            inner = self.scope.value(called.args[0])
            return inner if isinstance(inner, types.FunctionType) else MISSING
        found = self.scope.value(called)
        return MISSING if isinstance(found, type) else found

    def _guarded(self, view: Unwrapped, node: ast.Call, reading: Reading) -> int:
        """Return how a helper or view may end behind the decorators around it."""
        for wrapper in guards_of(view):
            allowed = declared_methods(wrapper)
            if allowed is None:
                continue
            self.compared |= allowed
            self.depends = True
            if reading.method not in allowed:
                return End.REJECTS
        function = plain_function(view.target)
        return self._helper(function, node, reading) if function is not None else End.ANSWERS

    def _helper(self, function: types.FunctionType, node: ast.Call, reading: Reading) -> int:
        owner = self._owner(node)
        given = replace(self.given, is_direct=False) if self.given is not None and owner is not None else None
        shared = shared_owner(function, owner, self.depth - 1)
        facts = _facts(function, shared, self.depth - 1, handed(function, node, reading), given=given)
        self.compared |= facts.compared
        self.reads_body |= facts.reads_body
        self.delegates |= facts.delegates
        self.depends |= bool(facts.rejected)
        if facts.refuses_all or reading.method in facts.rejected:
            return End.RAISES if reading.method in facts.raised else End.REJECTS
        return End.ANSWERS

    def _owner(self, node: ast.Call) -> type | None:
        """Return the class that `self` means in a method that is called, or None for a function."""
        if not isinstance(node.func, ast.Attribute):
            return None
        if isinstance(node.func.value, ast.Call):
            return self.scope.bound_to
        if getattr(node.func.value, "id", "") not in ("self", "cls"):
            return None
        owner = self.scope.owner(node.func.value)
        return owner if isinstance(owner, type) else type(owner)

    def truth(self, node: ast.Call, reading: Reading) -> bool | None:
        """Return what a helper answers for the method, where all it does is to decide."""
        function = self._helper_in(node)
        if function is None or not reading.gets_request(node):
            return None
        inner = _follower(function, self._owner(node), self.depth - 1, handed(function, node, reading))
        if inner is None:
            return None
        found = truth_of(inner.scope.node, inner.path(reading.method))
        self.compared |= inner.compared
        self.depends |= inner.depends
        return found

    def only_refuses(self, node: ast.Call) -> bool:
        """Whether a call is of a helper that answers with refusals or not at all."""
        function = self._helper_in(node)
        return function is not None and only_refuses(Scope(function, self._owner(node)))

    def _made_class(self, called: ast.expr, reading: Reading) -> type | None:
        """Return the class in `Class.as_view(…)`, written here or held by a local name."""
        held = reading.known.get(called.id) if isinstance(called, ast.Name) else called
        if not (isinstance(held, ast.Call) and isinstance(held.func, ast.Attribute) and held.func.attr == "as_view"):
            return None
        found = self.scope.value(held.func.value)
        return found if is_view_class(found) else None

    def _class_view(self, made: type, method: str) -> int:
        self.delegates = self.depends = True
        methods = methods_let_through(made)
        self.compared |= methods
        return End.ANSWERS if method in methods else End.REJECTS
