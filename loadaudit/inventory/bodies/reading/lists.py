"""What `isinstance(data, list)` says of a whole body: that it has to be a list, or that it may be one."""

import ast

from loadaudit.inventory.bodies.reading.frame import Frame
from loadaudit.inventory.bodies.reading.values import Constant, Shape


def way_of_objects(frame: Frame, node: ast.If, *, refused: bool, refused_else: bool) -> list[ast.stmt] | None:
    """Return the branch that a body which is one object takes, None where the condition is about something else.

    The first branch is `refused`, or the other one `refused_else`: it ends by an error.
    Views that refuse every other body demand a list, which is noted, and those that know both take an object as well:
    one that works on a single row takes no list, whatever a method that it shares with others does.
    """
    if refused:
        if any(_of_list(frame, one) is False for one in _operands(node.test, ast.Or)):
            frame.reading.root.many = True
        return None
    if refused_else:
        if any(_of_list(frame, one) is True for one in _operands(node.test, ast.And)):
            frame.reading.root.many = True
        return None
    outcome = _of_list(frame, node.test)
    return None if outcome is None else node.orelse if outcome else node.body


def _operands(test: ast.expr, joined_by: type[ast.boolop]) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, joined_by) else [test]


def _of_list(frame: Frame, test: ast.expr) -> bool | None:
    """Return how the condition comes out for a body that is a list, None where it does not tell it from an object."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _of_list(frame, test.operand)
        return None if inner is None else not inner
    if not (isinstance(test, ast.Call) and getattr(test.func, "id", "") == "isinstance" and len(test.args) == 2):
        return None
    value, kinds = map(frame.evaluate, test.args)
    if not (isinstance(value, Shape) and value.is_root and isinstance(kinds, Constant)):
        return None
    named = kinds.value if isinstance(kinds.value, tuple) else (kinds.value,)
    return True if list in named and dict not in named else None
