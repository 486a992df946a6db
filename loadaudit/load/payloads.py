"""Bodies of requests: a template becomes bytes, with texts in it that no other request of the run has."""

import base64
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from loadaudit.load.files import rewritten
from loadaudit.load.streams import BodyStream
from loadaudit.load.words import TurnOf, Turns, all_in, has_words, words_in, words_in_json
from loadaudit.records import BodyKind, Payload, Upload

UNIQUE_TEXT = "xxLAxx"
"""Stands in a template for a text that differs from request to request; as long as what takes its place."""

UNIQUE_NUMBER = "__loadaudit_number__"
"""Stands, as a JSON string or the whole value of a form field, for a number that differs from request to request."""

UNIQUE_OCTETS = "__loadaudit_octets__"
"""Stands for two numbers below 256 with a dot between them, for addresses of networks and of hosts."""

_IN_FILES = (UNIQUE_TEXT.encode(), b"__loadaudit_")
_BOUNDARY = "loadaudit-7f3a9c51e2d84b06"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A body as it is sent."""

    content_type: str
    content: bytes
    disposition: str = ""
    """Value of Content-Disposition, which some want of a body that is a file."""


def encode(payload: Payload, number: int, turns: Turns | None = None) -> Encoded:
    """Return the body of request `number`: what `sample_number` and `control_number` make is unique in a run.

    `turns` tells which words whoever sends it has used up; without them the number chooses.
    """
    turn_of = _turn_of(number, turns)
    if payload.kind is BodyKind.JSON:
        document = _document(payload, number, turn_of).encode()
        return Encoded(content_type=payload.content_type or "application/json", content=document)
    pairs = _pairs(payload, number, turn_of)
    if payload.kind is BodyKind.MULTIPART:
        return Encoded(
            content_type=f"multipart/form-data; boundary={_BOUNDARY}", content=_multipart(payload, pairs, number)
        )
    if payload.kind is BodyKind.FORM:
        return Encoded(content_type="application/x-www-form-urlencoded", content=urlencode(pairs).encode())
    if payload.uploads:
        one = payload.uploads[0]
        name = _quoted(unique(one.filename, number))
        return Encoded(
            content_type=one.content_type,
            content=unique_file(base64.b64decode(one.content), number),
            disposition=f'attachment; filename="{name}"' if one.field else "",
        )
    return Encoded(content_type="application/octet-stream", content=payload.document.encode())


def settled(payload: Payload, number: int, turns: Turns | None = None) -> Payload:
    """Return the template with all marks replaced as for request `number`, so that it can be sent twice the same.

    `turns` tells which words were settled on before; without them the number chooses.
    """
    turn_of = _turn_of(number, turns)
    values = zip(payload.pairs, _pairs(payload, number, turn_of), strict=True)
    return replace(
        payload,
        document=_document(payload, number, turn_of),
        pairs=tuple(replace(one, name=name, value=value) for one, (name, value) in values),
        uploads=tuple(_settled_file(one, number) for one in payload.uploads),
    )


def _settled_file(one: Upload, number: int) -> Upload:
    if not one.content:
        return one
    content = unique_file(base64.b64decode(one.content), number)
    return replace(one, content=base64.b64encode(content).decode())


def can_be_equal(payload: Payload) -> bool:
    """Whether requests that are the same to the letter have values that no load sends; without words they always do."""
    texts = (payload.document, *(one.value for one in payload.pairs))
    return all(words.kept for text in texts for words in all_in(text))


def _turn_of(number: int, turns: Turns | None) -> TurnOf:
    # Rows that the run makes past any request have words that no load and no preflight comes to.
    return turns.of_body() if turns is not None else lambda words: words.for_row(_folded(number))


def _document(payload: Payload, number: int, turn_of: TurnOf) -> str:
    text = words_in_json(payload.document, turn_of)
    return unique(text.replace(f'"{UNIQUE_NUMBER}"', str(unique_number(number))), number)


def _pairs(payload: Payload, number: int, turn_of: TurnOf) -> list[tuple[str, str]]:
    return [(unique(one.name, number), unique(words_in(one.value, turn_of), number)) for one in payload.pairs]


def is_marked(value: object) -> bool:
    """Whether a value of a template is another one in each request."""
    return isinstance(value, str) and (
        any(one in value for one in (UNIQUE_TEXT, UNIQUE_NUMBER, UNIQUE_OCTETS)) or has_words(value)
    )


def unique_number(number: int) -> int:
    """Return a number of at most nine digits for a request; it repeats only after a million requests of one user."""
    return 100_000_000 + _folded(number) % 900_000_000


def unique(text: str, number: int) -> str:
    """Return a text with its marks replaced by what belongs to request `number`."""
    if UNIQUE_NUMBER in text:
        text = text.replace(UNIQUE_NUMBER, str(unique_number(number)))
    if UNIQUE_OCTETS in text:
        text = text.replace(UNIQUE_OCTETS, f"{_folded(number) >> 8 & 255}.{_folded(number) & 255}")
    if has_words(text):
        text = words_in(text, _turn_of(number, None))
    return text.replace(UNIQUE_TEXT, _short(number)) if UNIQUE_TEXT in text else text


def words_of(number: int) -> tuple[str, str]:
    """Return what stands for the marks of a text and of a number in request `number`."""
    return _short(number), str(unique_number(number))


def unique_file(content: bytes, number: int) -> bytes:
    """Return a file with its marks replaced by what belongs to request `number`, those in an archive included."""
    if not any(one in content for one in _IN_FILES):
        return content
    plain = str(unique_number(number))
    return rewritten(content, lambda text: unique(text.replace(f'"{UNIQUE_NUMBER}"', plain), number))


def _short(number: int) -> str:
    """Return six letters and digits: 2.1 billion different ones."""
    rest, text = _folded(number), ""
    for _ in UNIQUE_TEXT:
        rest, digit = divmod(rest, 36)
        text = _DIGITS[digit] + text
    return text


def _folded(number: int) -> int:
    # The virtual user is in the upper 32 bits; 10,000 requests of one stay apart from those of the next, and
    # the control plane's numbers, whose highest bit is dropped, come before those of all users.
    return (number >> 32 & 0xFFFFF) * 1_000_000 + (number & 0xFFFFFFFF)


def streamed(payload: Payload, number: int, turns: Turns | None = None) -> tuple[str, BodyStream] | None:
    """Return content type and body of a form with files on disk, else None. Raises OSError without such a file."""
    if not any(one.path for one in payload.uploads):
        return None
    pairs = _pairs(payload, number, _turn_of(number, turns))
    return f"multipart/form-data; boundary={_BOUNDARY}", BodyStream(_parts(payload, pairs, number))


def _multipart(payload: Payload, pairs: list[tuple[str, str]], number: int) -> bytes:
    parts = _parts(payload, pairs, number)
    return b"".join(one if isinstance(one, bytes) else one.read_bytes() for one in parts)


def _parts(payload: Payload, pairs: list[tuple[str, str]], number: int) -> list[bytes | Path]:
    """Return the body as RFC 7578 describes it, files on disk as their paths."""
    parts: list[bytes | Path] = []
    for name, value in pairs:
        parts.append(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'.encode()
        )
    for one in payload.uploads:
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{_quoted(one.field)}"; '
            f'filename="{_quoted(unique(one.filename, number))}"\r\nContent-Type: {one.content_type}\r\n\r\n'
        )
        content = Path(one.path) if one.path else unique_file(base64.b64decode(one.content), number)
        parts += [head.encode(), content, b"\r\n"]
    return [*parts, f"--{_BOUNDARY}--\r\n".encode()]


def _quoted(text: str) -> str:
    # As browsers do: HTML, section 4.10.22.8 (multipart/form-data encoding algorithm).
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
