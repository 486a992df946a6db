"""Raw bodies as long as an error says that they have to be, such as the part of an upload that was announced before."""

import re
from dataclasses import replace

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.corrections import said_of
from loadaudit.records import BodyKind, Payload

_BYTES = re.compile(
    r"\b(?:must|has to|have to|should|needs? to) (?:have|be|contain)(?: exactly)? (?P<must>\d{1,6}) bytes?\b"
    r"|\bexpected (?:exactly )?(?P<expected>\d{1,6}) bytes?\b",
    re.IGNORECASE,
)
_FILL = "loadaudit "


def of_length(payload: Payload | None, answer: Answer | None) -> Payload | None:
    """Return a raw body with as many bytes as an error asks for; None where it asks for none."""
    if payload is None or answer is None or payload.kind is not BodyKind.OTHER or payload.uploads:
        return None
    told = _BYTES.search(said_of(answer)) if answer.status >= 400 else None
    if told is None:
        return None
    length = int(told["must"] or told["expected"])
    document = (_FILL * (length // len(_FILL) + 1))[:length]
    return replace(payload, document=document) if document != payload.document else None
