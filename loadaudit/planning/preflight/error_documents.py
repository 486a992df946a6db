"""Errors as documents → what they say about single fields: REST framework's, pydantic's, JSON:API's, sentences."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.error_words import (
    MOST_ITEMS,
    is_choice,
    is_missing,
    is_unwanted,
    least_items,
    named_value,
    wanted,
)

# A name begins where a word does: to begin at each letter of what is long, such as a file in Base64, takes minutes.
_NAMED = re.compile(
    r"(?:missing|requires?|required|provide|need|without)\w*[^\w\"'`;]+"
    r"(?:the |a |an |non-?empty |field |key |value |for "
    r"|(?:(?:url|query|get|post|body|request|form) )?param(?:eter)?s? )*"
    r"[\"'`]?([\w-]+)"
    r"|(?<![\w-])[\"'`]?([\w-]+)[\"'`]? (?:(?:(?:url|query|get|post|body|request|form) )?param(?:eter)? )?"
    r"(?:(?:flag|option|argument) )?(?:is|are|was|must be|field is) "
    r"(?:required|missing|not provided|provided|needed)"
    r"|^[\"'`]?([\w-]+)[\"'`]? (?:required|missing)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"(?<![\w-])((?:[\w-]{1,60}, ){0,20}[\w-]{1,60},? and [\w-]{1,60})"
    r"(?: parameters?| fields?| values?| keys?| arguments?)?"
    r" (?:are|were|must be) (?:required|missing|not provided|provided|needed|given)",
    re.IGNORECASE,
)
_TWO_WORDS = re.compile(
    r"\b([a-z]+) ([a-z]+) (?:is|are|was|must be) (?:required|missing|not provided|provided|needed)", re.I
)
"""`model name must be provided` may mean the key `model_name`."""

_PYDANTIC = {
    **{"list_type": "array", "string_type": "string", "dict_type": "object", "model_type": "object"},
    **{"int_type": "integer", "int_parsing": "integer", "float_parsing": "number", "bool_parsing": "boolean"},
    **{"date_type": "date", "date_parsing": "date", "date_from_datetime_parsing": "date"},
    **{"datetime_type": "date-time", "datetime_parsing": "date-time", "datetime_from_date_parsing": "date-time"},
    **{"uuid_type": "uuid", "uuid_parsing": "uuid", "url_parsing": "uri", "model_attributes_type": "object"},
    **{"bool_type": "boolean", "float_type": "number", "decimal_type": "number", "decimal_parsing": "number"},
    **{"set_type": "array", "tuple_type": "array", "dataclass_type": "object", "time_parsing": "time"},
    **{"ip_any_address": "ip", "ip_v4_address": "ip", "ip_v6_address": "ipv6", "ip_any_network": "network"},
    **{
        "ip_v4_network": "network",
        "ip_any_interface": "network",
        "json_invalid": "json",
        "time_delta_parsing": "duration",
    },
}
"""Type that pydantic wanted, by the type of its error."""

_OF_THE_PROJECT = frozenset({"value_error", "assertion_error"})
"""Errors of pydantic whose words are the project's own."""

_NO_NAMES = frozenset(
    {"this", "field", "it", "value", "parameter", "data", "body", "authentication", "credentials"}
    | {"property", "properties", "auth", "payment", "csrf"}
    | {"these", "fields", "they", "values", "parameters", "keys", "arguments", "both", "all"}
    | {"or", "and", "not", "any", "some", "one", "valid", "invalid", "login", "permission", "permissions"}
    | {"during", "for", "in", "on", "to", "when", "by", "at", "as"}
    | {"with", "from", "of", "if", "here", "before", "after", "more", "less", "fewer"}
)
_CONTAINERS = frozenset(
    {"detail", "errors", "error", "message", "non_field_errors", "msg", "details", "fields", "__all__"}
    | {"field_errors", "fieldErrors", "validation_errors", "validationErrors", "form_errors", "extra"}
    | {"error_description", "invalid-params", "invalid_params", "invalidParams", "violations"}
)
"""Keys of what is said; the last are OAuth's (RFC 6749, 5.2) and those of problem details (RFC 7807)."""

_POINTERS = ("pointer", "instancePath", "instance_path", "json_path")
"""Keys of a pointer into the body, which begins at its root (RFC 6901)."""

_FIELD_KEYS = (
    "field",
    "attr",
    "path",
    "param",
    "parameter",
    "property",
    "field_name",
    "fieldName",
    "key",
)
_TEXT_KEYS = ("message", "msg", "detail", "error", "reason", "description", "messages", "title")
_AROUND = frozenset({"data", "attributes", "relationships", "body", "$", "#", "non_field_errors", "__all__"})
"""Parts of a pointer that lead to the fields, as in JSON:API's `/data/attributes/name`."""

