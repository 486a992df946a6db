"""Rows that share the value by which a view looks one of them up."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from loadaudit.planning.making.fitting import MOST_FITTED, Unfit
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.looked_up import LookUp, looked_up_with
from loadaudit.planning.preflight.told_by_exception import SEVERAL
from loadaudit.planning.resolving import match_at
from loadaudit.records import Evidence, Operation, Trace


def is_of(exception: str, label: str | None) -> bool:
    """Whether it is rows of this model of which a view wants one and found several."""
    model = apps.get_model(label) if label else None
    return model is not None and f"{model.__module__}.{model.__qualname__}{SEVERAL}" == exception


def looked_up(operation: Operation, exception: str, trace: Trace | None) -> dict[str, LookUp]:
    """Return what was looked up with the parameters where a view wants one row and found several.

    What a name means in most views may be another model than that of which several were found, and pages that say so
    look rows up themselves.
    """
    is_known = any(is_of(exception, one.model) for one in operation.parameters)
    assumed = {one.name for one in operation.parameters if one.evidence is Evidence.ASSUMED and not is_known}
    names = [one.name for one in operation.parameters if not one.model or one.name in assumed]
    label = next((one._meta.label for one in apps.get_models() if is_of(exception, one._meta.label)), "")
    return looked_up_with(names, trace) | (looked_up_with(names, trace, of=label) if label else {})


def unlike_the_first(operation: Operation, best: Try) -> Iterator[tuple[Any, Unfit]]:
    """Yield rows that share a value of the address with the first, where a view wants one and found several.

    Managers are the project's own code and may raise anything.
    """
    exception = best.trace.exception if best.trace is not None else None
    if exception is None or not exception.type.endswith(SEVERAL):
        return
    given = match_at(best.path.path).kwargs
    seen = looked_up(operation, exception.type, best.trace)
    for one in operation.parameters:
        label, name = seen.get(one.name, (one.model, one.model_field))
        model = apps.get_model(label) if label and is_of(exception.type, label) else None
        if model is None:
            continue
        column = next((each for each in model._meta.concrete_fields if each.name == name), None)
        if column is not None and not (column.primary_key or column.is_relation or column.choices):
            unfit = Unfit(column=column, pattern=one.pattern or "[^/]+", rows=())
            rows = model._base_manager.filter(**{column.name: given[one.name]}).order_by("pk")
            yield from ((row, unfit) for row in rows[1 : MOST_FITTED + 1])
