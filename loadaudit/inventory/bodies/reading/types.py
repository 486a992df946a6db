"""Types that a use of a value tells: conversions, checks, defaults, text methods."""

import datetime
import decimal
import enum
import re
import uuid
from itertools import chain, zip_longest
from typing import Any

from loadaudit.inventory.bodies.fields.models import as_text
from loadaudit.inventory.bodies.reading.values import Constant, Several, Shape, Value

_CONVERSIONS = {
    "int": "integer",
    "float": "number",
    "Decimal": "number",
    "bool": "boolean",
    "strtobool": "boolean",
    "UUID": "uuid",
    "parse_date": "date",
    "parse_datetime": "date-time",
    "parse_time": "time",
    "parse_duration": "duration",
    "validate_email": "email",
    "fromisoformat": "date-time",
    "strptime": "date-time",
    "timedelta": "integer",
}
_DIRECTIVES = {
    **dict.fromkeys("yHIMS", r"\d\d"),
    **{"d": r"[0-3]\d", "m": r"[01]\d"},
    **{"Y": r"\d{4}", "f": r"\d{1,6}", "j": r"\d{3}", "p": "[AP]M", "z": r"[+-]\d{4}", "%": "%"},
    **{"F": r"\d{4}-\d\d-\d\d", "T": r"\d\d:\d\d:\d\d"},
}
"""What stands for directives of `strptime`, as `strftime` writes it."""

_TEXT = frozenset({"str", "escape", "strip_tags", "slugify", "force_str", "format_html", "mark_safe", "unquote"})
_SAME = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "dict", "deepcopy", "copy", "cast"})
TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "replace", "casefold", "encode"}
    | {"startswith", "endswith", "removeprefix", "removesuffix", "zfill", "translate"}
)
_CHECKED: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (decimal.Decimal, "number"),
    (str, "string"),
    (dict, "object"),
    (datetime.datetime, "date-time"),
    (datetime.date, "date"),
    (uuid.UUID, "uuid"),
)


def converted(name: str, owner: object, shape: Shape, arguments: list[Value | None], *, is_certain: bool) -> bool:
    """Note a conversion by the called name; False when the name converts nothing.

    `is_certain` when it happens in any case.
    """
    if name in _TEXT:
        shape.suggest("string")
    elif name in _SAME:
        if name in ("list", "tuple", "set", "frozenset", "sorted") and not shape.is_root and not shape.keys:
            shape.many = True
            shape.item()
    elif name in _CONVERSIONS:
        shape.decide(_of_date(name, owner, arguments) or _CONVERSIONS[name])
        if name == "strptime" and not shape.pattern:
            shape.pattern = _pattern_of(arguments)
        # None is no number, no date and no UUID.
        shape.required |= is_certain and name != "bool" and not (shape.has_default or shape.holder)
    elif name not in ("abs", "round", "max", "min"):
        return False
    else:
        shape.suggest("number")
    return True


def _of_date(name: str, owner: object, arguments: list[Value | None]) -> str | None:
    """Tell dates from times by the class that is asked, or by the format."""
    if name == "fromisoformat":
        return {"date": "date", "time": "time"}.get(getattr(owner, "__name__", ""))
    if name == "strptime" and len(arguments) > 1 and isinstance(arguments[1], Constant):
        format_ = str(arguments[1].value)
        if not any(one in format_ for one in ("%H", "%I", "%M", "%T", "%X", "%c")):
            return "date"
        return None if any(one in format_ for one in ("%d", "%j", "%Y")) else "time"
    return None


def _pattern_of(arguments: list[Value | None]) -> str:
    """Return the expression of what a format of `strptime` takes, empty where none is needed or known."""
    format_ = arguments[1].value if len(arguments) > 1 and isinstance(arguments[1], Constant) else None
    if not isinstance(format_, str) or format_ == "%Y-%m-%d":
        return ""
    parts = re.split(r"%(.)", format_)
    known = [_DIRECTIVES.get(one) for one in parts[1::2]]
    if not all(known):
        return ""
    texts = (re.escape(one).replace(r"\-", "-").replace(r"\ ", " ") for one in parts[::2])
    return f"^{''.join(chain(*zip_longest(texts, map(str, known), fillvalue='')))}$"


def checked(shape: Shape, kinds: Value | None) -> None:
    """Note `isinstance(value, kinds)`."""
    named = [one.value for one in kinds.values if isinstance(one, Constant)] if isinstance(kinds, Several) else []
    if isinstance(kinds, Constant):
        named = list(kinds.value) if isinstance(kinds.value, tuple) else [kinds.value]
    classes = [one for one in named if isinstance(one, type) and one is not type(None)]
    if any(issubclass(one, (list, tuple, set)) for one in classes):
        shape.many = True
        shape.item()
        return
    if len(classes) > 1 and str in classes:
        # A number or text that is one: the number is what both readings take.
        classes = [one for one in classes if one is not str]
    if {int, float} <= set(classes):
        shape.decide("number")
        return
    for kind, type_ in _CHECKED:
        if classes and issubclass(classes[0], kind):
            shape.decide(type_)
            return


def note_default(shape: Shape, default: object) -> None:
    """Take what counts when the value is missing."""
    if default is None:
        return
    shape.has_default = True
    if isinstance(default, (list, tuple)):
        shape.many = True
        shape.item()
    elif isinstance(default, dict):
        shape.suggest("object")
    elif isinstance(default, (bool, int, float, str, enum.Enum)):
        suggest_from(shape, default)
        if default != "":
            shape.default = as_text(default)


def suggest_from(shape: Shape, example: Any) -> None:
    """Take the type of a constant that the value is compared with, or replaced by."""
    for kind, type_ in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(example, kind):
            shape.suggest(type_)
            return
