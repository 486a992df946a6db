"""Answers as hand-written scenarios see them: they read as those of requests do."""

import json as json_module
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email.parser import BytesHeaderParser
from typing import Any

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class ScenarioError(Exception):
    """A time through a scenario cannot go on; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, read as one of requests is."""

    status_code: int
    headers: Mapping[str, str]
    """By lower-case name; `get` and `[]` of `Headers` take any case."""
    content: bytes
    url: str
    """Path and query that were asked for."""
    elapsed: timedelta
    cookies: Mapping[str, str]
    """All cookies that the user holds now."""
    history: tuple["Response", ...] = ()
    """Redirects that led here."""

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code < 400

    @property
    def is_redirect(self) -> bool:
        """Whether the answer sends the user elsewhere."""
        return self.status_code in _REDIRECTS and "location" in self.headers

    @property
    def text(self) -> str:
        """The body as text, in the charset that the answer names, or UTF-8."""
        charset = self.headers.get("content-type", "").lower().partition("charset=")[2].strip(' "') or "utf-8"
        try:
            return self.content.decode(charset, errors="replace")
        except LookupError:
            return self.content.decode(errors="replace")

    def json(self) -> Any:
        """Return the body as JSON. Raises ScenarioError with the beginning of the body when it is none."""
        try:
            return json_module.loads(self.content)
        except ValueError as error:
            raise ScenarioError(f"{self.url} answered {self.status_code} and no JSON: {self.text[:80]!r}") from error

    def raise_for_status(self) -> None:
        """Raise ScenarioError when the status is 400 or above."""
        if not self.ok:
            raise ScenarioError(f"{self.url} answered {self.status_code}")


class Headers(dict[str, str]):
    """Header lines by name, whatever its case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a header line, or `default`."""
        return super().get(name.lower(), default)


def with_history(answer: Response, history: Sequence[Response]) -> Response:
    """Return the answer with the redirects that led to it."""
    return replace(answer, history=tuple(history))


def read_headers(raw: bytes) -> Headers:
    """Return the header lines of the last answer; libcurl hands over those of a `100 Continue` before it, too."""
    block = raw.strip().split(b"\r\n\r\n")[-1].partition(b"\r\n")[2]
    parsed = BytesHeaderParser().parsebytes(block)
    found = Headers()
    for name, value in parsed.items():
        key = name.lower()
        found[key] = f"{dict.__getitem__(found, key)}, {value}" if key in found else str(value)
    return found
