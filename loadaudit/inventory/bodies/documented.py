"""What a document tells of a body, beside what the classes of its view tell."""

from dataclasses import replace
from typing import TypeVar

from loadaudit.records import Body, BodyField, BodyKind

_N = TypeVar("_N", int, float)

_VAGUE = frozenset({"any", "string"})


def with_document(found: Body, documented: Body | None) -> Body:
    """Return the body of the view's classes with what a document says of it: more fields, examples, closer limits.

    The document's word goes first as far as the code would take it. Where the two do not describe the same thing (a
    list and an object), the document is out of date, since the code is what answers.
    """
    if documented is None or not documented.fields or documented.many != found.many:
        return found
    if found.kind is BodyKind.NONE or found.kind is BodyKind.OTHER:
        return found
    return replace(
        found, fields=_joined(found.fields, documented.fields), source=f"{documented.source}, {found.source}"
    )


def _joined(of_code: tuple[BodyField, ...], of_document: tuple[BodyField, ...]) -> tuple[BodyField, ...]:
    told = {one.name: one for one in of_document}
    known = {one.name for one in of_code}
    both = (_both(one, told[one.name]) if one.name in told else one for one in of_code)
    return (*both, *(one for one in of_document if one.name not in known))


def _both(code: BodyField, document: BodyField) -> BodyField:
    """Return a field that is what the code takes and, within that, what the document asks for."""
    if code.many != document.many:
        return code
    shortest, longest = _within((code.min_length, code.max_length), (document.min_length, document.max_length))
    minimum, maximum = _within((code.minimum, code.maximum), (document.minimum, document.maximum))
    return replace(
        code,
        type=document.type if code.type in _VAGUE and not code.model else code.type,
        required=code.required or document.required,
        choices=tuple(one for one in document.choices if one in code.choices or not code.choices) or code.choices,
        default=document.default if document.default is not None else code.default,
        example=document.example if document.example is not None else code.example,
        min_length=shortest,
        max_length=longest,
        minimum=minimum,
        maximum=maximum,
        pattern=code.pattern or document.pattern,
        fields=_joined(code.fields, document.fields) if code.fields else document.fields,
    )


def _within(code: tuple[_N | None, _N | None], document: tuple[_N | None, _N | None]) -> tuple[_N | None, _N | None]:
    """Return the least and the most that both allow, or what the code allows where nothing is left."""
    least = max((one for one in (code[0], document[0]) if one is not None), default=None)
    most = min((one for one in (code[1], document[1]) if one is not None), default=None)
    return code if least is not None and most is not None and least > most else (least, most)
