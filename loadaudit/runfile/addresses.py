"""Addresses without the keys in them: a link that invites or resets opens its door in the original, too."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from loadaudit.records import InspectedRequest, Operation, Payload, Plan, PlannedPath, PlannedRequest
from loadaudit.runfile.database_messages import HIDDEN
from loadaudit.runfile.redaction import (
    is_secret_name,
    redact_json,
    redact_message,
    redact_pair,
    redact_path,
)
from loadaudit.runfile.shapes import without_opaque

_PARAMETER = re.compile(r"<(?:[^<>:]+:)?(?P<name>[^<>]+)>")
_NUMBER = re.compile(r" (?:#\d+|@[\w.]+)")
_OF_ROWS = re.compile(r"(?:^|[_-])(?:id|pk|no|nr|number|name|slug|type|date|day|year|session)$", re.IGNORECASE)
"""Ends names that rows have: `session_id` may be the key of a login, or of a row of a time table."""
_MAY_BE_SECRET = re.compile(r"(?:^|[_-])(?:key|code|hash)$", re.IGNORECASE)
_MIXED = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.~=-]{8,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_LAST_WORD = re.compile(r"([A-Za-z]+)[^A-Za-z]*$")
_QUERY_PAIR = re.compile(r"(?P<before>[?&;#](?P<name>[^=&;#]+)=)(?P<value>[^&;#]+)")
_MOST_REMEMBERED = 10_000


class Addresses:
    """Takes keys out of addresses: equal ones of a run get one number, so that rows are still told apart.

    A key is what a parameter holds that is called like a secret, or whose column is, and what looks like one.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._plain: frozenset[str] = frozenset()
        self._routes: dict[str, re.Pattern[str]] = {}
        """Those that have a key in them."""
        self._anywhere: tuple[tuple[str, re.Pattern[str]], ...] = ()
        """With the text that their addresses begin with."""

    def know(self, operations: Iterable[Operation]) -> None:
        """Take the routes of these operations into account."""
        operations = list(operations)
        self._plain = frozenset(one.route for one in operations if "<" not in one.route)
        for one in operations:
            columns = {each.name: (each.model or "", each.model_field or "") for each in one.parameters}
            pattern = _pattern_of(_NUMBER.sub("", one.route), columns)
            if pattern:
                self._routes[one.route] = re.compile(rf"(?:(?<![\w.-])|(?<=//)[\w.:-]+)(?P<path>{pattern})(?![\w%~-])")
        # Without a word of its own a route would be found anywhere.
        begins = {route: re.split(r"[<\[]", route)[0] for route in self._routes}
        self._anywhere = tuple((begins[route], one) for route, one in self._routes.items() if begins[route].strip("/"))

    def shown(self, path: str, route: str = "") -> str:
        """Return an address, of this route where it is known, without keys; of its query, what is no secret stays."""
        plain, mark, query = path.partition("?")
        query = _QUERY_PAIR.sub(self._of_pair, mark + query)
        return without_opaque(self._of_routes(plain, route) + query, self._number)

    def stored(self, path: str, route: str = "") -> str:
        """Return an address without keys and without all values of its query."""
        return redact_path(self.shown(path, route))

    def told(self, text: str) -> str:
        """Return what somebody says without the keys of addresses in it."""
        return self._of_routes(text)

    def plan(self, plan: Plan) -> Plan:
        """Return a plan without the keys in its addresses, and without secrets in bodies, headers and reasons."""
        return replace(
            plan,
            requests=tuple(map(self._of_request, plan.requests)),
            alone=tuple(map(self._of_request, plan.alone)),
            tried=tuple(
                replace(
                    one,
                    path=self.shown(one.path, _route(one.operation_id)),
                    detail=redact_message(self.told(one.detail)),
                )
                for one in plan.tried
            ),
            exclusions=tuple(replace(one, reason=redact_message(self.told(one.reason))) for one in plan.exclusions),
        )

    def _of_request(self, one: PlannedRequest) -> PlannedRequest:
        return replace(
            one,
            paths=tuple(self.of_path(each, _route(one.operation_id)) for each in one.paths),
            payload=without_secrets(one.payload),
            kept_because=redact_message(self.told(one.kept_because)),
        )

    def of_path(self, one: PlannedPath, route: str = "") -> PlannedPath:
        """Return an address with its headers and its body, without secrets."""
        headers = tuple(map(redact_message, one.headers))
        return replace(one, path=self.shown(one.path, route), headers=headers, payload=without_secrets(one.payload))

    def inspected(self, one: InspectedRequest) -> InspectedRequest:
        """Return a request with its address, headers and body without secrets."""
        path = self.of_path(
            PlannedPath(path=one.path, headers=one.headers, payload=one.payload), _route(one.operation_id)
        )
        return replace(one, path=path.path, headers=path.headers, payload=path.payload)

    def _of_routes(self, text: str, route: str = "") -> str:
        own = self._routes.get(route)
        if own is not None or route:
            return own.sub(self._of_route, text) if own is not None else text
        for begin, pattern in self._anywhere:
            if begin in text:
                text = pattern.sub(self._of_route, text)
        return text

    def _of_route(self, found: re.Match[str]) -> str:
        text, end = "", found.start()
        for name, value in found.groupdict().items():
            if name != "path" and value is not None and found["path"] not in self._plain:
                hidden = name.startswith("secret") or looks_like_a_key(value)
                text += found.string[end : found.start(name)] + (self._number(value) if hidden else value)
                end = found.end(name)
        return text + found.string[end : found.end()]

    def _of_pair(self, found: re.Match[str]) -> str:
        name, value = found["name"], found["value"]
        hidden = is_secret_name(name) or (_MAY_BE_SECRET.search(name) and looks_like_a_key(value))
        return found["before"] + (self._number(value) if hidden else value)

    def _number(self, value: str) -> str:
        if value.startswith(HIDDEN):
            return value
        if len(self._numbers) >= _MOST_REMEMBERED and value not in self._numbers:
            return HIDDEN
        return self._numbers.setdefault(value, f"{HIDDEN}{len(self._numbers) + 1}")


