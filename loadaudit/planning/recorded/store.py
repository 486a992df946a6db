"""Where recorded requests are kept: lines while tests run, one file beside the runs afterwards."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from loadaudit.errors import UsageError
from loadaudit.records import BodyKind, Pair, Upload
from loadaudit.runfile.codec import from_plain, to_plain

FILE = "recorded.json"
VERSION = 2
MADE = "__loadaudit_made__"
"""Stands for a value that was a secret or somebody's own: one is made when it is sent."""

_MOST_PER_OPERATION = 2
_SECRET = re.compile(
    r"pass(word|wd|phrase)|secret|token|api_?key|authori[sz]ation|cookie|session|csrf|signature|otp|(^|_)pin$|cvc|iban"
    r"|card_?number",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"e?mail|phone|mobile|(^|_)(first|last|full|sur|middle|given|family|user)_?name|birth|street|address|(^|_)(tel|fax)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request that a test sent with success, without what is secret or personal."""

    operation_id: str
    kind: BodyKind
    values: Any
    """A JSON value; of a form a list of name and value; None where there was no body."""
    query: tuple[Pair, ...] = ()
    uploads: tuple[Upload, ...] = ()
    source: str = ""
    """`tests/test_orders.py in test_order`."""
    status: int = 0
    """Of the answer."""


def without_secrets(value: Any, name: str = "") -> Any:
    """Return a JSON value in which secrets and personal values are `MADE`."""
    if isinstance(value, Mapping):
        return {str(key): without_secrets(entry, str(key)) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_secrets(entry, name) for entry in value]
    if value in (None, "") or isinstance(value, bool):
        return value
    if _SECRET.search(name) or _PERSONAL.search(name) or (isinstance(value, str) and _ADDRESS.search(value)):
        return MADE
    return value


def append(folder: Path, one: Recorded) -> None:
    """Add a line to this process's file; what other processes of the tests write is in files of their own."""
    line = json.dumps(to_plain(one), default=str)
    descriptor = os.open(folder / f"{os.getpid()}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as lines:
        lines.write(line + "\n")


def collect(folder: Path, runs: Path) -> tuple[int, int]:
    """Merge what was recorded into the store; return how many requests and operations that were.

    Operations that were not recorded this time keep what they have.
    """
    found: dict[str, list[Recorded]] = {}
    counts: Counter[str] = Counter()
    for one in _lines(folder):
        counts[one.operation_id] += 1
        if one.values is not None or one.query:
            found.setdefault(one.operation_id, []).append(one)
    if counts:
        kept = {**read(runs), **{id_: _best(entries) for id_, entries in found.items()}}
        _write(runs / FILE, kept, {**traffic(runs), **counts})
    return counts.total(), len(counts)


def read(runs: Path) -> dict[str, tuple[Recorded, ...]]:
    """Return the recorded bodies and query strings by operation. Raises UsageError when the store cannot be read."""
    return _read(runs / FILE)[0]


def traffic(runs: Path) -> dict[str, int]:
    """Return how often each operation was recorded. Raises UsageError when the store cannot be read."""
    return _read(runs / FILE)[1]


def _read(path: Path) -> tuple[dict[str, tuple[Recorded, ...]], dict[str, int]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != VERSION:
            raise ValueError(f"version {document['version']}")
        entries = {
            id_: tuple(from_plain(Recorded, one) for one in entries) for id_, entries in document["operations"].items()
        }
        return entries, {str(id_): int(count) for id_, count in document["traffic"].items()}
    except FileNotFoundError:
        return {}, {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"The recorded requests in {path} cannot be read: {error}",
            hint="Delete the file, and record again: manage.py loadaudit record -- test",
        ) from error


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
