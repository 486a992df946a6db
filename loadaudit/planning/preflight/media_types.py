"""Bodies that are neither forms nor JSON: the type that an answer or the code asks for, and a content of that type."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from types import CodeType
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.payloads.files import KINDS
from loadaudit.planning.payloads.tables import content, type_of
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.preflight.files_as_read import AS_READ, as_read, value_for
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.opened.layouts import layout_of
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.states import with_helpers
from loadaudit.planning.preflight.view_code import class_of, layers_of, view_at
from loadaudit.records import BodyKind, Operation, Outcome, Payload, Upload

AS_TYPED = ", as the type that is asked for"
_TYPE = re.compile(r"\b(?:application|text|image|audio|video|model|font)/[a-z0-9][\w.+-]*\w", re.IGNORECASE)
_SPEAKS_OF_IT = re.compile(r"content[-_ ]type|media[-_ ]type|mime", re.IGNORECASE)
_REFUSED = re.compile(r"""(?:media type|content[- ]type|mime type) \W*["'][^"']*["']""", re.IGNORECASE)
"""Names the type that was sent and not wanted, as REST framework does."""

_MADE_ELSEWHERE = frozenset(
    {"application/json", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/mixed"}
)
_ASKS_FOR_TYPE = frozenset({"content_type", "CONTENT_TYPE", "Content-Type", "content_params"})
_NAMES = {"csv": "text/csv", "xml": "application/xml", "ndjson": "application/x-ndjson", "pdf": "application/pdf"}
"""What code looks for in a type, where it does not name all of it."""

_WITH_FIELDS = {"csv": "csv", "x-ndjson": "jsonl", "ndjson": "jsonl", "jsonl": "jsonl", "xml": "xml"}
"""What has a place for fields; rows of a table and lines stand for themselves, so that one is a list."""
_ENDING = re.compile(r"^\.[a-z]\w{1,6}$")
_RAW = frozenset({Outcome.CLIENT_ERROR, Outcome.SERVER_ERROR, Outcome.INVALID})
_TAKES_ALL = "*/*"
_BYTES = "application/octet-stream"
_OF_NAMED_FILES = "FileUploadParser"


def body_as_typed(operation: Operation, one: Try, needs: Needs) -> Payload | None:
    """Return a body of the type that is wanted, with a content as its code reads it; None where nothing tells.

    Never raises.
    """
    if one.answer is None or one.payload is None or one.payload.kind is BodyKind.MULTIPART:
        return None
    said = said_of(one.answer)
    is_refused = one.answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE or (
        one.outcome in _RAW and _SPEAKS_OF_IT.search(said) is not None and _TYPE.search(said) is not None
    )
    is_raw = one.payload.kind is BodyKind.OTHER and not one.payload.uploads and one.outcome in _RAW
    if not is_refused and not is_raw:
        return None
    try:
        return _made(operation, one, needs, is_refused=is_refused)
    except Exception:  # parsers and views of the project may do anything when they are looked at
        return None


def _made(operation: Operation, one: Try, needs: Needs, *, is_refused: bool) -> Payload | None:
    view, path, payload = view_at(one.path.path), one.path.path, one.payload
    if payload is None or one.answer is None:
        return None
    told = _TYPE.findall(f"{one.answer.accepts} {_REFUSED.sub('', said_of(one.answer))}") if is_refused else []
    types = [each.lower() for each in (*told, *_of_parsers(view), *_of_code(view))]
    layout = layout_of(operation, path, "")
    if layout is not None and not is_refused:
        types.append(type_of(f".{layout.kind}"))
    wanted = [each for each in dict.fromkeys(types) if each not in _MADE_ELSEWHERE]
    sent = payload.content_type or next((each.content_type for each in payload.uploads), "")
    left = wanted[wanted.index(sent) + 1 :] if sent in wanted else wanted
    if not left:
        return None
    kind = left[0]
    if kind.endswith("+json") and payload.kind is BodyKind.JSON:
        return replace(payload, content_type=kind, origin=f"{payload.origin}{AS_TYPED}")
    ending = next(iter(_endings(view)), "") if kind in (_TAKES_ALL, _BYTES) else ""
    ending = ending or f".{_ending_of(kind)}"
    fields = {each.name: value_for(each, needs) for each in operation.body.fields}
    made = Payload(
        kind=BodyKind.OTHER,
        uploads=(
            Upload(
                field="file" if _wants_a_name(view) and "filename" not in path_names(operation) else "",
                filename=f"{UNIQUE_TEXT}{ending}",
                content_type=_BYTES if kind == _TAKES_ALL else kind,
                content=base64.b64encode(_content(kind, ending, fields)).decode(),
            ),
        ),
        origin=f"{payload.origin.removesuffix(AS_TYPED)}{AS_TYPED}",
    )
    if (read := as_read(operation, path, made, needs)) is None:
        return made
    upload = replace(read.uploads[0], content_type=made.uploads[0].content_type, field=made.uploads[0].field)
    return replace(read, uploads=(upload,), origin=made.origin + AS_READ)


def path_names(operation: Operation) -> set[str]:
    """Return the names of the parameters of an address."""
    return {one.name for one in operation.parameters}


def _content(kind: str, ending: str, fields: Mapping[str, Any]) -> bytes:
    """Return a small content of a type: with the fields of the body where that type has any."""
    form = _WITH_FIELDS.get(kind.rpartition("/")[2].rpartition("+")[2], "")
    if form and fields:
        return content(form, fields)
    known = ending.removeprefix(".")
    return KINDS[known][1] if known in KINDS else b"loadaudit xxLAxx\n"


def _ending_of(kind: str) -> str:
    """Return what names of files of a type end in."""
    found = next((ending for ending, (known, _) in KINDS.items() if known == kind), "")
    plain = kind.rpartition("/")[2].rpartition("+")[2].removeprefix("x-").removeprefix("vnd.")
    usual = {"ndjson": "jsonl", "plain": "txt", "octet-stream": "bin"}
    return found or usual.get(plain, plain if plain in KINDS else "bin")


def _parsers(view: Any) -> tuple[Any, ...]:
    found = getattr(class_of(view), "parser_classes", None)
    return tuple(found) if isinstance(found, (list, tuple)) else ()


def _of_parsers(view: Any) -> Iterator[str]:
    """Yield the types of the parsers of a view of REST framework."""
    yield from (str(one.media_type) for one in _parsers(view) if getattr(one, "media_type", None))


def _wants_a_name(view: Any) -> bool:
    """Whether a parser takes the file's name from Content-Disposition."""
    return any(base.__name__ == _OF_NAMED_FILES for one in _parsers(view) for base in getattr(one, "__mro__", ()))


def _of_code(view: Any) -> Iterator[str]:
    """Yield the types that the code of a view names which looks at the type of what it gets."""
    codes = [one.__code__ for one in with_helpers(layers_of(view))] if view is not None else []
    texts = [[*_texts(one)] for one in codes]
    reading = [one for code, one in zip(codes, texts, strict=True) if _ASKS_FOR_TYPE & {*code.co_names, *one}]
    for one in reading:
        yield from (found[0] for text in one for found in _TYPE.finditer(text))
    for one in reading:
        yield from (_NAMES[text] for text in one if text in _NAMES)


def _endings(view: Any) -> Iterator[str]:
    """Yield what the code of a view wants names of files to end in."""
    for one in layers_of(view) if view is not None else ():
        yield from (text for text in _texts(one.__code__) if _ENDING.match(text))


def _texts(code: CodeType) -> Iterator[str]:
    waiting: list[Any] = [*code.co_consts]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, str):
            yield one
        elif isinstance(one, CodeType):
            yield from _texts(one)
        elif isinstance(one, Iterable) and not isinstance(one, bytes):
            waiting += one
