"""Headers that an API wants of whoever asks, beside those of HTTP: whose tenant it is, which version, a key of once."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from http import HTTPStatus
from types import FunctionType
from typing import Any

from loadaudit.load.payloads import UNIQUE_NUMBER
from loadaudit.load.signing import is_signed
from loadaudit.load.versions import CURRENT
from loadaudit.planning.asked_of_all import headers_of_middleware
from loadaudit.planning.control import Answer
from loadaudit.planning.keys.compared import columns_compared, header_reads
from loadaudit.planning.keys.doors import door_at, functions_before, is_of_http, name_of_header
from loadaudit.planning.keys.signed import Signing
from loadaudit.planning.payloads.values import Needs, value_of
from loadaudit.planning.preflight.by_names import named, rows_for
from loadaudit.planning.preflight.error_words import named_value
from loadaudit.planning.preflight.looked_up import looked_up_with, with_found
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.script_headers import OF_SCRIPTS
from loadaudit.planning.preflight.states import may_check_signatures
from loadaudit.planning.preflight.view_code import class_of, view_at
from loadaudit.records import BodyField, Identity, Operation, Payload, PlannedPath

WITH_HEADERS = ", with the headers that it asks for"
"""Ends the origin of an address that is sent with such headers."""

_NAME = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+"
_OWN = re.compile(r"(?<!/)\b(?:HTTP_)?X[-_][A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*\b", re.IGNORECASE)
"""As everybody calls headers of their own; WSGI's name counts, too, and no type such as `application/x-ndjson`."""

_BESIDE = re.compile(
    rf"[\"'`]?(?<![\w-])({_NAME})\b[\"'`]? (?:(?:http|request) )?headers?\b"
    rf"|\bheaders?:? [\"'`]?({_NAME})\b",
    re.IGNORECASE,
)
_TYPE = re.compile(r"\b(?:application|text|image|audio|video)/[\w.+*-]*\w(?:; ?[\w-]+=[\w.-]+)*")
_ASKS_FOR_A_RANGE = re.compile(r"\b[Rr]ange\b[\"'`]? (?:(?:http|HTTP|request) )?header|\bbytes=\d")
WHOLE_RANGE = "Range: bytes=0-"
"""All of it, in the words of RFC 9110, 14.2."""

_ONCE = re.compile(r"idempoten|request-id|correlation|trace-id|nonce|transaction-id", re.IGNORECASE)
"""Headers with a value that no other request has."""

_SECRET = re.compile(r"authorization|authenticate|token|secret|api-?key|signature|hmac|csrf", re.IGNORECASE)
_BY_ACCEPT = "AcceptHeaderVersioning"
"""Of REST framework: the version stands behind the kind of answer that a client takes."""

_LONGEST = 20_000
_MOST = 3


@dataclass(slots=True)
class AskedHeaders:
    """What the views of a project have asked for in headers, for whatever else is sent to them."""

    signing: Signing | None = None
    """On a clone only: the key of a signature is a secret of the project's."""
    _lines: dict[object, tuple[str, ...]] = field(default_factory=dict)

    def signed(self, method: str, paths: Sequence[str], payload: Payload | None) -> tuple[str, ...]:
        """Return the lines that sign requests to addresses of one view, where its code checks that; mostly none."""
        if self.signing is None or not may_check_signatures(paths[0]):
            return ()
        return self.signing.lines_for(_key(paths[0]), method, paths, payload)

    def note(self, path: str, lines: tuple[str, ...]) -> None:
        """Keep the lines with which the view behind a path was asked."""
        self._lines[_key(path)] = lines

    def at(self, path: str) -> tuple[str, ...]:
        """Return the lines for the view behind a path; mostly none."""
        return self._lines.get(_key(path), ()) if self._lines else ()

    def given_to(self, paths: Iterable[PlannedPath]) -> list[PlannedPath]:
        """Return the addresses, each with what its view has asked for."""
        return [with_headers(one, lines) if (lines := self.at(one.path)) else one for one in paths]


def with_headers(path: PlannedPath, lines: tuple[str, ...]) -> PlannedPath:
    """Return an address that is sent with these headers, too; they take the place of those of the same names."""
    names = {_plain(one) for one in lines}
    kept = tuple(one for one in path.headers if _plain(one) not in names)
    origin = path.origin.removesuffix(WITH_HEADERS)
    return replace(path, headers=(*kept, *lines), origin=f"{origin}{WITH_HEADERS}")


def headers_asked(
    operation: Operation, identity: Identity, path: PlannedPath, answer: Answer | None, variant: int = 1
) -> tuple[str, ...]:
    """Return the header lines that an answer asks for, with other values where they were sent already; mostly none.

    Never raises.
    """
    if answer is None or answer.status < HTTPStatus.BAD_REQUEST:
        return ()
    try:
        return _asked(operation, identity, path, answer, variant)
    except Exception:  # views, managers and columns of the project may do anything when they are looked at
        return ()


