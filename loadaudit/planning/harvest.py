"""Addresses and forms found in the answers of the project itself, sorted by the route that they lead to."""

import html
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.forms import HtmlForm, read_forms
from loadaudit.planning.neighbours import Neighbours
from loadaudit.planning.payloads.pages import target_of
from loadaudit.planning.resolving import match_at
from loadaudit.planning.told import Told
from loadaudit.records import PlannedPath

MOST_OF_A_ROUTE = 20
"""Addresses kept of one route."""

MOST_QUERIES = 3
"""Addresses with a query kept of one route, each with other names in it."""

MOST_ADDRESSES = 5000
"""Addresses looked at in a run; a page may list without end."""

_LINK = re.compile(
    r"""(?:href|src|action|formaction|(?<![\w-])(?:data-[\w-]*url|hx-\w+))\s*=\s*["']([^"'#\s]+)""", re.IGNORECASE
)
_AUTOCOMPLETE = re.compile(r"<select\b[^>]*\bdata-ajax--url=[^>]*>", re.IGNORECASE)
"""A select that asks the server for its options; the admin's autocomplete.js sends three of its attributes."""

_ATTRIBUTE = re.compile(r"""(?<![\w-])([\w-]+)\s*=\s*["']([^"']*)["']""")
_AUTOCOMPLETE_KEYS = ("app-label", "model-name", "field-name")
_KEY_OF_THE_SERVER = re.compile(r"(?=.*\d)[\w:.=+/-]{16,}")
"""What an attribute of other selects holds that a script sends back, as a signed name of the field."""

_QUOTED_PATH = re.compile(r"""["'](/[\w./:@%~+-]+)["']""")
_KEYS = ("pk", "id", "uuid", "slug", "uid", "key", "code", "name")
_LAST_PARAMETER = re.compile(r"^(?P<list>.*/)<(?:[^<>:]+:)?(?P<name>[^<>:]+)>/?(?P<format>\[[^\]]*\])?$")
_LONGEST_TEXT = 2_000_000

_ADDRESS = re.compile(r"https?://[\w.:-]+(?:/|$)")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_AN_APP = re.compile(r"""otpauth:[^"\\]+|"\w*secret\w*"\s*:\s*"[A-Z2-7]{16,128}=*\"""")
"""The link that such an app scans, or what is typed into it."""

_FILLING = frozenset({"POST", "PUT"})
SEARCHED = "a"
"""Typed into the text fields of a search form."""


def own_hosts() -> frozenset[str]:
    """Return the hosts at which the project says that it stands itself: those of its settings, and this machine.

    An API links to its rows there, whatever server a run has put it up on; only the paths are used.
    """
    with warnings.catch_warnings():
        # Django warns of deprecated settings whoever reads them.
        warnings.simplefilter("ignore")
        values = [_setting(name) for name in dir(settings) if name.isupper()]
    values += [inner for one in values if isinstance(one, dict) for inner in one.values()]
    # A lazy object passes for a text by isinstance, and `re` takes none.
    addresses = (str(one) for one in values if isinstance(one, str) and _ADDRESS.match(str(one)))
    return _LOOPBACK | {host for one in addresses if (host := urlsplit(one).hostname)}


def _setting(name: str) -> object:
    try:
        return getattr(settings, name, None)
    except Exception:  # Django refuses an empty SECRET_KEY, and a project's own settings may raise anything
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundForm:
    """A form with the page that it stands on."""

    form: HtmlForm
    page: str
    path: str
    """Where it is sent to."""

    def likeness(self, names: set[str], path: str) -> tuple[bool, int, int]:
        """Sort a form of the page at the path first, then those with most of the names, then the largest."""
        own = {field.name for field in self.form.fields}
        return self.page.partition("?")[0] != path, -len(own & names), -len(own)


