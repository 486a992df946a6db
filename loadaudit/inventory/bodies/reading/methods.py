"""Methods of values out of the body: look-ups by key, text methods, copies."""

from collections.abc import Callable

from loadaudit.inventory.bodies.reading.classes import any_of, chosen_by
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame
from loadaudit.inventory.bodies.reading.types import TEXT_METHODS, note_default
from loadaudit.inventory.bodies.reading.values import (
    Constant,
    Listed,
    Mapped,
    Marker,
    Several,
    Shape,
    Table,
    Value,
)

_COPIES = frozenset({"copy", "dict", "model_dump", "to_dict", "deepcopy", "to_internal_value"})
_OF_NAMES = TEXT_METHODS | {"split", "rsplit", "partition", "rpartition"}
NUMERIC = frozenset({"isdigit", "isnumeric", "isdecimal"})
_GETS = frozenset({"get", "pop", "setdefault", "getlist", "pop_list", "get_list", "getone"})


def method_of_value(frame: Frame, base: Value, name: str, arguments: Arguments) -> Value | None:
    """Return what a method of a value returns."""
    if isinstance(base, Shape):
        return _of_shape(frame, base, name, arguments)
    if base is Marker.FILES:
        return _of_files(frame, name, arguments)
    if base is Marker.RAW:
        return Marker.RAW if name in ("decode", "strip", "read", "getvalue") else None
    if base is Marker.REQUEST:
        return _of_request(frame, name)
    if name == "get" and isinstance(base, (Constant, Table)):
        chosen = chosen_by(base, arguments.get(0, "key"))
        if chosen is not None:
            return any_of([chosen, arguments.get(1, "default")])
    if isinstance(base, Table):
        return _of_table(base, name, arguments)
    if isinstance(base, Mapped):
        pairs: dict[str, Value | None] = {
            "items": Listed(Several((base.key, base.value))),
            "values": Listed(base.value),
            "keys": Listed(base.key),
            "get": base.value,
            "pop": base.value,
        }
        return pairs.get(name)
    return _of_constant(base, name, arguments) if isinstance(base, Constant) else None


def _of_shape(frame: Frame, base: Shape, name: str, arguments: Arguments) -> Value | None:
    key = arguments.get(0, "key")
    if name in _GETS and isinstance(key, Constant) and isinstance(key.value, str):
        return _got(frame, base, name, key.value, arguments)
    if name == "is_valid":
        # What is read is what a body that is accepted goes through.
        return Constant(True)
    if name in _COPIES:
        return base
    if base.holder in ("form", "serializer"):
        return None
    if name == "items" and not base.type:
        return Listed(Several((None, None)))
    if base.type == "file" and name in _OF_NAMES:
        return _of_name(base, arguments.get(0, "prefix") if name in ("startswith", "endswith") else None)
    if name in TEXT_METHODS and not base.is_root:
        base.suggest("string")
        base.is_text = True
        return base
    if name in NUMERIC:
        base.suggest("integer")
        base.is_text = True
    elif name == "split":
        base.suggest("string")
        base.is_text = True
    return None


def _of_name(file: Shape, expected: Value | None) -> Shape:
    """Note what the name or the type of a file begins or ends with."""
    for one in expected.values if isinstance(expected, Several) else (expected,):
        texts = one.value if isinstance(one, Constant) else ()
        for text in (texts,) if isinstance(texts, str) else texts if isinstance(texts, (tuple, list)) else ():
            file.choices.setdefault(str(text))
    return file


def _got(frame: Frame, base: Shape, name: str, key: str, arguments: Arguments) -> Shape:
    found = base.key(key)
    if name in ("getlist", "get_list"):
        found.many = True
        found.item()
        return found
    has_default = len(arguments.positional) > 1 or "default" in arguments.named
    if name == "pop" and not has_default and not frame.doubt and not base.holder:
        found.required = True
    default = arguments.get(1, "default")
    if isinstance(default, (Constant, Table)):
        note_default(found, default.value if isinstance(default, Constant) else default.entries)
    return found


def _of_files(frame: Frame, name: str, arguments: Arguments) -> Value | None:
    key = arguments.get(0, "key")
    if name in _GETS and isinstance(key, Constant) and isinstance(key.value, str):
        return frame.reading.file(key.value, many=name == "getlist")
    return None


def _of_request(frame: Frame, name: str) -> Value | None:
    if name == "read":
        frame.reading.kinds.add("raw")
        return Marker.RAW
    return frame.reading.data("json") if name in ("json", "get_json", "get_json_data") else None


def _of_table(base: Table, name: str, arguments: Arguments) -> Value | None:
    key = arguments.get(0, "key")
    if name in ("get", "pop") and isinstance(key, Constant):
        found = base.entries.get(key.value) if isinstance(key.value, (str, int, bool)) else None
        return found if found is not None else arguments.get(1, "default")
    if name == "items":
        return Several(tuple(Several((Constant(one), held)) for one, held in base.entries.items()))
    if name in ("update", "setdefault"):
        given = {key.value: arguments.get(1, "default")} if isinstance(key, Constant) else getattr(key, "entries", {})
        base.entries.update({**given, **arguments.named})
        return arguments.get(1, "default")
    if name == "copy":
        return base
    if name == "values":
        return Several(tuple(base.entries.values()))
    return Constant(list(base.entries)) if name == "keys" else None


def _of_constant(base: Constant, name: str, arguments: Arguments) -> Value | None:
    held = base.value
    if isinstance(held, str) and name in _TEXT and not arguments.values:
        return Constant(_TEXT[name](held))
    if not isinstance(held, dict):
        return None
    key = arguments.get(0, "key")
    if name == "get" and isinstance(key, Constant):
        found = held.get(key.value) if isinstance(key.value, (str, int, bool)) else None
        return Constant(found) if found is not None else arguments.get(1, "default")
    if name == "items":
        return Several(tuple(Several((Constant(one), Constant(value))) for one, value in held.items()))
    if name in ("keys", "values"):
        return Constant(list(held if name == "keys" else held.values()))
    return None


_TEXT: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "title": str.title,
    "capitalize": str.capitalize,
}