_OF_A_WHOLE = frozenset({"non_field_errors", "__all__", "_"})
_MOST_DIGITS = 9
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+(?=:? )")

_PATH = r"[A-Za-z_]\w*(?:\.\w+|\[\d*\])*"
_DEEP_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+|\[\d*\])+")
_AT_A_PLACE = re.compile(rf"(?:^|(?<=; )|(?<=\n))(?P<place>{_PATH})(?<!Error)(?<!Exception): (?P<said>[^;\n]+)(?:; )?")
"""As in `recipient.city: required; items[0].price: must be a number`."""

_PROPERTY = re.compile(
    r"['\"](?P<name>[\w-]+)['\"] is a required property|required property ['\"](?P<other>[\w-]+)['\"]"
)
"""How validators of JSON Schema say it, beside the path of the object that lacks it."""

_CODE_OF_ONE = re.compile(
    r"(?:missing|required)_(?P<name>\w+)|(?P<other>\w+?)_(?:is_)?(?:required|missing)", re.IGNORECASE
)
"""A code that names the field: `missing_first_name`."""

_NAMES_MISSED = re.compile(r"(?:missing|required)(?:_?[A-Za-z]+)?")
_NAMES = frozenset({"fields", "params", "parameters", "keys", "attributes", "arguments"})

_DETAIL = re.compile(r"""ErrorDetail\(string=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"), code='[^']*'\)""")
"""A message of REST framework as Python prints it."""

_PRINTED = re.compile(r"""[\[{](?=['"\[{]|ErrorDetail\()""")
_LONGEST = 10_000
_LONGEST_TEXT = 5_000
_DEEPEST = 8
_OF_PYDANTIC = re.compile(r"^\d+ validation errors? for \w", re.MULTILINE)
_LINES = re.compile(r"^(?P<place>[\w.-]+)\n  (?P<said>\S.*?) \[type=(?P<kind>\w+)", re.MULTILINE)
"""What it prints of its errors, each with its place on a line of its own."""

_A_KEY = re.compile(r"[0-9a-f-]{32,}", re.IGNORECASE)

_KINDS = frozenset({"url", "query", "get", "post", "body", "request", "form"})
"""What stands before `parameter` and says of which kind it is."""

_A_NUMBER = re.compile(r"\d[ -]$")
_ARTICLES = frozenset({"a", "an", "the", "that", "your", "valid", "which", "and", "or", "at", "of"})


def _is_no_name(word: str, behind: str) -> bool:
    """Whether a word that stands where a name may is an article, or says of which kind a parameter is."""
    return word in _NO_NAMES | _ARTICLES or (word in _KINDS and behind.startswith(" param"))


def complaints_of(document: Any) -> Iterator[Complaint]:
    if isinstance(document, str) and (inner := _parsed(document)) is not None:
        # Errors of pydantic, or what Python prints of those of Django and REST framework, as a text within the answer.
        yield from complaints_of(inner)
    elif isinstance(document, str):
        yield from _from_text(document)
    elif isinstance(document, list):
        for one in document:
            yield from _from_pydantic(one) if isinstance(one, dict) and "loc" in one else complaints_of(one)
    elif isinstance(document, Mapping) and (named := list(_named_within(document))):
        yield from named
    elif isinstance(document, Mapping):
        for name, value in document.items():
            if _lists_what_is_missing(str(name), value, document):
                yield from (Complaint(field=one, missing=True) for one in value)
            elif name == "title" and isinstance(value, str) and isinstance(document.get("status"), int):
                # Of the error itself (RFC 7807), whatever field is called so.
                yield from _from_text(value)
            else:
                yield from _from_entry(str(name), value)
            if isinstance(value, int) and not isinstance(value, bool):
                # `{"error": "conflict", "version": 7}`: the state that the request should have been based on.
                yield Complaint(field=str(name), value=value)


def _from_text(text: str) -> Iterator[Complaint]:
    """Read a sentence or several."""
    text = text[:_LONGEST_TEXT]
    if (code := _CODE_OF_ONE.fullmatch(text.strip())) is not None:
        name = str(code["name"] or code["other"])
        name = name.lower() if name.isupper() else name
        yield from () if name.lower() in _NO_NAMES else (Complaint(field=name, missing=True),)
        return
    for match in _PROPERTY.finditer(text):
        yield Complaint(field=match["name"] or match["other"], missing=True)
    for match in _AT_A_PLACE.finditer(text):
        if not (place := _parts(match["place"])):
            continue
        one = _about(str(place[-1]), match["said"], place)
        is_name = len(place) > 1 or (match["place"][0].islower() and match["place"] not in _NO_NAMES | _CONTAINERS)
        if is_name and (one.missing or one.wants or one.value is not None):
            yield one
            text = text.replace(match[0], "")
    yield from _from_sentence(text)


