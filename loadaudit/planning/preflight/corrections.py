"""Reads what a server said was wrong with a body, for another try."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.plain_words import moved_dates, names_in, unique_together
from loadaudit.records import BodyField

_REFUSAL = re.compile(r"(?:^|[:,] )([\w-]+) \(([\w -]+)\)")
_MISSING_KEY = re.compile(r"^'([\w-]+)'$|^\"?'([\w-]+)'\"?$")
_NAMED = re.compile(
    r"(?:missing|requires?|required|provide|need|without)\w*[^\w\"'`]+"
    r"(?:the |a |an |field |parameter |key |value |for )*[\"'`]?([\w-]+)"
    r"|[\"'`]?([\w-]+)[\"'`]? (?:is|are|was|must be|field is|parameter is) "
    r"(?:required|missing|not provided|provided|needed)",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"((?:[\w-]+, )*[\w-]+,? and [\w-]+)(?: parameters?| fields?| values?| keys?| arguments?)?"
    r" (?:are|were|must be) (?:required|missing|not provided|provided|needed|given)",
    re.IGNORECASE,
)
_TWO_WORDS = re.compile(
    r"\b([a-z]+) ([a-z]+) (?:is|are|was|must be) (?:required|missing|not provided|provided|needed)", re.I
)
"""`model name must be provided` may mean the key `model_name`."""

_MARKED = re.escape(UNIQUE_TEXT)
_SHORTEST_QUOTED = 5
"""Letters of a sent text by which it is recognised in an error."""

_WANTS = (
    (
        "integer",
        re.compile(r"expected a number|int\(\)|not an? (valid )?(integer|number|id)\b|could not convert", re.I),
    ),
    ("uuid", re.compile(r"uuid", re.I)),
    ("date", re.compile(r"date format|time data|isoformat|valid date", re.I)),
)
_SUBJECT = re.compile(r'"([A-Za-z_][\w-]*): ')
_FILE_KIND = re.compile(r"\b(csv|json|pdf|png|jpe?g|image|picture)\b", re.I)
"""Kinds of files that there are small ones of."""

_ABOUT_A_FILE = re.compile(r"\bfile|extension|mime|upload|content.?type", re.IGNORECASE)
_KINDS = ("png", "pdf", "csv")
_PYDANTIC = {
    **{"list_type": "array", "string_type": "string", "dict_type": "object", "model_type": "object"},
    **{"int_type": "integer", "int_parsing": "integer", "float_parsing": "number", "bool_parsing": "boolean"},
    **{"date_type": "date", "date_parsing": "date", "date_from_datetime_parsing": "date"},
    **{"datetime_type": "date-time", "datetime_parsing": "date-time", "datetime_from_date_parsing": "date-time"},
    **{"uuid_type": "uuid", "uuid_parsing": "uuid", "url_parsing": "uri"},
}
"""Type that pydantic wanted, by the type of its error."""

_LONGEST = 20_000
_LONGEST_PLAIN = 500
_NO_NAMES = frozenset(
    {"this", "field", "it", "value", "parameter", "data", "body", "authentication", "credentials"}
    | {"these", "fields", "they", "values", "parameters", "keys", "arguments", "both", "all"}
    | {"or", "and", "not", "any", "some", "one", "valid", "invalid"}
)
_ABOUT_THE_ERROR = frozenset({"type", "code", "status", "status_code", "error_code", "errorcode", "success", "title"})
"""Keys of an error that tell what kind it is, and name no field unless one of that name was sent."""

_ARTICLES = frozenset({"a", "an", "the", "that", "your", "valid", "which", "and", "or", "at", "of"})
_CHOICE = ("choice", "exist", "invalid pk", "not found", "valid option")
_MOST_NAMES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One field that the server did not take, and why."""

    field: str
    missing: bool = False
    """It has to be there."""
    choice: bool = False
    """Another row or choice may be right."""
    unwanted: bool = False
    in_query: bool = False
    """It belongs into the address, not into the body."""
    value: Any = None
    """What the server says the value is, or one that its statements ask for; None when nothing is known."""
    wants: str = ""
    """Type of value that the server expected, in the words of `BodyField.type`, where it says so."""


