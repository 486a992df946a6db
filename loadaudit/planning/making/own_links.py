"""What a user's own row links to, by which views choose the rows of others: `organization=user.active_organization`."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import models

from loadaudit.inventory.source.relations import is_user_model, user_model
from loadaudit.planning.making.constants import constants_of
from loadaudit.planning.preflight.asked import AskedOfRows
from loadaudit.records import Identity


def known_values(
    path: str, model: type[models.Model], columns: tuple[str, ...], identity: Identity
) -> dict[str, object]:
    """Return what columns are compared with, as far as the user's own row or the code behind a path tells."""
    return own_links(model, columns, identity) | constants_of(path, model, columns)


def with_known(asked: AskedOfRows, path: str, identity: Identity) -> AskedOfRows:
    """Return what was asked of rows with the values that statements do not show, as far as they are known."""
    known = known_values(path, asked.model, asked.compared, identity)
    rest = tuple(name for name in asked.compared if name not in known)
    return replace(asked, fixed={**asked.fixed, **known}, compared=rest)


def own_links(model: type[models.Model], columns: Collection[str], identity: Identity) -> dict[str, object]:
    """Return values of those of a model's columns that link to what the identity's own row links to as well.

    Its profile, which has no more than one user, counts as a part of that row. Where several rows of one model are
    linked to, the first of the links that is set counts.
    """
    wanted = {name: related for name in columns if (related := model._meta.get_field(name).related_model) is not None}
    found: dict[Any, object] = {}
    with suppress(Exception):  # managers, keys and descriptors may be the project's own
        for related, row in _of_user(identity) if wanted else ():
            found.setdefault(related, row)
    return {name: found[related] for name, related in wanted.items() if related in found}


def _of_user(identity: Identity) -> Iterator[tuple[Any, Any]]:
    """Yield what the identity's row links to, its profiles, and what these link to, each behind its model."""
    users: Any = user_model()
    user = users._base_manager.filter(pk=identity.user_id).first() if identity.user_id else None
    if user is None:
        return
    yield from _linked(users, user)
    for one in [each for each in users._meta.related_objects if each.one_to_one]:
        profile = one.related_model._base_manager.filter(**{one.field.name: user}).first()
        if profile is not None:
            yield one.related_model, profile
            yield from _linked(one.related_model, profile)


def _linked(model: Any, row: Any) -> Iterator[tuple[Any, Any]]:
    links = [one for one in model._meta.concrete_fields if one.is_relation and not is_user_model(one.related_model)]
    rows = ((one.related_model, getattr(row, one.name)) for one in links)
    return ((related, linked) for related, linked in rows if linked is not None)


def join(account: Identity, other: Identity) -> bool:
    """Let an account that the run has made hang on what another user's own row does, as its company, where it has none.

    Tell whether there is such a link. Only ever call this on a clone. Never raises.
    """
    users: Any = user_model()
    columns = [one for one in users._meta.concrete_fields if one.is_relation and not is_user_model(one.related_model)]
    with suppress(Exception):  # managers and keys may be the project's own
        own, theirs = (users._base_manager.filter(pk=one.user_id or None).first() for one in (account, other))
        values = {one.attname: (getattr(own, one.attname), getattr(theirs, one.attname)) for one in columns}
        shared = {one.attname for one in columns if not one.unique}
        links = {name: new for name, (old, new) in values.items() if name in shared and old is None and new is not None}
        # Past the project's save() and signals, which may send mail or tell other systems.
        return bool(links) and bool(users._base_manager.filter(pk=account.user_id).update(**links))
    return False
