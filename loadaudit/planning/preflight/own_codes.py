"""Codes that were sent to a person, read on the clone where the project keeps them, with whose they are."""

import re
import time
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import models

from loadaudit.inventory.source.relations import is_user_model
from loadaudit.planning.control import Answer
from loadaudit.planning.keys.made import is_good
from loadaudit.planning.payloads.one_time import codes_of_page
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.looked_up import looked_up_with
from loadaudit.planning.rows import newest_first
from loadaudit.records import Trace

_CODE = re.compile(r"(?:^|_)(?:token|code|otp|pin|passcode)$", re.IGNORECASE)
_WHOSE = re.compile(
    r"e?mail|phone|mobile|msisdn|destination|recipient|identifier|username|alias|contact", re.IGNORECASE
)
"""Names of what a code is sent to, or of whoever it is for."""

_SECRET = re.compile(r"passw|secret", re.IGNORECASE)
"""Names of what somebody chooses who has a code."""

_MOST = 3


def is_code(name: str) -> bool:
    """Whether a field of this name takes a code that went to a person."""
    return _CODE.search(name) is not None


def codes_of_rows(
    trace: Trace | None,
    sent: Mapping[str, Any],
    fields: Mapping[str, bool],
    refused: Set[str],
    variant: int,
    about: str = "",
) -> list[Complaint]:
    """Return what a body is to name: a code that was looked up in vain, and whose it is, of one row of its table.

    `fields` are those of the body, with whether each is required; where some were `refused`, the code is one of them.
    The newest row goes first, which a request of the run has mostly made, of those whose purpose shares most words
    with what the operation is `about`. Nothing where a body has other fields and none of whose a code is. Never raises.
    """
    for name in filter(is_code, refused & sent.keys() if refused else sent):
        look_up = looked_up_with([name], trace).get(name)
        if look_up is None:
            continue
        with suppress(Exception):  # managers and properties are the project's own code
            model = apps.get_model(look_up[0])
            rows = sorted(_rows(model), key=lambda one: -len(_words(_purposes(one)) & _words(about)))[:_MOST]
            row = rows[(variant - 1) % len(rows)] if rows else None
            whose = dict(_whose(row, fields.keys() - {name})) if row is not None else {}
            is_alone = all(_SECRET.search(each) for each in fields.keys() - {name})
            if whose or (row is not None and is_alone):
                found = {name: getattr(row, look_up[1])} | whose
                told = [Complaint(field=each, choice=True, value=value) for each, value in found.items()]
                # Beside the address that a code was sent to, another of nobody would be one too many.
                rest = [each for each in filter(_WHOSE.search, sent) if each not in found and not fields.get(each)]
                return [*told, *(Complaint(field=each, unwanted=True) for each in rest)]
    return []


def _rows(model: type[models.Model]) -> Iterator[Any]:
    rows = model._base_manager.order_by(newest_first(model))[: 10 * _MOST]
    yield from (one for one in rows if is_good(one))


def _purposes(row: Any) -> str:
    """Return what a row has in its columns with choices."""
    return " ".join(str(getattr(row, one.attname)) for one in row._meta.concrete_fields if one.choices)


def _words(text: str) -> set[str]:
    return {one.lower() for one in re.findall(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}", text)}


def _whose(row: Any, names: Set[str]) -> Iterator[tuple[str, Any]]:
    """Yield the names that mean a column of a row, or of the user whom it belongs to, with its value there."""
    columns = row._meta.concrete_fields
    owner = next((one.name for one in columns if is_user_model(one.related_model)), "")
    for one in [row, *([getattr(row, owner)] if owner else [])]:
        known = {each.name for each in one._meta.concrete_fields if not each.is_relation and not each.primary_key}
        for name in sorted(filter(_WHOSE.search, names & known)):
            if (value := getattr(one, name)) not in (None, "") and isinstance(value, str):
                yield name, value


def with_code_of_page(each: Complaint, answer: Answer | None) -> Complaint:
    """Return a complaint with the code of this moment, where the page that came back tells the secret of it."""
    if answer is None or each.unwanted or each.place:
        return each
    codes = codes_of_page(answer.text, [each.field], time.time())
    return replace(each, value=codes[each.field]) if codes else each
