"""What a test of the user answers for somebody of whom little is known: read from its source, in three values."""

import ast
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from loadaudit.inventory.access.attributes import attribute_asked, comparison_asked
from loadaudit.inventory.access.groups import groups_compared, groups_of_call
from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.scope import MISSING, Scope
from loadaudit.records.making import quickly_made

USER_CLUES = frozenset({"is_authenticated", "is_anonymous", "is_staff", "is_superuser", "has_perm", "has_perms"})

ANONYMOUS: Mapping[str, bool] = {
    **dict.fromkeys(("is_authenticated", "is_staff", "is_superuser", "is_active", "pk", "id", "username"), False),
    **dict.fromkeys(("has_perm", "has_perms", "has_module_perms", "ahas_perm", "ahas_perms"), False),
    "is_anonymous": True,
}
"""Attributes of django.contrib.auth's AnonymousUser that decide, as truth values."""
PLAIN: Mapping[str, bool] = {
    "is_authenticated": True,
    "is_active": True,
    "is_anonymous": False,
    "is_staff": False,
    "is_superuser": False,
}
"""Those of a user who is no staff; a permission may be held or not."""
OF_STAFF: Mapping[str, bool] = {**PLAIN, "is_staff": True}
_MAX_DEPTH = 3


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of the request that a test sees."""

    method: str = ""
    action: str = ""
    """Of a DRF viewset."""
    arguments: tuple[Any, ...] = ()
    """What a test gets behind the user, as far as code tells, or MISSING."""


def answer(
    function: types.FunctionType,
    owner: type | None,
    asked: Asked,
    user: Mapping[str, bool],
    *,
    takes_user: bool = False,
    groups: frozenset[str] | None = None,
    named: set[str] | None = None,
    attributes: set[str] | None = None,
    inherited: bool | None = None,
) -> bool | None:
    """Return what the function answers when the user has these attributes; None when that depends on more.

    `groups` are those of the user, None for any; a visitor has none. Groups that the function asks for are added to
    `named`, and what it asks of the project's own users to `attributes`. `inherited` is what its parent answers.
    """
    test = Test.of(function, owner, asked, user, takes_user=takes_user)
    if test is not None:
        test.groups = frozenset() if user is ANONYMOUS else groups
        test.named = named if named is not None else set()
        test.attributes = attributes if attributes is not None else set()
        test.inherited = inherited
    found = {test.truth(value) if value is not None else False for value in test.returned()} if test else {None}
    return found.pop() if len(found) == 1 else None


@dataclass(slots=True)
class Test:
    """One function that is followed with a user and a request in mind."""

    __test__ = False

    scope: Scope
    asked: Asked
    user: Mapping[str, bool]
    depth: int
    assigned: dict[str, ast.expr] = field(default_factory=dict)
    """Local names and attributes of `self`, with what they were assigned last."""
    groups: frozenset[str] | None = None
    """Names of the user's groups; None where they may be any."""
    named: set[str] = field(default_factory=set)
    """Groups that were asked for."""
    attributes: set[str] = field(default_factory=set)
    """What was asked of the user that only the project knows."""
    inherited: bool | None = None
    """What the function's parent answers, None where that is read from its source."""

    @classmethod
    def of(
        cls,
        function: types.FunctionType,
        owner: type | None,
        asked: Asked,
        user: Mapping[str, bool],
        *,
        depth: int = _MAX_DEPTH,
        takes_user: bool = False,
    ) -> "Test | None":
        """Return the function made ready, or None when its source cannot be read."""
        layers = layers_of_method(function)
        scope = Scope(layers[-1] if layers else function, owner)
        if scope.node is None:
            return None
        if takes_user:
            scope.user_names |= set(scope.arguments[:1])
            for name, value in zip(scope.arguments[1:], asked.arguments, strict=False):
                scope.hold(name, value)
        return cls(scope=scope, asked=asked, user=user, depth=depth)

    def returned(self) -> Iterator[ast.expr | None]:
        """Yield each value that the function may return; None where it returns nothing or raises.

        What names hold is that of the moment at which the value is yielded.
        """
        node = self.scope.node
        if isinstance(node, ast.Lambda):
            yield node.body
        elif node is not None and (yield from self._block(node.body)):
            yield None

    def _block(self, body: list[ast.stmt]) -> Any:
        """Yield what the statements return; return whether the end may be reached."""
        for statement in body:
            if not (yield from self._statement(statement)):
                return False
        return True

    def _statement(self, node: ast.stmt) -> Any:
        if isinstance(node, (ast.Return, ast.Raise)):
            yield node.value if isinstance(node, ast.Return) else None
            return False
        if isinstance(node, ast.If):
            truth = self.truth(node.test)
            if truth is not None:
                return (yield from self._block(node.body if truth else node.orelse))
            return (yield from self._either(node.body, node.orelse))
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return (yield from self._block(node.body))
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            yield from self._either(node.body, node.orelse)
            return True
        if isinstance(node, ast.Try):
            falls = yield from self._block([*node.body, *node.orelse])
            for handler in node.handlers:
                falls |= yield from self._block(handler.body)
            return falls
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self._assign(target, node.value)
        return True

    def _either(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> Any:
        before = dict(self.assigned)
        first = yield from self._block(body)
        after, self.assigned = self.assigned, before
        second = yield from self._block(orelse)
        if first:
            other = self.assigned if second else after
            self.assigned = {name: value for name, value in after.items() if other.get(name) is value}
        return first or second

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned[target.id] = value
            if self.scope.is_user(value):
                self.scope.user_names.add(target.id)
        elif isinstance(target, ast.Attribute) and getattr(target.value, "id", "") == "self":
            self.assigned[f"self.{target.attr}"] = value

    def truth(self, node: ast.expr) -> bool | None:
        """Return whether an expression is true, or None when that depends on more."""
        if isinstance(node, ast.Await):
            return self.truth(node.value)
        if isinstance(node, ast.NamedExpr):
            self._assign(node.target, node.value)
            return self.truth(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand)
            return None if inner is None else not inner
        if isinstance(node, ast.BoolOp):
            return self._decided(node.values, decisive=isinstance(node.op, ast.Or))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitOr, ast.BitAnd)):
            return self._decided([node.left, node.right], decisive=isinstance(node.op, ast.BitOr))
        if isinstance(node, ast.IfExp):
            test = self.truth(node.test)
            ends = {self.truth(one) for one in _taken(node, test)}
            return ends.pop() if len(ends) == 1 else None
        if isinstance(node, ast.Compare):
            return self._compare(node, node.left, node.comparators[0]) if len(node.ops) == 1 else None
        if isinstance(node, ast.Call):
            return self._call(node)
        return self._held(node)

    def _decided(self, nodes: list[ast.expr], *, decisive: bool) -> bool | None:
        truths = [self.truth(one) for one in nodes]
        return decisive if decisive in truths else None if None in truths else not decisive

    def _held(self, node: ast.expr) -> bool | None:
        if self.scope.is_user(node) and not (isinstance(node, ast.Attribute) and node.attr in ("pk", "id")):
            return True
        if own := attribute_asked(node, self.scope, self.assigned):
            return self._own(own)
        if isinstance(node, ast.Attribute) and self.scope.is_user(node.value):
            return self.user.get(node.attr)
        if isinstance(node, ast.Name) and node.id in self.assigned:
            return self._once_assigned(node.id)
        value = self.scope.value(node) if isinstance(node, (ast.Constant, ast.Name, ast.Attribute)) else MISSING
        return bool(value) if value is None or type(value) in (bool, int, str) else None

    def _own(self, name: str) -> bool | None:
        self.attributes.add(name)
        return self.user.get(name)

    def _once_assigned(self, name: str) -> bool | None:
        value = self.assigned[name]
        itself = any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(value))
        return None if itself else self.truth(value)

    def _compare(self, node: ast.Compare, left: ast.expr, right: ast.expr) -> bool | None:
        if (own := comparison_asked(node, self.scope, self.assigned)) is not None:
            held = self._own(own[0])
            return None if held is None else held is own[1]
        op = node.ops[0]
        same = isinstance(op, (ast.Eq, ast.Is, ast.In))
        if not same and not isinstance(op, (ast.NotEq, ast.IsNot, ast.NotIn)):
            return None
        known = self._known_text(left)
        if known:
            texts = self.scope.strings(self._looked_up(right))
            return None if texts is None else (known in texts) is same
        if isinstance(op, (ast.In, ast.NotIn)):
            groups = groups_compared(left, right, self.scope, self.assigned)
            is_member = self._is_member(groups) if groups is not None else None
            return None if is_member is None else is_member is same
        if self.scope.is_user(left) or self.scope.is_user(right):
            # Nobody's rows belong to a visitor.
            return (not same) if self.user is ANONYMOUS else None
        return None

    def _known_text(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Attribute):
            return ""
        if node.attr == "method" and self.scope.is_request(node.value):
            return self.asked.method
        return self.asked.action if node.attr == "action" else ""

    def _looked_up(self, node: ast.expr) -> ast.expr:
        return self.assigned.get(node.id, node) if isinstance(node, ast.Name) else node

    def _call(self, node: ast.Call) -> bool | None:
        name = called_name(node)
        if (groups := groups_of_call(node, self.scope, self.assigned)) is not None:
            return self._is_member(groups)
        if name == "bool" and len(node.args) == 1:
            return self.truth(node.args[0])
        if name == "isinstance" and len(node.args) == 2 and self.scope.is_user(node.args[0]):
            kind = getattr(node.args[1], "attr", getattr(node.args[1], "id", ""))
            if not self.user:
                return None
            return (kind == "AnonymousUser") is (self.user is ANONYMOUS)
        if own := attribute_asked(node, self.scope, self.assigned):
            return self._own(own)
        if isinstance(node.func, ast.Attribute) and self.scope.is_user(node.func.value):
            return self.user.get(name)
        return self._helper(node)

    def _is_member(self, named: frozenset[str]) -> bool | None:
        """Return whether the user is in one of the groups; where no name is told, only that nobody is in none."""
        self.named |= named
        if self.groups is None or (self.groups and not named):
            return None
        return not self.groups.isdisjoint(named)

    def _helper(self, node: ast.Call) -> bool | None:
        if self.inherited is not None and self.scope.is_parent(node.func):
            return self.inherited
        target = self.scope.value(node.func)
        if self.depth <= 0 or not isinstance(target, types.FunctionType):
            return None
        is_method = isinstance(node.func, ast.Attribute)
        test = Test.of(target, self.scope.bound_to if is_method else None, self.asked, self.user, depth=self.depth - 1)
        if test is None:
            return None
        test.groups, test.named, test.attributes = self.groups, self.named, self.attributes
        for name, value in zip(test.scope.arguments, node.args, strict=False):
            if self.scope.is_user(value):
                test.scope.user_names.add(name)
            elif self.scope.is_request(value):
                test.scope.request_names |= {name}
            else:
                test.scope.hold(name, self.scope.value(value))
        found = {test.truth(value) if value is not None else False for value in test.returned()}
        return found.pop() if len(found) == 1 else None


def _taken(node: ast.IfExp, test: bool | None) -> list[ast.expr]:
    """Return what the expression may be when its test is so."""
    return [node.body, node.orelse] if test is None else [node.body if test else node.orelse]