def is_hidden(*texts: str) -> bool:
    """Whether something was taken out of a text, so that it cannot be sent again."""
    return any(HIDDEN in one for one in texts)


def without_secrets(payload: Payload | None) -> Payload | None:
    """Return a body without the secrets in it, by name and by shape."""
    if payload is None:
        return None
    pairs = (replace(one, value=redact_pair(one.name, one.value).removeprefix(f"{one.name}=")) for one in payload.pairs)
    document = redact_json(payload.document) if payload.document else ""
    return replace(payload, pairs=tuple(pairs), document=document)


def looks_like_a_key(value: str) -> bool:
    """Whether a value under a name that rows have, too, is rather a key: letters and digits, and no UUID of a row."""
    return _MIXED.fullmatch(value) is not None and _UUID.fullmatch(value) is None


def _pattern_of(route: str, columns: Mapping[str, tuple[str, str]]) -> str:
    """Return an expression for the addresses of a route with a key in it, else an empty text."""
    text, end, kinds, literal = "", 0, list[str](), _literal if _has_pairs(route) else re.escape
    for found in _PARAMETER.finditer(route):
        before = route[end : found.start()]
        word = _LAST_WORD.search(before)
        kind = _kind(found["name"], word[1] if word else "", *columns.get(found["name"], ("", "")))
        kinds += [kind] if kind else []
        text += literal(before)
        text += rf"(?P<{kind}{len(kinds)}>[^/?#\s\"'<>,;)]+)" if kind else r"[^/?#\s\"'<>]+"
        end = found.end()
    return text + literal(route[end:]) if kinds else ""


def _kind(name: str, before: str, model: str, column: str) -> str:
    """Return whether a parameter holds a `secret`, or may hold one where its value is `mixed`; empty: it does not."""
    names = [name, column]
    names += [f"{before}_{name}"] if _MAY_BE_SECRET.search(name) else []
    names += [f"{model.rpartition('.')[2]}_{column}"] if _MAY_BE_SECRET.search(column) else []
    if any(is_secret_name(one) and not _OF_ROWS.search(one) for one in names):
        return "secret"
    return "mixed" if any(is_secret_name(one) or _MAY_BE_SECRET.search(one) for one in names) else ""


def _route(operation_id: str) -> str:
    return operation_id.partition(" ")[2]


def _has_pairs(route: str) -> bool:
    """Whether each square bracket of a route has its other one, as those of what may be missing have."""
    depth = 0
    for one in route:
        depth += (one == "[") - (one == "]")
        if depth < 0:
            return False
    return depth == 0


def _literal(text: str) -> str:
    """Return an expression for the words of a route; the square brackets of what may be missing go."""
    return "".join({"[": "(?:", "]": ")?"}.get(one, re.escape(one)) for one in text)