def complaints(answer: Answer | None, sent: Mapping[str, Any] | None = None) -> list[Complaint]:
    """Return what the answer to a request that failed, its trace's refusals and its exception say about single fields.

    It may have failed with a status of success: `{"ok": false, "errors": {…}}`.

    A text that begins with the name of a field that was sent, as in `job_id: the job is done`, is about its value. What
    was sent in the body and is missing all the same is looked for in the query.
    """
    if answer is None:
        return []
    sent = sent or {}
    of_body = [one for one in _from_body(answer) if answer.status >= 400 or one.missing or one.field in sent]
    found = [*_from_refusals(answer), *_from_exception(answer), *of_body]
    found = [one for one in found if one.missing or one.field in sent or one.field.lower() not in _ABOUT_THE_ERROR]
    found = [
        _once_more(one, sent[one.field]) if one.missing and one.field in sent else one
        for one in found
        if one.value is None or one.field in sent
    ]
    said = _said(answer)
    found += [Complaint(field=name, choice=True) for name in _subjects(answer) if name in sent]
    found += [Complaint(field=name, choice=True) for name in unique_together(said, sent)]
    found = found or [Complaint(field=name, value=value) for name, value in moved_dates(said, sent)]
    found = found or list(_quoted(answer, sent)) or list(_named(answer, sent))
    unique: dict[str, Complaint] = {}
    for one in found:
        unique.setdefault(one.field, one)
    return list(unique.values())[:_MOST_NAMES]


def _once_more(one: Complaint, value: Any) -> Complaint:
    """Return what is left of the complaint that something is missing which was sent with this value."""
    if value in (None, "", [], {}):
        return replace(one, missing=False, choice=True)
    return replace(one, in_query=True)


def _said(answer: Answer) -> str:
    """Return what an error says: the exception's words, else the text or the JSON of the answer."""
    exception = answer.trace.exception if answer.trace is not None else None
    if exception is not None:
        return exception.message
    return plain_text(answer) or (answer.content[:_LONGEST].decode(errors="replace") if _is_json(answer) else "")


