"""How a view wants its requests signed, as it shows when it is let check a signature in this process, on a clone."""

import base64
import hashlib
import hmac
import inspect
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import product
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.core.handlers.wsgi import WSGIRequest
from django.db import connections, transaction
from django.http.request import HttpHeaders

from loadaudit.load.payloads import UNIQUE_NUMBER, encode
from loadaudit.load.signing import ENCODINGS, HASHES, KNOWN, MOMENTS, SUM, Signature, Signatures, moment
from loadaudit.planning.keys.doors import is_of_http, name_of_header
from loadaudit.planning.keys.watched import AS_IT_IS, Keyed, Text, Watch, form_in, watching
from loadaudit.planning.project.bounded import called_here
from loadaudit.planning.resolving import match_at
from loadaudit.records import Payload

_FORMS = ("{}", "sha256={}", "t={now},v1={}", "v0={}", "v1,{}", "sha1={}", "sha512={}", "v1={}", "HMAC {}")
"""How the sum stands in its header, where code takes that apart before it compares."""

_OF_TIME = re.compile(r"time|date|stamp|(?:^|-)ts$", re.IGNORECASE)
_OF_ONE_LOOK_S = 2.0
_MOST_HEADERS = 8
_MOST_ADDRESSES = 12
_SUM_LENGTH = 32
_REQUEST_NUMBER = 1 << 63


