"""Addresses that name a user beside a row: who is to take part in it need not be its owner."""

from collections.abc import Iterator, Mapping, Sequence

from django.apps import apps

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.planning.rows import own_and_others
from loadaudit.records import Identity, Parameter

_MOST = 2


def with_somebody_else(
    pool: Sequence[tuple[Mapping[str, object], str]], bound: Sequence[Parameter], leaf: Parameter, identity: Identity
) -> Iterator[dict[str, object]]:
    """Yield the first values of a pool with other users, where only their models tell whom a parameter means."""
    for one in bound:
        if one is leaf or one.name == leaf.parent or not pool or not is_user_model(apps.get_model(str(one.model))):
            continue
        others = own_and_others(apps.get_model(str(one.model)), (), [str(one.model_field)], identity)[1]
        values = pool[0][0]
        # The newest may be made by the run, for nothing else.
        found = [row[0] for row in reversed(others) if row[0] not in (None, "", values.get(one.name))]
        yield from ({**values, one.name: value} for value in found[:_MOST])
