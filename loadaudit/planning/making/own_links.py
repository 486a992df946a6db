"""What a user's own row links to, by which views choose the rows of others: `organization=user.active_organization`."""

from collections.abc import Collection
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

    Where it links to several rows of one model, the first of its links that is set counts.
    """
    users: Any = user_model()
    wanted = {name: model._meta.get_field(name).related_model for name in columns}
    links = [one for one in users._meta.concrete_fields if one.is_relation and not is_user_model(one.related_model)]
    if not identity.user_id or not {one.related_model for one in links}.intersection(wanted.values()):
        return {}
    try:
        user = users._base_manager.filter(pk=identity.user_id).first()
        held = [(one.related_model, getattr(user, one.name)) for one in links if user is not None]
    except Exception:  # managers, keys and descriptors may be the project's own
        return {}
    found: dict[Any, object] = {}
    for related, row in held:
        if row is not None:
            found.setdefault(related, row)
    return {name: found[related] for name, related in wanted.items() if related in found}


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