@dataclass(slots=True, kw_only=True)
class Signing:
    """Finds out for one run how its views want to be signed, each address once."""

    fence: Callable[[], AbstractContextManager[object]]
    """Put up around the project's own code."""
    base_url: str
    """Of the target, which may be part of what is signed."""
    known: Signatures = field(default_factory=lambda: KNOWN)
    _views: dict[object, tuple[int, "_Found"]] = field(default_factory=dict)
    """View and method, which may be part of what is signed → number of its signature, and how it is signed."""
    _looked_at: set[tuple[str, str]] = field(default_factory=set)

    def lines_for(self, view: object, method: str, paths: Sequence[str], payload: Payload | None) -> tuple[str, ...]:
        """Return the header lines that sign what goes to several addresses of a view; mostly none.

        Each may have a key of its own. Never raises.
        """
        body = encode(payload, _REQUEST_NUMBER) if payload is not None else None
        own = view, method
        for path in dict.fromkeys(paths[:_MOST_ADDRESSES]):
            number, known = self._views.get(own, (len(self._views) + 1, None))
            plain, _, query = path.partition("?")
            if (method, plain) in self._looked_at:
                continue
            self._looked_at.add((method, plain))
            sent = _Sent(
                method=method,
                base_url=self.base_url,
                path=plain,
                query=query,
                content=body.content if body is not None else b"",
                content_type=body.content_type if body is not None else "",
            )
            found = self._seen(sent, known.form if known is not None else None)
            if found is None and known is None:
                break
            if found is None:
                continue
            signature = found.signature(number, plain)
            if known is None or signature != known.signature(number, plain):
                self.known.add(signature)
                self._views.setdefault(own, (number, found))
        return self._views[own][1].lines(self._views[own][0]) if own in self._views else ()

    def _seen(self, sent: "_Sent", form: tuple[str, str] | None) -> "_Found | None":
        try:
            with self.fence():
                call = called_here(lambda: next(_looks(sent, form), None), _OF_ONE_LOOK_S)
        except Exception:  # modules and models of the project may do anything when they are looked at
            return None
        return call.values[0] if call.values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A request that is shown to a view."""

    method: str
    base_url: str
    path: str
    query: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """How a view wants to be signed at one address."""

    headers: Mapping[str, str]
    """Name → value with marks, of which `{}` is the sum."""
    key: bytes = field(repr=False)
    algorithm: str
    parts: tuple[str, ...]
    encoding: str
    form: tuple[str, str]

    def signature(self, number: int, path: str) -> Signature:
        """Return what the load needs to know of it."""
        return Signature(
            number=number,
            path=path,
            key=base64.b64encode(self.key).decode(),
            algorithm=self.algorithm,
            parts=self.parts,
            encoding=self.encoding,
        )

    def lines(self, number: int) -> tuple[str, ...]:
        """Return the header lines, with the marks of a signature with that number."""
        return tuple(f"{name}: {value.replace('{}', SUM.format(number))}" for name, value in self.headers.items())


def _looks(sent: _Sent, known: tuple[str, str] | None) -> Iterator[_Found]:
    for when, form in [known] if known is not None else product(MOMENTS, _FORMS):
        names: list[str] = []
        for _ in range(_MOST_HEADERS):
            look = _Look(sent=sent, form=form, when=when, names=tuple(names))
            watch, asked = look.shown()
            if watch.compared is not None:
                if (found := look.found(watch)) is not None:
                    yield found
                    return
                break
            if not (new := [one for one in asked if one not in names]):
                break
            names += new


@dataclass(slots=True, kw_only=True)
class _Look:
    """One request as it is shown to the view, with a value for each header that it has asked for so far."""

    sent: _Sent
    form: str
    when: str
    names: tuple[str, ...]
    sums: dict[str, str] = field(default_factory=dict)
    now: str = ""

    def shown(self) -> tuple[Watch, list[str]]:
        """Let the view check it; return what it compared, and the headers that it asked for and did not get."""
        self.now = MOMENTS[self.when](time.time())
        self.sums = {one: secrets.token_hex(_SUM_LENGTH) for one in self.names if not _OF_TIME.search(one)}
        watch = Watch(brought=tuple(self.sums.values()))
        asked: list[str] = []
        request = _request(self.sent, {one: Text(self._value(one)) for one in self.names}, asked)
        match = match_at(self.sent.path)
        try:
            with _taken_back(), watching(watch):
                request.resolver_match = match
                result = match.func(request, *match.args, **match.kwargs)
                if inspect.iscoroutine(result):
                    with closing(result):
                        # Most read the body and check it before they wait for anything.
                        result.send(None)
        except Exception:  # the project's own code may raise anything
            pass
        except BaseException:
            if watch.compared is None:
                raise
        return watch, asked

    def _value(self, name: str) -> str:
        if name not in self.sums:
            return self.now
        return self.form.replace("{now}", self.now).replace("{}", self.sums[name])

    def found(self, watch: Watch) -> _Found | None:
        """Return how a request is signed whose sum was compared; None where that was made of something else."""
        given, expected = watch.compared or (b"", b"")
        name, stood_for = next((one, form) for one, text in self.sums.items() if (form := form_in(given, text)))
        for keyed, encoding, around in _made(watch.keyed.values(), expected, stood_for):
            parts = self._parts(keyed.message)
            value = self._value(name)
            whole = given.decode() if stood_for == AS_IT_IS else self.sums[name]
            if parts is not None and whole in value:
                headers = {one: self._template(one) for one in self.names}
                headers[name] = value.replace(whole, around).replace(self.now, moment(self.when))
                return _Found(
                    headers=headers,
                    key=keyed.key,
                    algorithm=keyed.algorithm,
                    parts=parts,
                    encoding=encoding,
                    form=(self.when, self.form),
                )
        return None

    def _template(self, name: str) -> str:
        return moment(self.when) if name not in self.sums else f"00000000-0000-4000-8000-{UNIQUE_NUMBER}000"

    def _parts(self, message: bytes) -> tuple[str, ...] | None:
        """Return of what a signed text consists; None where the body is in it in a form that is not known."""
        body = self.sent.content
        hashed = {f"{one} of body": hashlib.new(one, body, usedforsecurity=False).hexdigest() for one in HASHES}
        values = {
            "body": body,
            **{name: text.encode() for name, text in hashed.items()},
            f"now:{self.when}": self.now.encode(),
            **{f"header:{name}": self._value(name).encode() for name in self.sums},
            "address": f"{self.sent.path}?{self.sent.query}".encode() if self.sent.query else b"",
            "path": self.sent.path.encode(),
        }
        if body and not any(one in message for one in (body, *(text.encode() for text in hashed.values()))):
            # Made of the body's values, in an order of its own.
            return None
        return tuple(_split(message, {name: value for name, value in values.items() if len(value) > 1}))


def _split(message: bytes, values: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the names of the values of which a text consists, and what stands between them."""
    plain = b""
    while message:
        name = next((name for name, value in values.items() if message.startswith(value)), "")
        if not name:
            plain, message = plain + message[:1], message[1:]
            continue
        if plain:
            yield f"={plain.decode('latin-1')}"
        yield name
        plain, message = b"", message.removeprefix(values[name])
    if plain:
        yield f"={plain.decode('latin-1')}"


