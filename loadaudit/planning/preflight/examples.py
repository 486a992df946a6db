"""What an error tells to send instead: an object that it shows, or somebody else than whoever sends."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from loadaudit.inventory.source.relations import user_model
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.records import Identity

_OBJECT = re.compile(r"\{\s*\\?\"[\w-]+\\?\"\s*:[^{}]{1,200}\}")
_SEND = re.compile(r"\b(?:send|post|provide|pass|include|expected?|must|use)\b[^{}]{0,40}$", re.IGNORECASE)
_ONESELF = re.compile(
    r"\b(?:your|one|them|him|her)sel(?:f|ves)\b|\bown \w+\b|_SELF\b"
    r"|\b(?:sender|from|source)\b.*\b(?:must be different|must differ|can(?:not|'t| not) be the same)\b",
    re.IGNORECASE,
)
_MOST = 5


def shown_objects(said: str) -> Iterator[Complaint]:
    """Yield the fields of a JSON object that an error says to send: `Send {"confirm": "DELETE"} to go on.`"""
    for match in _OBJECT.finditer(said):
        if not _SEND.search(said[: match.start()]):
            continue
        with suppress(ValueError):
            shown = json.loads(match[0].replace('\\"', '"'))
            yield from (
                Complaint(field=name, value=value)
                for name, value in list(shown.items())[:_MOST]
                if isinstance(value, (str, int, float, bool)) and value not in ("", "...", "…")
            )


def somebody_else(said: str, sent: Mapping[str, Any], identity: Identity) -> Iterator[Complaint]:
    """Yield what named the user who sends, where an error says that it must not, with another's value. Never raises."""
    if not identity.user_id or not _ONESELF.search(said):
        return
    with suppress(Exception):  # user managers are the project's own code
        users = user_model()._base_manager
        own = users.get(pk=identity.user_id)
        other = users.exclude(pk=identity.user_id).order_by("-pk").first()
        columns = [one.attname for one in own._meta.concrete_fields if one.primary_key or one.unique]
        for name, value in sent.items() if other is not None else ():
            same = next((one for one in columns if str(getattr(own, one)) == str(value)), "")
            if same:
                found = getattr(other, same)
                yield Complaint(field=name, choice=True, value=found if isinstance(found, int) else str(found))
