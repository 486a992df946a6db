"""Statements of a view followed for one HTTP method: conditions on the method are known, all others open."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from loadaudit.inventory.methods.conditions import Mark, Reading, awaited
from loadaudit.inventory.methods.ends import End, is_refused
from loadaudit.inventory.methods.refusals import is_made_refusal, is_refusing_error, last_name

_PLAIN = frozenset({ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Pass, ast.Import, ast.ImportFrom})
"""Statements that hold no others and end nothing but by what they call; most of all are such."""


@dataclass(slots=True)
class Path(Reading):
    """One walk through the source with a known method."""

    answers: set[int] = field(default_factory=set)
    """Lines of the statements that answer."""
    refusals: set[int] = field(default_factory=set)
    """Lines of those that refuse."""

    def block(self, body: list[ast.stmt]) -> int:
        """Return how a list of statements may end."""
        reached = End.NOWHERE
        for statement in body:
            end = self._statement(statement)
            reached |= end & ~End.FALLS_THROUGH
            if not end & End.FALLS_THROUGH:
                return reached
        return reached | End.FALLS_THROUGH

    def _statement(self, node: ast.stmt) -> int:
        if node.__class__ in _PLAIN:
            return self._plain(node)
        if isinstance(node, ast.Return):
            end = self.answer(node.value) if node.value is not None else End.ANSWERS
            if end & End.ANSWERS:
                self.answers.add(node.lineno)
            if end & End.REJECTS:
                self.refusals.add(node.lineno)
            return end
        if isinstance(node, ast.Raise):
            is_refusal = is_refusing_error(node.exc, self.judge.scope)
            if is_refusal:
                self.refusals.add(node.lineno)
            return End.RAISES if is_refusal else End.ANSWERS
        if isinstance(node, ast.If):
            return self._branch(node.test, node.body, node.orelse)
        if isinstance(node, ast.Assert):
            return End.RAISES if self.truth(node.test) is False else End.FALLS_THROUGH
        if isinstance(node, (ast.Break, ast.Continue)):
            return End.LEAVES_LOOP
        return self._compound(node)

    def _compound(self, node: ast.stmt) -> int:
        if isinstance(node, ast.Match):
            return self._match(node)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            self._forget(*node.items)
            return self.block(node.body)
        if isinstance(node, (ast.Try, ast.TryStar)):
            return self._try(node)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.known[node.name] = node
            return End.FALLS_THROUGH
        return End.FALLS_THROUGH if isinstance(node, ast.ClassDef) else self._plain(node)

    def _plain(self, node: ast.stmt) -> int:
        """Follow an assignment or an expression: a helper that it calls may raise."""
        value = getattr(node, "value", None)
        called = awaited(value) if isinstance(value, ast.expr) else None
        if isinstance(called, ast.Call) and not self.judge.is_inert(called) and self._raises(called):
            return End.RAISES
        if isinstance(value, ast.expr) and isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            self._forget(node)
        if isinstance(value, ast.expr) and isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                self.learn(target, value)
        return End.FALLS_THROUGH

    def _forget(self, *nodes: ast.AST) -> None:
        """Forget flags that the nodes set, as a loop does for its next round."""
        flags = [name for name, entry in self.known.items() if isinstance(entry, ast.Constant)]
        stored = {
            one.id
            for node in (nodes if flags else ())
            for one in ast.walk(node)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        for name in stored.intersection(flags):
            del self.known[name]

    def _raises(self, call: ast.Call) -> bool:
        return self.gets_request(call) and self.judge.call(call, self) == End.RAISES

    def _either(self, parts: Iterable[list[ast.stmt]], *, or_none: bool = False) -> int:
        """Follow blocks of which any may run; what they agree on is known afterwards."""
        before, left = self.known, []
        end = End.FALLS_THROUGH if or_none else End.NOWHERE
        for part in parts:
            self.known = dict(before)
            one = self.block(part)
            end |= one
            if one & (End.FALLS_THROUGH | End.LEAVES_LOOP):
                left.append(self.known)
        self.known = _common([*left, before] if or_none or not left else left)
        return end

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> int:
        self._forget(node)
        if isinstance(node, ast.While) and (truth := self.truth(node.test)) is not None:
            return self._while(node, runs=truth)
        end = self._either([node.body], or_none=True) | self._either([node.orelse], or_none=True)
        return (end & ~End.LEAVES_LOOP) | End.FALLS_THROUGH

    def _while(self, node: ast.While, *, runs: bool) -> int:
        end = self.block(node.body if runs else node.orelse)
        return (end & ~End.LEAVES_LOOP) | End.FALLS_THROUGH if end & End.LEAVES_LOOP else end

    def _branch(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> int:
        truth = self.truth(test)
        if truth is None:
            return self._either([body, orelse])
        return self.block(body if truth else orelse)

    def _try(self, node: ast.Try | ast.TryStar) -> int:
        before = dict(self.known)
        is_missing = any(map(_catches_key_errors, node.handlers)) and self._is_missing(node.body[0])
        end = self.block([*node.body, *node.orelse]) if not is_missing else End.NOWHERE
        if is_missing:
            self.known = before
            end = self._either(handler.body for handler in node.handlers)
            return end if self.block(node.finalbody) & End.FALLS_THROUGH else End.NOWHERE
        # A handler runs when the body gets anywhere; a body that only refuses the method never does.
        if node.handlers and not is_refused(end):
            after = self.known
            self.known = _common([before, after])
            handled = self._either(handler.body for handler in node.handlers)
            if handled & End.FALLS_THROUGH:
                self.known = _common([self.known, after]) if end & End.FALLS_THROUGH else self.known
            else:
                self.known = after
            end |= handled
        final = self.block(node.finalbody)
        return end if final & End.FALLS_THROUGH else final

    def _is_missing(self, first: ast.stmt) -> bool:
        """Whether a statement begins with `TABLE[request.method]`, and there is no such method in the table."""
        value = first.value if isinstance(first, ast.Assign) else None
        return isinstance(value, ast.Subscript) and self.table_entry(value) is False

    def _match(self, node: ast.Match) -> int:
        subjects = node.subject.elts if isinstance(node.subject, ast.Tuple) else [node.subject]
        place = next((at for at, one in enumerate(subjects) if self.spelling(one) is not None), None)
        if place is None:
            return self._either((case.body for case in node.cases), or_none=True)
        self.judge.depends = True
        asked = [(*_part_of(case.pattern, place, len(subjects)), case) for case in node.cases]
        known = [(self.case_methods(pattern) if pattern else None, is_sure, case) for pattern, is_sure, case in asked]
        for names, _, _ in known:
            self.judge.compared |= names or set()
        end = End.NOWHERE
        for names, is_sure, case in known:
            if names is not None and self.method not in names:
                continue
            guard = self.truth(case.guard) if case.guard is not None else is_sure or None
            if guard is True:
                return end | self.block(case.body)
            if guard is None:
                end |= self._either([case.body], or_none=True) & ~End.FALLS_THROUGH
        return end | End.FALLS_THROUGH

    def case_methods(self, pattern: ast.pattern) -> frozenset[str] | None:
        """Return the methods of a case, or None when it takes any."""
        if isinstance(pattern, ast.MatchValue):
            names = self.strings(pattern.value)
            return frozenset(one.upper() for one in names) if names is not None else None
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
            return self.case_methods(pattern.pattern)
        if isinstance(pattern, ast.MatchOr):
            parts = [self.case_methods(one) for one in pattern.patterns]
            if all(part is not None for part in parts):
                return frozenset[str]().union(*(part for part in parts if part is not None))
        return None

    def answer(self, value: ast.expr) -> int:
        """Return how `return value` ends."""
        value = awaited(value)
        if isinstance(value, ast.IfExp):
            truth = self.truth(value.test)
            end = End.NOWHERE if truth is False else self.answer(value.body)
            return end if truth is True else end | self.answer(value.orelse)
        if isinstance(value, ast.BoolOp):
            return self._first_that_holds(value)
        if isinstance(value, ast.Name) and value.id in self.known:
            return End.REJECTS if self.known[value.id] is Mark.REFUSAL else End.ANSWERS
        if isinstance(value, (ast.Name, ast.Attribute)):
            return End.REJECTS if is_made_refusal(value, self.judge.scope) else End.ANSWERS
        if not isinstance(value, ast.Call):
            return End.ANSWERS
        if self.judge.is_inert(value):
            return End.ANSWERS
        if self.refuses(value) or any(self.known.get(getattr(one, "id", "")) is Mark.REFUSAL for one in value.args):
            # What is handed a refusal finishes it: `finalize_response(request, response)`.
            return End.REJECTS
        entry = self.table_entry(value.func)
        local = self.known.get(value.func.id) if isinstance(value.func, ast.Name) else None
        if isinstance(local, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self._inner(local)
        present = entry if entry is not None else local
        if isinstance(present, bool):
            return End.ANSWERS if present else End.REJECTS
        return self.judge.call(value, self)

    def _first_that_holds(self, value: ast.BoolOp) -> int:
        """Return how `return test and answer or other` ends: an answer that is made counts as true."""
        if isinstance(value.op, ast.And):
            *tests, last = value.values
            return self.answer(last) if all(self.truth(one) for one in tests) else End.ANSWERS
        end = End.NOWHERE
        for one in value.values:
            truth = self.truth(one)
            if truth is False:
                continue
            answered = self.answer(one)
            if isinstance(one, ast.Call) and not is_refused(answered) and self.judge.only_refuses(one):
                # What it answers, if anything, is no answer of the view.
                continue
            end |= answered
            made = one.values[-1] if isinstance(one, ast.BoolOp) and isinstance(one.op, ast.And) else one
            tests = one.values[:-1] if made is not one and isinstance(one, ast.BoolOp) else []
            if truth or (isinstance(made, ast.Call) and all(self.truth(test) for test in tests)):
                break
        return end

    def _inner(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        before = dict(self.known)
        self.known.pop(function.name)
        end = self.block(function.body)
        self.known = before
        return (end & ~End.FALLS_THROUGH) | (End.ANSWERS if end & End.FALLS_THROUGH else End.NOWHERE)


def _part_of(pattern: ast.pattern, place: int, count: int) -> tuple[ast.pattern | None, bool]:
    """Return what a case says of one of several subjects, and whether it takes the others whatever they are."""
    if count == 1:
        return pattern, True
    if not isinstance(pattern, ast.MatchSequence) or len(pattern.patterns) != count:
        return None, isinstance(pattern, ast.MatchAs) and pattern.pattern is None
    others = [one for at, one in enumerate(pattern.patterns) if at != place]
    return pattern.patterns[place], all(isinstance(one, ast.MatchAs) and one.pattern is None for one in others)


def _catches_key_errors(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or last_name(one) in ("KeyError", "LookupError", "Exception") for one in caught)


def _common(states: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what all states know, and know alike."""
    first, *others = states
    return {
        name: entry
        for name, entry in first.items()
        if all(other.get(name) is entry or other.get(name) == entry for other in others)
    }
