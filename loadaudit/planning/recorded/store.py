"""Where recorded requests are kept: lines while tests run, one file beside the runs afterwards."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any

from loadaudit.errors import UsageError
from loadaudit.planning.recorded.persons import Persons, append_line
from loadaudit.planning.recorded.redaction import redacted_pair, without_secrets
from loadaudit.records import BodyKind, Pair, Upload
from loadaudit.runfile.codec import from_plain, to_plain

FILE = "recorded.json"
VERSION = 3
_FULL_OF_SECRETS = 2
"""The version whose files hold uploads as they were, and secrets that no name tells."""

_LEFT_OUT = ".left"
_MOST_PER_OPERATION = 2
_ENDING = re.compile(r"(\.tar)?\.[a-zA-Z0-9]{1,8}$")
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request that a test sent with success, without what is secret or personal."""

    operation_id: str
    kind: BodyKind
    values: Any
    """A JSON value; of a form a list of name and value; None where there was no body."""
    query: tuple[Pair, ...] = ()
    path: tuple[Pair, ...] = ()
    """Parameters of the address that named rows, with marks that tell the column."""
    headers: tuple[Pair, ...] = ()
    """Of the project's own, as `X-Tenant`, that every request for the operation had."""
    uploads: tuple[Upload, ...] = ()
    """Their fields and kinds; of a name only what it ends in."""
    contents: tuple[str, ...] = ()
    """What is kept of each of them, as JSON: of small tables and documents, without what is secret; else empty."""
    source: str = ""
    """`tests/test_orders.py in test_order`."""
    status: int = 0
    """Of the answer."""


def append(folder: Path, one: Recorded) -> None:
    """Add a line to this process's file; what other processes of the tests write is in files of their own."""
    append_line(folder / f"{os.getpid()}.jsonl", json.dumps(to_plain(one), default=str))


class LeftOut(StrEnum):
    """Why a request of the tests is not kept."""

    REFUSED = "refused"
    LOGIN = "login"
    NO_ROUTE = "no route"


def count_left_out(folder: Path, why: LeftOut) -> None:
    """Note that a request is not kept, beside the lines of those that are."""
    append_line(folder / f"{os.getpid()}{_LEFT_OUT}", why.value)


def left_out(folder: Path) -> Counter[LeftOut]:
    """Return how many requests of all processes were not kept, by the reason."""
    texts = (path.read_text(encoding="utf-8") for path in folder.glob(f"*{_LEFT_OUT}"))
    reasons = {one.value: one for one in LeftOut}
    return Counter(reasons[line] for text in texts for line in text.splitlines() if line in reasons)


def collect(folder: Path, runs: Path) -> tuple[int, int]:
    """Merge what was recorded into the store; return how many requests and operations that were.

    Operations that were not recorded this time keep what they have.
    """
    found: dict[str, list[Recorded]] = {}
    counts: Counter[str] = Counter()
    persons, always = Persons.of_all(folder), dict[str, set[str]]()
    for one in _lines(folder):
        counts[one.operation_id] += 1
        names = {pair.name for pair in one.headers}
        always[one.operation_id] = always.get(one.operation_id, names) & names
        if one.values is not None or one.query or one.path or one.headers:
            query = tuple(replace(pair, value=persons.without(pair.value)) for pair in one.query)
            contents = tuple(json.dumps(persons.without(json.loads(each))) if each else "" for each in one.contents)
            kept = replace(one, values=persons.without(one.values), query=query, contents=contents)
            found.setdefault(one.operation_id, []).append(kept)
    if counts:
        stored = {**read(runs), **{id_: _best(_with(always[id_], entries)) for id_, entries in found.items()}}
        _write(runs / FILE, stored, {**traffic(runs), **counts})
    return counts.total(), len(counts)


def _with(names: set[str], entries: Iterable[Recorded]) -> Iterator[Recorded]:
    """Yield requests with those of their headers that have these names."""
    for one in entries:
        yield replace(one, headers=tuple(pair for pair in one.headers if pair.name in names))