def _asked(
    operation: Operation, identity: Identity, path: PlannedPath, answer: Answer, variant: int
) -> tuple[str, ...]:
    view = view_at(path.path)
    sent = {_plain(one): one for one in path.headers}
    if answer.status in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED):
        lines: Sequence[str] = [f"If-Match: {CURRENT}"]
    elif answer.status == HTTPStatus.NOT_ACCEPTABLE:
        lines = _versions(view, variant) or [f"Accept: {one}" for one in _TYPE.findall(said_of(answer)[:_LONGEST])][:1]
    elif _ASKS_FOR_A_RANGE.search(said_of(answer)[:_LONGEST]):
        lines = [WHOLE_RANGE]
    else:
        names = [one for one in _named(answer, view) if not _is_a_key(one, path.path)]
        # A row that is not there was looked for with the value that was made up.
        ours = (one for one in path.headers if one not in OF_SCRIPTS)
        made_up = [one for one in ours if not (is_of_http(one.partition(":")[0]) or is_signed(one))]
        vain = with_found(answer.trace, found=False)
        names += [one.partition(":")[0] for one in made_up if looked_up_with([_plain(one)], vain)]
        lines = [
            f"{name}: {value}"
            for name in dict.fromkeys(names[:_MOST])
            if (value := _value(operation, identity, name, view, answer, variant)) is not None
        ]
    return tuple(one for one in lines if sent.get(_plain(one)) != one)


def _key(path: str) -> object:
    view = view_at(path)
    # Objects that are views may have no hash.
    return id(class_of(view) or getattr(view, "__self__", None) or view)


def _plain(line: str) -> str:
    """Return the name of a header as a program would call it."""
    name = line.partition(":")[0].lower().replace("_", "-").removeprefix("http-")
    return name.removeprefix("x-").replace("-", "_")


def _before(view: Any) -> tuple[FunctionType, ...]:
    return functions_before(view) if view is not None else ()


@lru_cache(maxsize=1024)
def headers_read(view: Any) -> tuple[str, ...]:
    """Return the headers that the code of a view reads."""
    return tuple(dict.fromkeys(name_of_header(text) for one in _before(view) for text in header_reads(one)))


def _named(answer: Answer, view: Any) -> Iterator[str]:
    """Yield the names of headers that an answer speaks of, as far as they are none of HTTP's."""
    if found := list(_by_pydantic(answer)):
        yield from found
        return
    said = said_of(answer)[:_LONGEST]
    words = said.lower().replace("_", "-")
    read = headers_read(view)
    told = [one for one in read if "-" in one and one.lower() in words]
    told += [name_of_header(match[0].upper()) if "_" in match[0] else match[0] for match in _OWN.finditer(said)]
    told += [name_of_header(match[1] or match[2]) for match in _BESIDE.finditer(said)]
    if "header" in words and not told:
        told = list(read)
    seen: set[str] = set()
    for one in told:
        if not is_of_http(one) and _plain(one) not in seen:
            seen.add(_plain(one))
            yield one


def _by_pydantic(answer: Answer) -> Iterator[str]:
    """Yield the names that stand behind `header` in the places of errors, as django-ninja has them."""
    if "json" not in answer.content_type or b'"header"' not in answer.content[:_LONGEST]:
        return
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        return
    found = document.get("detail") if isinstance(document, Mapping) else document
    for one in found if isinstance(found, list) else ():
        place = one.get("loc") if isinstance(one, Mapping) else None
        if isinstance(place, list) and len(place) > 1 and place[0] == "header":
            yield str(place[-1]).replace("_", "-")


def _is_a_key(name: str, path: str) -> bool:
    """Whether a header shows who asks: such keys are made for identities of their own."""
    if _SECRET.search(name) is not None:
        return True
    door = door_at(path)
    return door is not None and door.header.lower() == name.lower() and not door.columns and not _ONCE.search(name)


def _value(
    operation: Operation,
    identity: Identity,
    name: str,
    view: Any,
    answer: Answer,
    variant: int,
) -> Any:
    """Return what a header may hold: a value of rows, one that an error names, or what its own name says."""
    if _ONCE.search(name):
        return f"00000000-0000-4000-8000-{UNIQUE_NUMBER}000"
    plain = _plain(name)
    # What a middleware reads before every view is compared there.
    functions = (*_before(view), *headers_of_middleware().get(name, ()))
    columns = [(model._meta.label, column) for model, column in columns_compared(functions, name)]
    seen = looked_up_with([plain], answer.trace)
    for label, column in (*columns, *seen.values()):
        rows = rows_for(identity, of_all=variant > 1)(label, column)
        if rows:
            return rows[(variant - 1) % len(rows)]
    told = named_value(said_of(answer)[:_LONGEST])
    if told is not None:
        return told
    found = named(operation, identity, [plain], variant - 1).get(plain)
    if found is not None:
        return found
    needs = Needs(rows=rows_for(identity), today=date.today(), variant=variant)
    return value_of(BodyField(name=plain, type="any"), needs)


def _versions(view: Any, variant: int) -> list[str]:
    """Return what to accept of a view that goes by the version in that header."""
    versioning: Any = getattr(class_of(view), "versioning_class", None)
    if not any(one.__name__ == _BY_ACCEPT for one in getattr(versioning, "__mro__", ())):
        return []
    known = [*(versioning.allowed_versions or ()), versioning.default_version]
    allowed = list(dict.fromkeys(one for one in known if isinstance(one, str)))
    named_so = versioning.version_param
    return [f"Accept: application/json; {named_so}={allowed[(variant - 1) % len(allowed)]}"] if allowed else []
