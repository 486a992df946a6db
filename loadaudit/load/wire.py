"""The lines that server workers send to the receiver: traces as compact JSON, SQL texts only once per worker."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from loadaudit.records import RowWrite, ServerException, StatementUse, Trace
from loadaudit.runfile.codec import from_plain, to_plain

_COMPOUND = (
    *("statements", "exception", "outgoing", "refusals", "row_writes", "http_hosts", "backends", "not_found"),
    "before_view",
    "told",
    "session_changed",
)
_LATER = ("lock_ns",)
"""What only the run file can tell."""
_SCALARS = tuple(one for one in fields(Trace) if one.name not in (*_COMPOUND, *_LATER))
_TEXTS = tuple(one.name for one in _SCALARS if one.type in (str, "str"))
_FLAGS = tuple(one.name for one in _SCALARS if one.type in (bool, "bool"))
_NUMBERS = (*_FLAGS, *(one.name for one in _SCALARS if one.name not in (*_TEXTS, *_FLAGS)))
_texts_of, _numbers_of = attrgetter(*_TEXTS), attrgetter(*_NUMBERS)
_SCALARS_FORMAT = '{"n":[' + ",".join(["%d"] * len(_NUMBERS)) + '],"t":[' + ",".join(["%s"] * len(_TEXTS)) + "]"
"""Of the many numbers of a trace a formatted text is made in a third of the time that the encoder takes."""
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_quoted = lru_cache(maxsize=4_096)(_encode)
"""Of texts that most traces have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A server worker has loaded the project and serves; says under which conditions."""

    pid: int
    changes: tuple[str, ...] = ()
    """Settings changed for the run, one sentence each."""
    facts: Mapping[str, str] | None = None
    """Versions and drivers in use in the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundTexts:
    """Statements with values, for the plans of a clone; never stored."""

    texts: Mapping[tuple[str, str], str]
    """By database alias and text with placeholders."""


class Encoder:
    """Encodes the messages of one connection."""

    def __init__(self) -> None:
        self._statements: dict[str, int] = {}

    def hello(self, hello: Hello) -> bytes:
        """Return the line that opens a connection."""
        return _line({"hello": to_plain(hello)})

    def trace(self, trace: Trace) -> bytes:
        """Return the line of one trace; SQL texts not sent before go with it."""
        new: dict[int, str] = {}
        uses = []
        for use in trace.statements:
            number = self._statements.get(use.sql)
            if number is None:
                number = self._statements[use.sql] = len(self._statements)
                new[number] = use.sql
            uses.append([use.alias, number, use.count, use.total_ns, use.max_ns, use.rows, use.call_site])
        document: dict[str, Any] = {}
        if uses:
            document["s"] = uses
        if new:
            document["q"] = new
        if trace.outgoing:
            document["o"] = trace.outgoing
        if trace.refusals:
            document["r"] = trace.refusals
        if trace.not_found:
            document["f"] = trace.not_found
        if trace.told:
            document["m"] = trace.told
        if trace.session_changed:
            document["c"] = True
        if trace.before_view:
            document["v"] = trace.before_view
        if trace.http_hosts:
            document["h"] = trace.http_hosts
        if trace.backends:
            document["b"] = trace.backends
        if trace.row_writes:
            document["w"] = to_plain(trace.row_writes)
        if trace.exception:
            document["e"] = to_plain(trace.exception)
        scalars = _SCALARS_FORMAT % (*_numbers_of(trace), *map(_quoted, _texts_of(trace)))
        rest = f",{_encode(document)[1:]}" if document else "}"
        return f"{scalars}{rest}\n".encode()

    def bound(self, statements: Sequence[tuple[str, str, str]]) -> bytes:
        """Return the line of statements with values: alias, text with placeholders, and with values."""
        return _line({"bound": statements})

    def dropped(self, count: int) -> bytes:
        """Return the line that says how many traces could not be kept."""
        return _line({"dropped": count})


class Decoder:
    """Decodes the messages of one connection."""

    def __init__(self) -> None:
        self._statements: dict[int, str] = {}

    def decode(self, line: bytes, *, epoch_ns: int) -> Hello | Trace | BoundTexts | int:
        """Return a Hello, a Trace whose start is relative to `epoch_ns`, values, or the number of dropped traces.

        Raises ValueError or KeyError when the line is no message of ours.
        """
        document = json.loads(line)
        if not isinstance(document, dict):
            raise ValueError(f"expected a JSON object, found {type(document).__name__}")
        if "hello" in document:
            return from_plain(Hello, document["hello"])
        if "bound" in document:
            return BoundTexts(texts={(alias, sql): text for alias, sql, text in document["bound"]})
        if "dropped" in document:
            return int(document["dropped"])
        self._statements.update({int(number): sql for number, sql in document.get("q", {}).items()})
        numbers = dict(zip(_NUMBERS, document["n"], strict=True))
        trace = Trace(
            **numbers | {name: bool(numbers[name]) for name in _FLAGS},
            **dict(zip(_TEXTS, document["t"], strict=True)),
            statements=tuple(self._use(entry) for entry in document.get("s", ())),
            exception=from_plain(ServerException, document["e"]) if "e" in document else None,
            outgoing=tuple(document.get("o", ())),
            refusals=tuple(document.get("r", ())),
            not_found=document.get("f", ""),
            told=document.get("m", ""),
            session_changed=document.get("c", False),
            before_view=tuple(document.get("v", ())),
            http_hosts=tuple(document.get("h", ())),
            backends=tuple(document.get("b", ())),
            row_writes=tuple(from_plain(RowWrite, entry) for entry in document.get("w", ())),
        )
        return replace(trace, start_ns=trace.start_ns - epoch_ns)

    def _use(self, entry: Sequence[Any]) -> StatementUse:
        alias, number, count, total_ns, max_ns, rows, call_site = entry
        return StatementUse(
            alias=alias,
            sql=self._statements[number],
            count=count,
            total_ns=total_ns,
            max_ns=max_ns,
            rows=rows,
            call_site=call_site,
        )


def _line(document: object) -> bytes:
    return _encode(document).encode() + b"\n"