def _from_sentence(text: str) -> Iterator[Complaint]:
    for match in _SEVERAL.finditer(text):
        for name in re.split(r",? and |, ", match[1]):
            yield Complaint(field=_as_a_name(name), missing=True)
    ends = set()
    for match in _TWO_WORDS.finditer(text):
        if not (_NO_NAMES | _ARTICLES) & {match[1].lower(), match[2].lower()}:
            ends.add(match[2])
            yield Complaint(field=f"{match[1]}_{match[2]}".lower(), missing=True)
    for match in _NAMED.finditer(text):
        place = match.lastindex or 1
        name, start = match[place], match.start(place)
        quoted = start > 0 and text[start - 1] in "\"'`"
        if _A_NUMBER.search(text[max(0, start - 3) : start]):
            # `10 words are required`.
            continue
        if quoted or not (_is_no_name(name.lower(), text[match.end(place) :]) or name in ends):
            yield Complaint(field=name if quoted else _as_a_name(name), missing=True)


def _lists_what_is_missing(name: str, value: Any, around: Mapping[str, Any]) -> bool:
    """Whether a key of an error lists names of fields: `{"error": "missing_fields", "fields": ["name", "amount"]}`."""
    if not (isinstance(value, list) and value and all(isinstance(one, str) and one.isidentifier() for one in value)):
        return False
    said = " ".join(one for one in around.values() if isinstance(one, str))
    return bool(_NAMES_MISSED.fullmatch(name)) or (name in _NAMES and bool(re.search("missing|required", said, re.I)))


def _parts(place: str) -> tuple[str | int, ...]:
    """Return the keys and positions of a place that is written as a path, such as `items[0].price`."""
    parts = [one for one in re.split(r"[./\[\]]+", place) if one and one not in _AROUND]
    return tuple(int(one) if one.isdigit() else one for one in parts)


def _as_a_name(word: str) -> str:
    """Return a word of a sentence as a key: at its beginning it has a capital that is not its own."""
    return word.lower() if word.istitle() else word


def _from_entry(name: str, value: Any, place: tuple[object, ...] = ()) -> Iterator[Complaint]:
    """Read one key of an error: `{"name": ["This field is required."]}`, or a container of such."""
    if not place and (name in _CONTAINERS or (isinstance(value, str) and isinstance(_parsed(value), dict))):
        yield from complaints_of(value)
        return
    here: tuple[object, ...] = (*place, name)
    if not place and _DEEP_NAME.fullmatch(name) and (parts := _parts(name)):
        here, name = parts, str(parts[-1])
    if texts := _texts(value):
        # `{"id": "8b2f…", "errors": {…}}`: the key of the error itself, whatever field is called so.
        if not _A_KEY.fullmatch(texts[0]):
            yield _about(name, " ".join(texts), here)
    elif len(here) < _DEEPEST:
        entries = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in entries:
            if isinstance(key, str) and key.isdecimal() and len(key) <= _MOST_DIGITS and isinstance(inner, Mapping):
                # The place in a list, as a key: `{"0": {"price": […]}}`.
                key = int(key)
            named = list(_named_within(inner)) if isinstance(key, int) and isinstance(inner, Mapping) else []
            if named:
                yield from named
            elif isinstance(key, int) and isinstance(inner, Mapping):
                for each, deeper in inner.items():
                    yield from _from_entry(str(each), deeper, (*here, key))
            elif isinstance(key, str) and isinstance(inner, (list, Mapping)):
                yield from _from_entry(key, inner, here)


def _about(name: str, text: str, place: tuple[object, ...] = ()) -> Complaint:
    """Return what a text about one field says of it."""
    text = text[:_LONGEST_TEXT]
    kind, missing = wanted(text), is_missing(text)
    if len(place) > 1 and name in _OF_A_WHOLE:
        # A refusal of an object as a whole may begin with where in the body it is wrong.
        dotted = _DOTTED.match(text)
        within = tuple(dotted[0].split(".")) if dotted is not None else ()
        place = within if within[:1] == place[:1] else place[:-1]
        name = next((str(part) for part in reversed(place) if isinstance(part, str)), name)
    return Complaint(
        field=name,
        missing=missing,
        choice=is_choice(text),
        unwanted=is_unwanted(text),
        value=None if missing or kind else named_value(text),
        wants="" if missing else kind,
        place=tuple(part if isinstance(part, int) else str(part) for part in place) if len(place) > 1 else (),
        least=least_items(text),
        said=text,
    )


