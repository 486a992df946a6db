"""Finds keys for what no login opens: made on the clone, and proven by what they open before they count."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus

import requests
from django.db import connections

from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.inventory.source.relations import is_user_model
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.control import LOOK_S, Answer, ControlClient
from loadaudit.planning.identities import ANONYMOUS, Credential, by_basic, main_identity
from loadaudit.planning.keys.bearers import is_key_of_user
from loadaudit.planning.keys.doors import (
    Door,
    asks_for_password,
    door_at,
    door_of_challenge,
    takes_no_session,
    with_challenge,
)
from loadaudit.planning.keys.made import KeyMaker
from loadaudit.planning.logins.pages import ProofPage, is_class_based
from loadaudit.planning.meanings import meanings_of, understood
from loadaudit.planning.values import NoValue, fill, paths_for
from loadaudit.records import Identity, Operation
from loadaudit.records.plan import KEY_OF

_FIRST_VU = 61_500
"""Number of a virtual user that no load has, for a source address of its own."""

_MOST_REQUESTS = 120
_LOOKING_S = 60.0
"""Time for looking: in a slow project keys open fewer pages than looking for them keeps from being tried."""

_MOST_KEYS = 3
_MOST_PASSWORDS = 2
_MOST_OTHERS = 20
"""Pages that are looked at for whether they ask for a key although their code looks at no header."""

_MOST_PER_DOOR = 12
_MOST_ROWS = 4
"""Addresses of a page, where a key belongs to one row."""

_MOST_RESOLVED = 40
"""Pages with parameters that get an address only to see whether their class takes sessions: most do."""

_OF_KEYS = re.compile(r"revoke|rotat|regenerat|reset|renew|refresh|delete|destroy|log[-_]?out|tokens?\b|keys?\b", re.I)
"""Stands in the routes of what may end a key, or make another one."""

_TURNED_AWAY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_TELLS_NOTHING = _TURNED_AWAY | {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.TOO_MANY_REQUESTS}


def with_keys(logins: Logins) -> Place:
    """Return the place with an identity for each key that opens what turns away whoever has none.

    Only on a clone, because keys are made in the database. What asks for a login is opened by logins.
    """
    place = logins.place
    if place.prepare is None or logins.config.users:
        return place
    index = RouteIndex.from_urlconf(None)
    identity = main_identity([one.identity for one in place.credentials])
    staff = next((one.identity for one in place.credentials if one.identity.staff), None)
    client = place.client(_FIRST_VU)
    maker = KeyMaker(fence=place.prepare, today=date.today(), identity=identity, staff=staff)
    ordered = sorted(place.credentials, key=lambda one: one.identity.staff)
    shown = [by_basic(one) for one in ordered if one.password and not one.headers]
    search = _Search(client=client, maker=maker, passwords=shown)
    try:
        for operation, paths in _closed(logins.askable, index):
            if search.over():
                break
            search.look_at(operation, paths)
    finally:
        client.close()
        connections.close_all()
    if not search.found:
        return place
    roles = ", ".join(one.role for one in search.found)
    note = f"Keys for what no login opens were made or taken on the clone, each proven by what it opens ({roles})."
    return replace(place, credentials=(*place.credentials, *search.found), messages=(*place.messages, note))


def _closed(operations: Sequence[Operation], index: RouteIndex) -> Iterator[tuple[Operation, Sequence[str]]]:
    """Yield the reads that no login is known to open, with addresses of each.

    Those come first whose code looks at a header, and of those the ones without parameters; of the others only these.
    Where no read is closed, writes are asked by OPTIONS, which comes to the same checks; functions whose code looks
    rows up by the key by a POST without a body, unless they may change the key itself.
    """
    reads = [one for one in operations if one.method == "GET" and not one.needs_address and one.risk.value == "safe"]
    others = []
    resolved, meanings = 0, meanings_of(operations)
    for one in sorted(reads, key=lambda each: (len(each.parameters), len(each.route))):
        closed = one.access.login and not one.access.api_key
        # Whatever takes sessions is opened by logins.
        if closed and not one.parameters and not takes_no_session(fill(one.route, {})):
            continue
        if closed and one.parameters and (resolved := resolved + 1) > _MOST_RESOLVED:
            continue
        paths = paths_for(understood(one, meanings), ANONYMOUS, index)
        if isinstance(paths, NoValue) or not paths:
            continue
        texts = [each.path for each in paths[:_MOST_ROWS]]
        if closed and one.parameters and not takes_no_session(texts[0]):
            continue
        if door_at(texts[0]) is not None:
            yield one, texts
        elif not one.parameters:
            others.append((one, texts))
    yield from others[:_MOST_OTHERS]
    later = []
    for one in operations:
        path = fill(one.route, {}) if one.method == "POST" and not one.parameters else ""
        door = door_at(path) if path else None
        if (door is not None or (path and takes_no_session(path))) and is_class_based(path):
            yield one, [path]
        elif door is not None and door.columns and _may_be_sent(one):
            later.append((one, [path]))
    yield from later


def _may_be_sent(operation: Operation) -> bool:
    """Whether a write that is answered changes neither its key nor what others need."""
    return operation.risk.value != "destructive" and not _OF_KEYS.search(f"{operation.route} {operation.name}")


@dataclass(slots=True, kw_only=True)
class _Search:
    client: ControlClient
    maker: KeyMaker
    passwords: Sequence[Credential] = ()
    """Who may show name and password with a request, where that is what it asks for."""
    sent: int = 0
    until_s: float = field(default_factory=lambda: time.monotonic() + _LOOKING_S)
    """On the monotonic clock."""
    found: list[Credential] = field(default_factory=list)
    _keys: dict[Door, list[tuple[str, str]]] = field(default_factory=dict)

    def look_at(self, operation: Operation, paths: Sequence[str]) -> None:
        """Find a key that opens what turns away whoever has none, unless one is known that does."""
        path = paths[0]
        method = _method_for(operation, path)
        answer = self._ask(method, path, {})
        if answer is None or answer.status not in _TURNED_AWAY:
            return
        if operation.parameters and method in SAFE_METHODS and is_class_based(path):
            # It comes to the same checks, and what a view wants of the row of its address plays no part.
            asked = self._ask("OPTIONS", path, {})
            method = "OPTIONS" if asked is not None and asked.status in _TURNED_AWAY else method
        if any(_is_open(self._ask(method, each, one.headers), method) for one in self.found for each in paths):
            return
        door = door_at(path)
        wants_password = asks_for_password(answer.challenge) or (door is not None and door.by_password)
        for one in self.passwords[:_MOST_PASSWORDS] if wants_password else ():
            opened = self._ask(method, path, one.headers)
            if opened is not None and _is_open(opened, method):
                self._found(operation, path, method, one.headers, f"HTTP Basic as {one.role}", opened)
                return
        door = door or door_of_challenge(path, answer.challenge)
        if door is None:
            return
        door = with_challenge(door, answer.challenge)
        pairs = [(lines, origin) for key, origin in self._keys_for(door) for lines in door.lines(key)]
        for lines, origin in pairs[:_MOST_PER_DOOR]:
            for each in paths:
                opened = self._ask(method, each, lines)
                if opened is not None and _is_open(opened, method):
                    self._found(operation, each, method, lines, origin, opened)
                    return
                if opened is None or opened.status not in _TURNED_AWAY or opened.content == answer.content:
                    # Only of a key that it knows may a project say that it is for another row.
                    break

    def _found(
        self, operation: Operation, path: str, method: str, lines: Mapping[str, str], origin: str, answer: Answer
    ) -> None:
        """Keep the identity that shows a key; a key that belongs to a user makes its requests that user's."""
        user_id = answer.trace.user_id if answer.trace is not None else ""
        if user_id and not is_key_of_user(user_id, origin):
            user_id = ""
        proof = ProofPage(path=path, operation_id=operation.id, method=method)
        identity = Identity(role=self._role(origin), user_id=user_id)
        self.found.append(Credential(identity=identity, password="", headers=lines, proof=proof))

    def over(self) -> bool:
        """Whether enough was asked for, or found."""
        return self.sent >= _MOST_REQUESTS or len(self.found) >= _MOST_KEYS or time.monotonic() > self.until_s

    def _role(self, origin: str) -> str:
        number = sum(one.role.startswith(f"{KEY_OF}{origin}") for one in self.found)
        return f"{KEY_OF}{origin} ({number + 1})" if number else f"{KEY_OF}{origin}"

    def _keys_for(self, door: Door) -> Sequence[tuple[str, str]]:
        if door not in self._keys:
            named = [(value, f"settings.{name}") for name, value in door.values()]
            models = dict.fromkeys([*door.models, *(one for one, _ in door.columns if not is_user_model(one))])
            made = [(key, one._meta.label) for one in models for key in self.maker.keys_of(one)]
            read = [(key, one[0]._meta.label) for one in door.columns for key in self.maker.keys_in(one)]
            # What a model makes itself has all rights that it can give; of others a row is all that there is.
            plain = [one for one in read if one[1] not in {origin for _, origin in made}]
            self._keys[door] = list(dict.fromkeys([*named, *plain, *made, *read]))
        return self._keys[door]

    def _ask(self, method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
        if self.sent >= _MOST_REQUESTS:
            return None
        self.sent += 1
        self.client.headers = dict(headers)
        try:
            return self.client.send(method, path, None, timeout_s=LOOK_S)
        except requests.RequestException:
            return None


def _method_for(operation: Operation, path: str) -> str:
    if operation.method in SAFE_METHODS:
        return operation.method
    return "OPTIONS" if is_class_based(path) else operation.method


def _is_open(answer: Answer | None, method: str) -> bool:
    """Whether a key has opened something; a write that misses its body was let in."""
    if answer is None or answer.status < HTTPStatus.OK:
        return False
    if method == "POST":
        return answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in _TELLS_NOTHING
    return answer.status < HTTPStatus.MULTIPLE_CHOICES
