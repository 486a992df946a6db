"""What a parameter means where its own view does not tell: what the same name means in every other view."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from loadaudit.planning.neighbours import GENERIC
from loadaudit.records import Operation, Parameter


def meanings_of(operations: Iterable[Operation]) -> Mapping[str, tuple[str, str]]:
    """Return model and field by the name of a parameter, where all views in which they are known agree.

    Names that mean something else in every view, such as `pk`, are left out.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for operation in operations:
        for one in operation.parameters:
            if one.model and one.model_field and one.name not in GENERIC:
                found.setdefault(one.name, set()).add((one.model, one.model_field))
    return {name: next(iter(known)) for name, known in found.items() if len(known) == 1}


def understood(operation: Operation, meanings: Mapping[str, tuple[str, str]]) -> Operation:
    """Return the operation with what its parameters mean elsewhere, where nothing else is known of them."""
    if all(one.model for one in operation.parameters):
        return operation
    return replace(operation, parameters=tuple(_understood(one, meanings) for one in operation.parameters))


def _understood(one: Parameter, meanings: Mapping[str, tuple[str, str]]) -> Parameter:
    if one.model or one.name not in meanings:
        return one
    model, field = meanings[one.name]
    return replace(one, model=model, model_field=field)
