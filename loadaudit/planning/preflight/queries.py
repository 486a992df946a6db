"""Query strings of addresses: what the inventory knows of their parameters, and what a server asked for."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from loadaudit.planning.mailbox import names_a_key
from loadaudit.planning.payloads.bodies import NoRow, payloads_of
from loadaudit.planning.payloads.data_tables import as_table_asks
from loadaudit.planning.payloads.graphql import ORIGIN as GRAPHQL
from loadaudit.planning.payloads.graphql import QUERY
from loadaudit.planning.payloads.passwords import own_passwords
from loadaudit.planning.payloads.values import Needs, is_explained
from loadaudit.planning.preflight.by_names import named
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.query_names import query_names
from loadaudit.planning.preflight.validators import values_in_code
from loadaudit.planning.preflight.view_code import is_of_graphql
from loadaudit.records import Body, BodyField, BodyKind, Identity, Operation, PlannedPath

QUERY_OF_SOURCE = "keys of the query that its source reads"

_OF_LISTS = frozenset({"page", "page_size", "limit", "offset", "cursor", "ordering", "search", "per_page", "sort"})
"""Parameters of lists, which nobody has to send."""

_DAYS = frozenset({"from", "to", "since", "until", "date_from", "date_to", "from_date", "to_date"})
"""What a query calls the first and the last day of a time; in a body a person may be meant."""

_OF_MORE = re.compile(
    r"(?:^|_)(?:all|everything|purge|force|hard|cascade|recursive|permanent(?:ly)?)(?:_|$)", re.IGNORECASE
)
"""What a DELETE asks by to take more along, which later operations would miss."""

_FEW = 3
_MOST_OPTIONAL = 12
"""Parameters that the source does not read itself: lists of some APIs can be filtered by hundreds."""


class NeedsSource(Protocol):
    """Where the values for an operation come from, for one identity."""

    identity: Identity

    def needs_of(
        self,
        operation: Operation,
        given: Mapping[str, Any] | None = None,
        variant: int = 0,
        invalid: frozenset[str] = frozenset(),
        asked: Iterable[str] = (),
    ) -> Needs:
        """Return what values are made of, those that mails and accounts tell included."""


class Source(NeedsSource, Protocol):
    """Where values come from, for an operation or for whatever may be asked for."""

    def needs(
        self, given: Mapping[str, Any] | None = None, variant: int = 0, invalid: frozenset[str] = frozenset()
    ) -> Needs:
        """Return what values are made of."""


def queries_of_source(source: Source, operation: Operation, path: str) -> list[PlannedPath]:
    """Return an address with what its view reads from the query: what it must have, all, and each alone.

    A write may name in its query what it does, as links in mails and calls from other programs have it, or among
    which rows the view looks for the one of its address.
    """
    if "?" in path:
        return []
    if operation.method == "GET" and is_of_graphql(operation, path):
        return [PlannedPath(path=f"{path}?{urlencode({'query': QUERY})}", origin=GRAPHQL)]
    read = query_names(path)
    required = [one.name for one in operation.query if one.required]
    names = list(dict.fromkeys([*read, *(one.name for one in operation.query)]))
    needed = {*read, *required}
    optional = [name for name in names if name not in needed and name not in _OF_LISTS][:_MOST_OPTIONAL]
    names = [name for name in names if name in needed or name in optional]
    if operation.method == "DELETE":
        names = [name for name in names if name in required or not _OF_MORE.search(name)]
    sets = [required, names, *([name] for name in names[:_FEW] if operation.method == "GET")]
    compared = {name: next(iter(values_in_code(operation, path, name)), None) for name in names}
    chosen = dict.fromkeys(map(tuple, sets))
    asked = [{name: Complaint(field=name, value=compared[name]) for name in one} for one in chosen if one]
    found = []
    for one in asked:
        # A filter by a row is left out where there is no row.
        with suppress(NoRow):
            found.append(PlannedPath(path=with_query(source, operation, path, one), origin=QUERY_OF_SOURCE))
    return found


def with_query(
    source: Source, operation: Operation, path: str, asked: Mapping[str, Complaint], variant: int = 0
) -> str:
    """Return the path with values for these parameters of its query; the others stay as they are.

    Raises NoRow when one has to name a row, and there is none.
    """
    plain, _, query = path.partition("?")
    described = {one.name: one for one in operation.query}
    fields = [_field(described.get(name), one) for name, one in asked.items()]
    unknown = [one.name for one in fields if not is_explained(one) or one.type in ("uuid", "integer")]
    kinds = {one.name: one.type for one in fields}
    given = named(operation, source.identity, unknown, max(0, variant - 1), kinds) | {
        name: one.value for name, one in asked.items() if one.value is not None
    }
    invalid = frozenset(name for name, one in asked.items() if variant and not one.missing)
    needs = source.needs(given, variant, invalid)
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in asked]
    if names_a_key(names := [*dict(kept), *asked]) or own_passwords(names):
        # As links in mails have them, which may lead to pages of another program. They belong together. So is the
        # password of the account asked for by what has no body, as a DELETE.
        known = source.needs_of(operation, {}, variant, frozenset(), names).known
        open_ones = [name for name in names if name not in asked or asked[name].value is None]
        told = {name: known[name] for name in open_ones if name in known}
        needs = replace(needs, given={**given, **{name: told[name] for name in asked if name in told}})
        kept = [(name, str(told.get(name, value))) for name, value in kept]
    payload = next(payloads_of(Body(kind=BodyKind.FORM, fields=tuple(fields)), operation.method, needs))
    made = [(one.name, one.value) for one in payload.pairs]
    return f"{plain}?{urlencode(as_table_asks([*kept, *made]))}"


def _field(known: BodyField | None, asked: Complaint) -> BodyField:
    """Return a parameter as it is known, or as it is asked for; a form's `string` says nothing of what it is."""
    found = known or BodyField(name=asked.field, type="any")
    if found.type in ("any", "string") and not (asked.wants or found.choices) and asked.field in _DAYS:
        return replace(found, type="date", required=True)
    kind = asked.wants or ("any" if found.type == "string" and not (found.pattern or found.choices) else found.type)
    return replace(found, type=kind, required=True)