def read(runs: Path) -> dict[str, tuple[Recorded, ...]]:
    """Return the recorded bodies and query strings by operation. Raises UsageError when the store cannot be read."""
    return _read(runs / FILE)[0]


def traffic(runs: Path) -> dict[str, int]:
    """Return how often each operation was recorded. Raises UsageError when the store cannot be read."""
    return _read(runs / FILE)[1]


def _read(path: Path) -> tuple[dict[str, tuple[Recorded, ...]], dict[str, int]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] not in (VERSION, _FULL_OF_SECRETS):
            raise ValueError(f"version {document['version']}")
        clean = _cleaned if document["version"] == _FULL_OF_SECRETS else _as_it_is
        entries = {
            id_: tuple(clean(from_plain(Recorded, one)) for one in entries)
            for id_, entries in document["operations"].items()
        }
        return entries, {str(id_): int(count) for id_, count in document["traffic"].items()}
    except FileNotFoundError:
        return {}, {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"The recorded requests in {path} cannot be read: {error}",
            hint="Delete the file, and record again: manage.py loadaudit record -- test",
        ) from error


def _as_it_is(one: Recorded) -> Recorded:
    return one


def _cleaned(one: Recorded) -> Recorded:
    is_form = one.kind in (BodyKind.FORM, BodyKind.MULTIPART) and one.values is not None
    pairs = [redacted_pair(name, value) for name, value in one.values] if is_form else []
    return replace(
        one,
        values=[[pair.name, pair.value] for pair in pairs] if is_form else without_secrets(one.values),
        query=tuple(redacted_pair(pair.name, pair.value) for pair in one.query),
        uploads=tuple(kind_of_upload(each.field, each.filename, each.content_type) for each in one.uploads),
    )


def kind_of_upload(field: str, filename: str, content_type: str) -> Upload:
    """Return what is kept of an uploaded file: people upload what is secret or somebody's, and the name may tell it."""
    ending = _ENDING.search(filename)
    kind = content_type if _MIME.fullmatch(content_type) else "application/octet-stream"
    return Upload(field=field, filename=ending[0].lower() if ending else "", content_type=kind)


def _lines(folder: Path) -> Iterator[Recorded]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield from_plain(Recorded, json.loads(line))
            except (ValueError, TypeError, KeyError):
                # The last line of a process that was killed while it wrote.
                continue


def _best(entries: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """Return one request of each shape, the usual shape first, but a form that came back behind one that was taken."""
    entries = sorted(entries, key=_may_have_come_back)
    shapes = Counter(map(_shape, entries))
    first = {_shape(one): one for one in reversed(entries)}
    usual = [shape for shape, _ in shapes.most_common()]
    best = sorted(usual, key=lambda shape: _may_have_come_back(first[shape]))
    return tuple(first[shape] for shape in best[:_MOST_PER_OPERATION])


def _may_have_come_back(one: Recorded) -> bool:
    """Whether a form was answered with a page: tests send wrong ones, too, and get them back with status 200."""
    return one.kind in (BodyKind.FORM, BodyKind.MULTIPART) and one.status == HTTPStatus.OK


def _shape(one: Recorded) -> str:
    values = one.values
    names = sorted(values) if isinstance(values, dict) else sorted(str(entry)[:1] for entry in values or [])
    if one.kind in (BodyKind.FORM, BodyKind.MULTIPART):
        names = sorted({str(name) for name, _ in values})
    queried = sorted({pair.name for pair in one.query})
    return f"{one.kind} {names} {[upload.field for upload in one.uploads]} {queried}"


def _write(path: Path, operations: Mapping[str, Iterable[Recorded]], counts: Mapping[str, int]) -> None:
    document = {
        "version": VERSION,
        "operations": {id_: to_plain(list(entries)) for id_, entries in sorted(operations.items())},
        "traffic": dict(sorted(counts.items())),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    # Complete or not at all: a plan may be reading it.
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
    temporary.replace(path)
