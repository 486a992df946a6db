"""Rows that share the value by which a view looks one of them up."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.urls import resolve

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.making.fitting import MOST_FITTED, Unfit
from loadaudit.planning.making.wanted import row_at
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.looked_up import looked_up_with
from loadaudit.records import Operation, Outcome

_GIVES = re.compile(r"from|sender|author|creator|created|owner|request(er|ed_by)|invit(er|ed_by)|follower|initiator")
"""Stands in the name of the link to whoever begins something with somebody else."""

SEVERAL = ".MultipleObjectsReturned"


def unlike_the_first(operation: Operation, best: Try) -> Iterator[tuple[Any, Unfit]]:
    """Yield rows that share a value of the address with the first, where a view wants one and found several.

    Managers are the project's own code and may raise anything.
    """
    exception = best.trace.exception if best.trace is not None else None
    if exception is None or not exception.type.endswith(SEVERAL):
        return
    given = resolve(best.path.path.partition("?")[0]).kwargs
    seen = looked_up_with([one.name for one in operation.parameters if not one.model], best.trace)
    for one in operation.parameters:
        label, name = seen.get(one.name, (one.model, one.model_field))
        model = apps.get_model(label) if label else None
        if model is None or f"{model.__module__}.{model.__qualname__}" != exception.type.removesuffix(SEVERAL):
            continue
        column = next((each for each in model._meta.concrete_fields if each.name == name), None)
        if column is not None and not (column.primary_key or column.is_relation or column.choices):
            unfit = Unfit(column=column, pattern=one.pattern or "[^/]+", rows=())
            rows = model._base_manager.filter(**{column.name: given[one.name]}).order_by("pk")
            yield from ((row, unfit) for row in rows[1 : MOST_FITTED + 1])


def between_one(operation: Operation, best: Try) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield rows of an address that a write broke on and that link one user to themselves, with another for one link.

    It is left to the others to be the run's own. Managers are the project's own code and may raise anything.
    """
    if operation.method in SAFE_METHODS or best.outcome is not Outcome.SERVER_ERROR:
        return
    users = get_user_model()
    for one in operation.parameters:
        row = row_at(one, best.path.path) if one.model else None
        links = (
            [each for each in row._meta.local_concrete_fields if each.related_model is users] if row is not None else []
        )
        given = {getattr(row, each.attname) for each in links}
        if len(links) > 1 and len(given) == 1 and None not in given:
            other = users._base_manager.exclude(pk__in=given).order_by("pk").first()
            link = next((each for each in links if _GIVES.search(each.name)), links[0])
            if other is not None:
                yield row, {link.name: other}