@dataclass(slots=True, kw_only=True)
class Harvest:
    """What the answers of a run have shown. One per identity: what one user is shown, another may not open."""

    index: RouteIndex
    host: str
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Route of a list → routes of its rows."""
    paths: dict[str, dict[str, None]] = field(default_factory=dict)
    """Route → addresses in the order in which they were found."""
    forms: dict[str, list[FoundForm]] = field(default_factory=dict)
    """Route → forms that are sent there."""
    queries: dict[str, dict[frozenset[str], str]] = field(default_factory=dict)
    """Route → names of a query → an address with it, as links and search forms have them."""
    filled: dict[str, dict[str, str]] = field(default_factory=dict)
    """Route → addresses at which a POST or a PUT has worked, as that of a bookmark, which a DELETE finds there."""
    good: dict[str, dict[str, None]] = field(default_factory=dict)
    """Route → addresses at which some method has worked, in the order of time."""
    neighbours: Neighbours = field(default_factory=Neighbours)
    """Values of the parameters of all these addresses."""
    told: Told = field(default_factory=Told)
    of_an_app: str = ""
    """What an API has told last of a secret for an app that shows codes."""
    own_hosts: frozenset[str] = field(default_factory=own_hosts)
    _seen: set[str] = field(default_factory=set)

    def feed(self, route: str, path: str, content_type: str, content: bytes, location: str = "") -> None:
        """Take what the answer to `path` shows."""
        if location:
            self._take(location, path)
        kind = content_type.partition(";")[0].strip().lower()
        if len(content) > _LONGEST_TEXT or not (kind.startswith("text/") or kind.endswith("json")):
            return
        text = content.decode(errors="replace")
        if kind.endswith("json"):
            if secret := _OF_AN_APP.search(text):
                self.of_an_app = secret[0]
            self._take_json(route, path, text)
            return
        for found in (*_LINK.findall(text), *_QUOTED_PATH.findall(text)):
            self._take(found.replace("&amp;", "&"), path)
        for tag in _AUTOCOMPLETE.findall(text):
            self._take_autocomplete(tag, path)
        if kind in ("text/html", "application/xhtml+xml"):
            self._take_forms(text, path)

    def worked(self, path: str, method: str = "", *, made_up: bool = False) -> None:
        """Take the values of an address that worked with a method; made-up ones say nothing of other routes."""
        plain = path.partition("?")[0]
        route, values = self._match(plain)
        if route and not made_up:
            self.neighbours.note(route, values, worked=True)
        if route:
            self.good.setdefault(route, {})[plain] = None
        if route and values and method in _FILLING and not made_up:
            self.filled.setdefault(route, {})[plain] = method

    def filled_at(self, route: str) -> list[PlannedPath]:
        """Return addresses at which something was put, for what takes it away."""
        filled = self.filled.get(route, {}).items()
        return [PlannedPath(path=path, origin=f"address of its {method}") for path, method in filled]

    def known_values(self, route: str, names: Sequence[str], day: date) -> list[Mapping[str, object]]:
        """Return values for all parameters of a route that other addresses have shown, or answers have told."""
        return self.neighbours.values_for(route, names, day, self.told.for_names(names))

    def some_values(self, route: str, names: Sequence[str]) -> dict[str, object]:
        """Return values for some parameters of a route that answers have told, or other addresses have shown."""
        return {**self.neighbours.some_of(route, names), **self.told.for_names(names)}

    def without_slash(self, route: str) -> list[str]:
        """Return addresses of other routes that lead to this one without their last slash: catch-alls add it again."""
        prefix = route.partition("<")[0]
        known = [path[:-1] for paths in self.paths.values() for path in paths if path.startswith(prefix)]
        return [path for path in known[:MOST_OF_A_ROUTE] if self._route_of(path) == route][:MOST_QUERIES]

    def forms_for(self, route: str, path: str) -> list[FoundForm]:
        """Return the forms that are sent to a path of a route."""
        return [one for one in self.forms.get(route, ()) if one.path.partition("?")[0] == path.partition("?")[0]]

    def page_with_form(self, route: str, path: str) -> str:
        """Return the page that may have a form for a path, as another row's page has one for another path; or empty."""
        here = path.partition("?")[0].split("/")
        for one in self.forms.get(route, ()):
            there, page = (each.partition("?")[0].split("/") for each in (one.path, one.page))
            others = {old: new for old, new in zip(there, here, strict=False) if old != new}
            # What stands for this row and for something else may be either in the address of the page.
            kept = {old for old, new in zip(there, here, strict=False) if old == new}
            if len(there) == len(here) and others.keys() & {*page} and not others.keys() & kept:
                return "/".join(others.get(each, each) for each in page)
        return ""

    def _take_forms(self, text: str, page: str) -> None:
        for kept in self.forms.values():
            # What the page showed the last time it shows no longer.
            kept[:] = [one for one in kept if one.page != page]
        for form in read_forms(text):
            target = target_of(form, page)
            route = self._route_of(target.partition("?")[0])
            kept = self.forms.setdefault(route, []) if route and form.method == "POST" else []
            if route and form.method == "POST" and len(kept) < MOST_OF_A_ROUTE:
                kept.append(FoundForm(form=form, page=page, path=target))
            elif route and form.method == "GET":
                # A browser replaces the query of the action by the fields.
                address = target.partition("?")[0]
                names = [one.name for one in form.fields if one.kind == "search" or one.kind == "text"]
                self._take_query(route, address, form.filled(dict.fromkeys(names, SEARCHED)))

    def _take_autocomplete(self, tag: str, page: str) -> None:
        values = {name.lower(): html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        address = urljoin(page, values.get("data-ajax--url", ""))
        route = self._route_of(urlsplit(address).path)
        query = {one.replace("-", "_"): values[f"data-{one}"] for one in _AUTOCOMPLETE_KEYS if f"data-{one}" in values}
        query = query or {
            name.removeprefix("data-"): value
            for name, value in values.items()
            if re.match(r"data-(?!ajax-)", name) and _KEY_OF_THE_SERVER.fullmatch(value)
        }
        if route and query:
            self._take_query(route, urlsplit(address).path, query)

    def _take_query(self, route: str, path: str, values: Mapping[str, str]) -> None:
        kept = self.queries.setdefault(route, {})
        if values and (len(kept) < MOST_QUERIES or frozenset(values) in kept):
            kept.setdefault(frozenset(values), f"{path}?{urlencode(values)}")

    def _take_json(self, route: str, path: str, text: str) -> None:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return
        self.told.note(document)
        for value in _texts(document):
            if value.startswith(("/", "http://", "https://")):
                self._take(value, path)
        for detail in self.details.get(route, ()):
            for row in _rows(document):
                self._take_row(detail, path, row)

    def _take_row(self, detail: str, path: str, row: Mapping[str, Any]) -> None:
        match = _LAST_PARAMETER.match(detail)
        wanted = (match["name"], *_KEYS) if match else ()
        for key in dict.fromkeys(wanted):
            value = row.get(key)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                slash = "/" if detail.endswith("/") else ""
                self._take(path.partition("?")[0].rstrip("/") + f"/{value}{slash}", path)

    def _take(self, address: str, page: str) -> None:
        parts = urlsplit(urljoin(page, address))
        if parts.hostname and parts.hostname != self.host and parts.hostname not in self.own_hosts:
            return
        whole = f"{parts.path}?{parts.query}"
        if parts.query and parts.path.startswith("/") and whole not in self._seen and len(self._seen) < MOST_ADDRESSES:
            self._seen.add(whole)
            if route := self._route_of(parts.path):
                self._take_query(route, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
        if parts.path in self._seen:
            return
        if len(self._seen) >= MOST_ADDRESSES or not parts.path.startswith("/"):
            return
        self._seen.add(parts.path)
        route, values = self._match(parts.path)
        if route:
            self.neighbours.note(route, values)
            kept = self.paths.setdefault(route, {})
            if len(kept) < MOST_OF_A_ROUTE:
                kept[parts.path] = None

    def _route_of(self, path: str) -> str:
        return self._match(path)[0]

    def _match(self, path: str) -> tuple[str, Mapping[str, object]]:
        return match_of(path, self.index)


def match_of(path: str, index: RouteIndex) -> tuple[str, Mapping[str, object]]:
    """Return the route that a path leads to, empty if to none, and the values in the path."""
    try:
        match = match_at(path)
    except Resolver404:
        return "", {}
    return index.route_of(match), match.kwargs


def details_of(routes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each route of a list the routes that add one parameter to it."""
    known = set(routes)
    found: dict[str, tuple[str, ...]] = {}
    for route in sorted(known):
        match = _LAST_PARAMETER.match(route)
        if match is None:
            continue
        for parent in (match["list"], match["list"].rstrip("/")):
            if parent in known:
                found[parent] = (*found.get(parent, ()), route)
    return found


def _texts(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _rows(document: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, paginated or not, or the object itself."""
    if isinstance(document, dict):
        inner = next((one for one in document.values() if isinstance(one, list) and one), None)
        document = inner if inner is not None else [document]
    rows = document if isinstance(document, list) else []
    return [one for one in rows[:MOST_OF_A_ROUTE] if isinstance(one, dict)]
