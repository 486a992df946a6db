"""A body that answers what a server said of the one before."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from loadaudit.planning.account_keys import fields_of_account
from loadaudit.planning.payloads.bodies import payloads_of, with_rows_named
from loadaudit.planning.payloads.suggested import suggested
from loadaudit.planning.payloads.values import is_explained
from loadaudit.planning.preflight.amended import amended, sent_values
from loadaudit.planning.preflight.by_names import choices, keys_of_columns, keys_of_several, links, named
from loadaudit.planning.preflight.complaint import Complaint, as_asked, as_sent
from loadaudit.planning.preflight.nested import amended_within, enough
from loadaudit.planning.preflight.queries import NeedsSource
from loadaudit.planning.preflight.there_already import is_of_another
from loadaudit.records import BodyKind, Identity, Operation, Payload

_OF_IDS = re.compile(
    r"\bvalid (?:id|uuid|pk)s?\b|\b(?P<many>list|array) of (?:[\w-]+ )?(?:ids|uuids|pks)\b", re.IGNORECASE
)
"""What asks for keys of rows, where the field alone tells of which."""

_CHOICES = 2
"""Others that are sent of an optional field before it is left out."""


class Source(NeedsSource, Protocol):
    """Where values come from, with what tells an account and a day."""

    email: str
    today: date


def corrected(
    source: Source, operation: Operation, payload: Payload, found: Sequence[Complaint], variant: int
) -> Payload:
    """Return a body that answers the server's complaints. Raises NoRow when a required row is missing."""
    plain = [one for one in found if not one.place]
    deep = [one for one in found if one.place and one.field not in {each.field for each in plain}]
    made = _with_fields(source, operation, payload, plain, variant) if plain else payload
    if not deep:
        return made
    needs = source.needs_of(operation, {}, variant)
    return amended_within(
        made,
        deep,
        operation.body.fields,
        needs,
        lambda name, number: named(operation, source.identity, [name], variant + number).get(name),
    )


def _with_fields(
    source: Source, operation: Operation, payload: Payload, found: Sequence[Complaint], variant: int
) -> Payload:
    wants = {one.field: one.wants for one in found if one.wants}
    unwanted = {one.field for one in found if one.unwanted} | _given_up(operation, found, variant)
    missing = [one.field for one in found if one.field not in unwanted]
    body = with_rows_named(operation.body, missing)
    if body.kind in (BodyKind.NONE, BodyKind.OTHER):
        is_json = payload.kind is BodyKind.JSON and not body.source.startswith("form ")
        body = replace(body, kind=BodyKind.JSON if is_json else BodyKind.FORM, source="what the server asked for")
    sent = sent_values(payload, set())
    fields = tuple(
        as_asked(as_sent(one, sent.get(one.name)), wants, found, sent.get(one.name))
        for one in body.fields
        if one.name not in unwanted
    )
    given = _given(source, operation, payload, found, variant)
    # So does what a page or a row had instead of what the name suggests.
    empty = {name for name, value in sent.items() if value in (None, "") or _is_odd(name, value, source, variant)}
    others = {one.field for one in found if not (one.missing or one.choice or one.unwanted)}
    needs = source.needs_of(operation, given, variant, frozenset(others - empty), asked=[*missing, *given])
    least = {one.field: one.least for one in found if one.least > 1}
    if least:
        key = lambda name, number: named(operation, source.identity, [name], variant - 1 + number).get(name)  # noqa: E731
        lists = {one.name: enough(one, needs, least[one.name], key) for one in fields if one.name in least}
        needs = replace(needs, given={**needs.given, **lists})
    made = next(payloads_of(replace(body, fields=fields), operation.method, needs))
    return amended(payload, made, {one.field for one in found}, unwanted)


def _given_up(operation: Operation, found: Sequence[Complaint], variant: int) -> set[str]:
    """Return the fields to leave out: nobody asks for them, and no row or choice that was sent is one of theirs."""
    required = {one.name for one in operation.body.fields if one.required}
    refused = (one for one in found if one.choice and not one.missing and one.value is None and not one.place)
    return {one.field for one in refused if one.field not in required} if variant > _CHOICES else set()


def _is_odd(name: str, value: Any, source: Source, variant: int) -> bool:
    """Whether a text is another than the field's name suggests, at the first correction."""
    usual = suggested(name, source.today) if variant == 1 and isinstance(value, str) else []
    return bool(usual) and value not in usual


def _ids(
    operation: Operation, identity: Identity, found: Sequence[Complaint], sent: dict[str, Any], variant: int
) -> dict[str, Any]:
    """Return keys of rows for fields of which the server says in words that it wants ids of them, several or one."""
    asked = [(one, match) for one in found if (match := _OF_IDS.search(one.said)) and not (one.missing or one.place)]
    keys = {one.field: keys_of_several(one.field, operation.view, identity, variant - 1) for one, _ in asked}
    lists = {one.field for one, match in asked if match["many"]}
    # A form holds a list as JSON.
    lists |= {name for name, value in sent.items() if isinstance(value, list) or str(value).startswith("[")}
    return {name: rows if name in lists else rows[0] for name, rows in keys.items() if rows}


def _given(
    source: Source, operation: Operation, payload: Payload, found: Sequence[Complaint], variant: int
) -> dict[str, Any]:
    """Return the values that are sent in any case: what nobody complained of, and what names or answers tell."""
    complained = {one.field for one in found}
    pair = set(fields_of_account(sent_values(payload, set())))
    # One key of an account is of no use without the other.
    given = sent_values(payload, complained | (pair if pair & complained else set()))
    # Other numbers of an answer, such as a count, are no fields of the body.
    told = {one.field: one.value for one in found if one.value is not None}
    many = {one.name for one in operation.body.fields if one.many} | {
        name for name, value in sent_values(payload, set()).items() if isinstance(value, list)
    }
    given |= {name: [value] if name in many and not isinstance(value, list) else value for name, value in told.items()}
    untold = {one.field for one in found if one.missing} - {one.name for one in operation.body.fields}
    facts = {one.name for one in operation.body.fields if is_explained(one)}
    refused = {one.field for one in found if not (one.missing or one.unwanted)} - facts
    all_sent = sent_values(payload, set())
    spoken_for = {one.field for one in found if is_of_another(one.said, all_sent.get(one.field))}
    rows = ({one.field for one in found if one.choice} & refused) - spoken_for
    linked = {one.field for one in found if one.wants == "hyperlink"} & refused
    given = links(operation, source.identity, linked, variant) | given
    given = choices(operation, refused, variant) | given
    by_name = named(operation, source.identity, untold)
    wants = {one.field: one.wants for one in found}
    given = by_name | named(operation, source.identity, rows - untold, variant, wants) | given
    # Where no row has the attributes, or the key, that were sent of it, the key of one that is there may do.
    objects = {one.name for one in operation.body.fields if one.type == "object" and one.fields and not one.many}
    sought = {one.field for one in found if one.choice and not one.place} & {*objects, "id", "pk"}
    keys = keys_of_columns(operation, sought, source.needs_of(operation, {}, variant - 1)) if sought else {}
    given = {name: value for name, value in given.items() if name not in keys} | keys
    given |= _ids(operation, source.identity, found, sent_values(payload, set()), variant)
    # What was called invalid because it was empty gets its usual value first.
    if source.email and variant == 1:
        # An address that is there may be meant, and is the only one that the account can change.
        known = {one.field for one in found if one.missing or one.value is not None}
        given |= {one.field: source.email for one in found if one.field == "email" and one.field not in known}
    return given
