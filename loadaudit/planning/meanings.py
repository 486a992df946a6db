"""What a parameter means where its own view does not tell: what the same name means in every other view."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from loadaudit.planning.dates import takes_a_part
from loadaudit.planning.making.fitting import fits
from loadaudit.planning.naming import of_any_model
from loadaudit.planning.neighbours import GENERIC
from loadaudit.planning.payloads.matching import text_matching
from loadaudit.planning.rows import DATE_PARTS
from loadaudit.records import Operation, Parameter


def meanings_of(operations: Iterable[Operation]) -> Mapping[str, tuple[str, str]]:
    """Return model and field by the name of a parameter, where all views in which they are known agree on the model.

    Of several fields the one that ends the name counts, as `slug` in `firm_slug`, else the most frequent. Names that
    mean something else in every view, such as `pk`, are left out.
    """
    found: dict[str, Counter[tuple[str, str]]] = {}
    for operation in operations:
        for one in operation.parameters:
            if one.model and one.model_field and one.name not in GENERIC:
                found.setdefault(one.name, Counter())[one.model, one.model_field] += 1
    return {name: _best(name, known) for name, known in found.items() if len({model for model, _ in known}) == 1}


def patterns_of(operations: Iterable[Operation]) -> Mapping[tuple[str, str], str]:
    """Return the pattern of a parameter by the model and the field that it selects: of several the narrowest."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for operation in operations:
        for one in operation.parameters:
            if one.model and one.model_field and one.pattern:
                found.setdefault((one.model, one.model_field), {})[one.pattern] = None
    return {named: _narrowest([*patterns]) for named, patterns in found.items()}


def understood(operation: Operation, meanings: Mapping[str, tuple[str, str]]) -> Operation:
    """Return the operation with what its parameters mean elsewhere, where less is known of them."""
    known = tuple(_understood(one, meanings) for one in operation.parameters)
    return of_any_model(replace(operation, parameters=known))


def _narrowest(patterns: list[str]) -> str:
    """Return the pattern whose texts most of the others take, too."""
    if len(patterns) == 1:
        return patterns[0]
    return max(patterns, key=lambda one: sum(fits(each, text_matching(one)) for each in patterns))


def _understood(one: Parameter, meanings: Mapping[str, tuple[str, str]]) -> Parameter:
    if one.name not in meanings or one.choices:
        return one
    model, field = meanings[one.name]
    if field.rpartition("__")[2] in DATE_PARTS and not takes_a_part(one):
        # It is a date of one piece, which is called like the part that it ends with.
        return one
    is_named = _ends(one.name, field) and not _ends(one.name, one.model_field or "")
    if one.model and not (one.model == model and is_named):
        return one
    return replace(one, model=model, model_field=field)


def _best(name: str, known: Counter[tuple[str, str]]) -> tuple[str, str]:
    return max(known, key=lambda one: (_ends(name, one[1]), known[one]))


def _ends(name: str, field: str) -> bool:
    return bool(field) and name.endswith(f"_{field}")