def _named(answer: Answer, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the fields that an error names in the middle of a sentence, as in `Pass exactly one course_id.`"""
    texts = [plain_text(answer)]
    if _is_json(answer):
        try:
            texts = list(_leaves(json.loads(answer.content)))
        except (ValueError, RecursionError):
            return
    for name in names_in(texts):
        # What stands before a colon is what was sent, or somebody else's word for it.
        if name in sent or not any(f"{name}:" in text for text in texts):
            yield Complaint(field=name, missing=name not in sent)


def _leaves(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    for one in document.values() if isinstance(document, Mapping) else document if isinstance(document, list) else ():
        yield from _leaves(one)


def _quoted(answer: Answer, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the fields whose values an error repeats: `Field 'id' expected a number but got 'loadaudit'`."""
    said = _said(answer)
    for name, value in sent.items() if said else ():
        is_text = isinstance(value, str) and len(value) >= _SHORTEST_QUOTED
        if is_text and re.search(re.escape(value).replace(_MARKED, r"\w{6}"), said):
            wants = next((kind for kind, pattern in _WANTS if pattern.search(said)), "")
            yield Complaint(field=name, choice=True, wants=wants)


def of_files(answer: Answer | None, files: Iterable[str], variant: int = 1) -> Iterator[Complaint]:
    """Yield the files that were sent where an error names kinds of files, with the first that can be made.

    Where it only says that the file is wrong, each variant is of another kind.
    """
    if answer is None or answer.status < 400:
        return
    said = answer.content[:_LONGEST].decode(errors="replace") if _is_json(answer) else plain_text(answer)
    kind = _FILE_KIND.search(said)
    if kind is not None:
        yield from (Complaint(field=name, choice=True, wants=kind[0].lower()) for name in files)
    elif _ABOUT_A_FILE.search(said):
        wants = _KINDS[(variant - 1) % len(_KINDS)]
        yield from (Complaint(field=name, choice=True, wants=wants) for name in files)


def _is_json(answer: Answer) -> bool:
    return "json" in answer.content_type


def plain_text(answer: Answer) -> str:
    """Return the text of an error that is neither JSON nor a page, as of `HttpResponseBadRequest("…")`, or empty."""
    if answer.status < 400 or not answer.content_type.startswith("text/") or len(answer.content) > _LONGEST_PLAIN:
        return ""
    text = answer.content.decode(errors="replace").strip()
    return "" if "<" in text else text


def _subjects(answer: Answer) -> Iterator[str]:
    """Yield names that stand before a colon in the texts of a JSON error."""
    if answer.status < 400 or not _is_json(answer):
        return
    for match in _SUBJECT.finditer(answer.content[:_LONGEST].decode(errors="replace")):
        yield match[1]


def _from_refusals(answer: Answer) -> Iterator[Complaint]:
    for refusal in answer.trace.refusals if answer.trace is not None else ():
        for field, codes in _REFUSAL.findall(refusal):
            if field != "__all__":
                yield Complaint(field=field, missing="required" in codes, choice="choice" in codes)


def _from_exception(answer: Answer) -> Iterator[Complaint]:
    exception = answer.trace.exception if answer.trace is not None else None
    if exception is None or not exception.type.endswith("KeyError"):
        return
    match = _MISSING_KEY.match(exception.message.strip())
    if match:
        yield Complaint(field=match[1] or match[2], missing=True)


def _from_body(answer: Answer) -> Iterator[Complaint]:
    if plain := plain_text(answer):
        yield from _from_document(plain)
    if not _is_json(answer):
        return
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        return
    yield from _from_document(document)


def _from_document(document: Any) -> Iterator[Complaint]:
    if isinstance(document, str) and document[:1] in ("[", "{") and (inner := _parsed(document)) is not None:
        # Errors of pydantic as a text within the answer.
        yield from _from_document(inner)
    elif isinstance(document, str):
        for match in _SEVERAL.finditer(document):
            for name in re.split(r",? and |, ", match[1]):
                # A name at the beginning of a sentence has a capital that is not its own.
                yield Complaint(field=name[:1].lower() + name[1:] if name.istitle() else name, missing=True)
        ends = set()
        for match in _TWO_WORDS.finditer(document):
            if not (_NO_NAMES | _ARTICLES) & {match[1].lower(), match[2].lower()}:
                ends.add(match[2])
                yield Complaint(field=f"{match[1]}_{match[2]}".lower(), missing=True)
        for match in _NAMED.finditer(document):
            name = match[1] or match[2]
            if name and name.lower() not in _NO_NAMES and name not in ends:
                yield Complaint(field=name, missing=True)
    elif isinstance(document, list):
        for one in document:
            yield from _from_pydantic(one) if isinstance(one, dict) and "loc" in one else _from_document(one)
    elif isinstance(document, Mapping):
        for name, value in document.items():
            yield from _from_entry(str(name), value)
            if isinstance(value, int) and not isinstance(value, bool):
                # `{"error": "conflict", "version": 7}`: the state that the request should have been based on.
                yield Complaint(field=str(name), value=value)


def _from_entry(name: str, value: Any) -> Iterator[Complaint]:
    """Read one key of an error: `{"name": ["This field is required."]}`, or a container of such."""
    if name in ("detail", "errors", "error", "message", "non_field_errors", "msg", "details", "fields", "__all__"):
        yield from _from_document(value)
        return
    texts = _texts(value)
    if texts:
        text = " ".join(texts).lower()
        yield Complaint(
            field=name,
            missing="required" in text or "missing" in text or "may not be" in text,
            choice=any(word in text for word in _CHOICE),
            unwanted="unexpected" in text or "unknown field" in text or "not permitted" in text,
            wants="json" if "valid json" in text else "",
        )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _from_pydantic(one: Mapping[str, Any]) -> Iterator[Complaint]:
    """Read `{"loc": ["body", "payload", "name"], "type": "missing"}` of django-ninja, or pydantic's own `["name"]`."""
    place = [str(part) for part in one["loc"]] if isinstance(one["loc"], list) else []
    kind = str(one.get("type", ""))
    if place and place[0] == "query" and "missing" in kind:
        yield Complaint(field=place[-1], missing=True, in_query=True)
    if not place or place[0] in ("query", "path", "header", "cookie"):
        return
    expected = re.findall(r"'([^']*)'", str(_of(one.get("ctx"), "expected")))
    yield Complaint(
        field=place[-1] if place[0] in ("body", "form", "file") else place[0],
        missing="missing" in kind,
        choice="enum" in kind or "literal" in kind,
        unwanted="extra" in kind,
        value=expected[0] if expected and ("enum" in kind or "literal" in kind) else None,
        wants=_PYDANTIC.get(kind, ""),
    )


def _of(found: Any, key: str) -> Any:
    return found.get(key, "") if isinstance(found, Mapping) else ""


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return value
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "message" in one for one in value):
        return [str(one["message"]) for one in value]
    return []


def as_asked(one: BodyField, wants: Mapping[str, str], found: Sequence[Complaint]) -> BodyField:
    """Return a field with the type that the server asked for; a file that was not taken becomes another."""
    if one.type == "file" and any(each.field == one.name and not each.missing for each in found):
        return replace(one, choices=(wants.get(one.name, "png"),))
    wanted = wants.get(one.name, "")
    if wanted == "array":
        return replace(one, many=True)
    if not wanted or (one.model and wanted in ("integer", "uuid", "json")):
        return one
    return replace(one, type=wanted, model=None, model_field=None, many=False)