def _named_within(one: Mapping[str, Any]) -> Iterator[Complaint]:
    """Read an error that has its field and its text, or several, side by side: `{"field": "name", "message": "…"}`."""
    others = [value for key, value in one.items() if key not in _FIELD_KEYS and isinstance(value, str) and " " in value]
    # A project may call its sentence as it likes.
    only = others[0] if len(others) == 1 else ""
    text = next((one[key] for key in _TEXT_KEYS if isinstance(one.get(key), str)), only)
    source = one.get("source")
    pointers = [source.get("pointer") if isinstance(source, Mapping) else None, *(one.get(key) for key in _POINTERS)]
    named = next((each for each in pointers if isinstance(each, str) and each), None)
    # A path that begins at the root is that of the request.
    keys = [*_FIELD_KEYS, "name"] if "reason" in one else _FIELD_KEYS
    told = (one[key] for key in keys if isinstance(one.get(key), (str, list)) and one[key])
    named = named or next((each for each in told if isinstance(each, list) or not each.startswith("/")), None)
    lost = _PROPERTY.search(text)
    told_at = (one.get(key) for key in (*_TEXT_KEYS, "errors"))
    several: list[Any] = next((each for each in told_at if isinstance(each, list) and each), [])
    if not (text or several) or not (named or lost):
        return
    parts = _parts(".".join(map(str, named)) if isinstance(named, list) else named or "")
    if lost is not None:
        parts, text = (*parts, lost["name"] or lost["other"]), "required"
    if not parts or not all(re.fullmatch(r"[\w-]+", str(part)) for part in parts):
        return
    if several and not text:
        # Of the rows within there is more than a text.
        within = [each for each in several if isinstance(each, Mapping)]
        yield from _from_entry(str(parts[-1]), within[0] if within else several, parts[:-1])
        return
    yield _about(str(parts[-1]), text, parts)


def _parsed(text: str) -> Any:
    """Return the document that a text is or, as `str(error)` makes it, ends with; None where there is none."""
    if _OF_PYDANTIC.search(text, 0, _LONGEST) is not None:
        found = _LINES.finditer(text, 0, _LONGEST)
        return [{"loc": one["place"].split("."), "msg": one["said"], "type": one["kind"]} for one in found]
    printed = _PRINTED.search(text, 0, _LONGEST)
    begin = 0 if text[:1] in ("[", "{") else printed.start() if printed is not None else -1
    if begin < 0:
        return None
    plain = _DETAIL.sub(r"\1", text[begin:].strip())
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(plain)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return found if isinstance(found, (dict, list)) else None
    return None


def _from_pydantic(one: Mapping[str, Any]) -> Iterator[Complaint]:
    """Read `{"loc": ["body", "payload", "name"], "type": "missing"}` of django-ninja, or pydantic's own `["name"]`."""
    place = [str(part) for part in (one["loc"] if isinstance(one["loc"], list) else _parts(str(one["loc"])))]
    kind = str(one.get("type", ""))
    # Other programs write errors in this shape, and an older pydantic had other types.
    is_own = kind in _OF_THE_PROJECT or "." in kind or ("_" not in kind and kind not in ("missing", "enum"))
    if not place or place[0] in ("path", "header", "cookie"):
        return
    expected = re.findall(r"'([^']*)'", str(_of(one.get("ctx"), "expected") or _of(one.get("ctx"), "expected_tags")))
    is_choice_of = any(word in kind for word in ("enum", "literal", "union_tag"))
    tag = str(_of(one.get("ctx"), "discriminator")).strip("'") if "union_tag" in kind else ""
    text = str(one.get("msg", ""))
    value = expected[0] if expected and is_choice_of else named_value(text) if is_own else None
    wants = _PYDANTIC.get(kind, "") or (wanted(text) if is_own else "")
    least = _least(one.get("ctx")) if kind == "too_short" else least_items(text) if is_own else 0
    missing = "missing" in kind or (is_own and not least and is_missing(text))
    if place[0] == "query":
        yield Complaint(field=place[-1], missing=missing, in_query=True, value=value, wants=wants)
        return
    within = _within_body([*place, tag] if tag else place)
    yield Complaint(
        field=str(within[-1] if place[0] in ("body", "form", "file") else within[0]),
        missing=missing,
        choice=is_choice_of and not tag,
        unwanted="extra" in kind,
        value=value,
        wants=wants,
        place=within if len(within) > 1 else (),
        least=least,
        said=text if is_own else "",
    )


def _within_body(place: Sequence[str]) -> tuple[str | int, ...]:
    """Return where in the body a place is that may begin with `body` and the name of a parameter."""
    inside = place[1:] if len(place) > 1 and place[0] in ("body", "form", "file") else place
    return tuple(int(part) if part.isdigit() else part for part in inside)


def _least(context: Any) -> int:
    least = _of(context, "min_length")
    return min(least, MOST_ITEMS) if isinstance(least, int) else 0


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