def _made(keyed: Iterable[Keyed], expected: bytes, stood_for: str) -> Iterator[tuple[Keyed, str, str]]:
    """Yield the keyed sum of which what was expected was made, how it is written, and what stands around it."""
    for one in keyed:
        digest = hmac.digest(one.key, one.message, one.algorithm)
        if stood_for != AS_IT_IS:
            if digest == expected:
                yield one, stood_for, "{}"
            continue
        for encoding, encode_as in ENCODINGS.items():
            if (written := encode_as(digest)) in expected:
                yield one, encoding, expected.decode("latin-1").replace(written.decode(), "{}")


@contextmanager
def _taken_back() -> Iterator[None]:
    """Take back what the view writes, before it has checked anything, to any database."""
    with ExitStack() as stack:
        for alias in _databases():
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield


def _databases() -> Iterable[str]:
    """Return one alias of each database: transactions of two aliases of one would wait for each other."""
    known: dict[tuple[str, ...], str] = {}
    for alias in connections:
        own = connections[alias].settings_dict
        # What Django has in the place of a `default` that there is not.
        if not own["ENGINE"].endswith(".dummy"):
            known.setdefault(tuple(str(own[name]) for name in ("NAME", "HOST", "PORT")), alias)
    return known.values()


class _Asking(HttpHeaders):
    """Headers that note which of them were asked for in vain."""

    def __init__(self, environ: Mapping[str, Any], asked: list[str]) -> None:
        super().__init__(environ)
        self._asked = asked

    def __getitem__(self, key: str) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError:
            _note(self._asked, key)
            raise


class _Environ(dict[str, Any]):
    """WSGI's names of the same."""

    asked: list[str]

    def __missing__(self, key: str) -> Any:
        _note(self.asked, key)
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        if not (is_there := super().__contains__(key)):
            _note(self.asked, key)
        return is_there

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value; what is not there is noted."""
        if key not in self:
            return default
        return self[key]


def _note(asked: list[str], key: object) -> None:
    text = str(key)
    name = name_of_header(text)
    is_header = text.startswith("HTTP_") or ("_" not in text and "-" in text)
    if is_header and not is_of_http(name) and name not in asked:
        asked.append(name)


def _request(sent: _Sent, headers: Mapping[str, str], asked: list[str]) -> Any:
    base = urlsplit(sent.base_url)
    environ = _Environ(
        {
            "REQUEST_METHOD": sent.method,
            "PATH_INFO": unquote(sent.path),
            "QUERY_STRING": sent.query,
            "CONTENT_TYPE": sent.content_type,
            "CONTENT_LENGTH": str(len(sent.content)),
            "HTTP_HOST": base.netloc,
            "SERVER_NAME": base.hostname or "",
            "SERVER_PORT": str(base.port or 80),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": base.scheme,
            "wsgi.input": BytesIO(sent.content),
        }
    )
    environ.asked = []
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    request: Any = WSGIRequest(environ)
    # What Django itself looks for in the environment nobody has asked for.
    environ.asked = asked
    request.META = environ
    request.__dict__["headers"] = _Asking(environ, asked)
    if apps.is_installed("django.contrib.auth"):
        # Its models cannot be imported where it is not.
        from django.contrib.auth.models import AnonymousUser

        request.user = AnonymousUser()
    request.session = MappingProxyType({})
    request._dont_enforce_csrf_checks = True
    return request
