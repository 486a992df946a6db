"""Comprehensions and loops: what they run through, and what they make of it."""

import ast
import enum
from collections.abc import Callable

from loadaudit.inventory.bodies.reading.frame import Frame, elements, first_known
from loadaudit.inventory.bodies.reading.values import Constant, Listed, Mapped, Row, Several, Shape, Table, Value

_MOST_ROUNDS = 40


def comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value | None:
    """Return what a comprehension makes; the list itself when it only checks or converts its values."""
    source = frame.evaluate(node.generators[0].iter)
    made = _rounds(frame, node, lambda: frame.evaluate(node.elt))
    element = first_known(made) if made else None
    if isinstance(source, Shape) and element is source.element and element is not None:
        return source
    if made and all(isinstance(one, Constant) for one in made):
        return Constant([one.value for one in made if isinstance(one, Constant)])
    return Listed(element)


def dict_comprehension(frame: Frame, node: ast.DictComp) -> Value | None:
    """Return what a comprehension of pairs makes."""
    made = _rounds(frame, node, lambda: Several((frame.evaluate(node.key), frame.evaluate(node.value))))
    pairs = [one.values for one in made if isinstance(one, Several)]
    return Mapped(first_known([one[0] for one in pairs]), first_known([one[1] for one in pairs]))


def _rounds(
    frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, make: Callable[[], Value | None]
) -> list[Value | None]:
    """Run a comprehension: once for each constant of its first loop, once for anything else."""
    before = dict(frame.names)
    first, *others = node.generators
    found: list[Value | None] = []
    try:
        for value in gone_through(frame, first.iter):
            frame.machine.bind(frame, first.target, value)
            doubt = frame.doubt
            for test in first.ifs:
                frame.evaluate(test)
            for one in others:
                frame.machine.bind(frame, one.target, elements(frame.evaluate(one.iter)))
                for test in one.ifs:
                    frame.evaluate(test)
            frame.doubt = doubt + bool(first.ifs)
            found.append(make())
            frame.doubt = doubt
    finally:
        frame.names = before
    return found


def gone_through(frame: Frame, node: ast.expr) -> list[Value | None]:
    """Return the values of a loop over an expression, rows of a model included."""
    found = rounds_of(frame.evaluate(node))
    if found == [None]:
        model = frame.models.model(node)
        return [Row(model)] if model is not None else found
    return found


def rounds_of(value: Value | None) -> list[Value | None]:
    """Return the values that a loop goes through: every constant, or what stands for all others."""
    if isinstance(value, Constant) and isinstance(value.value, (list, tuple, set, frozenset, dict)):
        return [Constant(one) for one in list(value.value)[:_MOST_ROUNDS]]
    if isinstance(value, Constant) and isinstance(value.value, enum.EnumMeta):
        members: list[object] = list(value.value.__members__.values())
        return [Constant(one) for one in members[:_MOST_ROUNDS]]
    if isinstance(value, Table):
        return [Constant(one) for one in list(value.entries)[:_MOST_ROUNDS]]
    if isinstance(value, Several):
        return list(value.values)
    return [elements(value)]
