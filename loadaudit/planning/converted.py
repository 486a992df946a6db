"""Values as the project's own path converters write them: a key that an address shows as a hash or in another base."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.urls import converters

from loadaudit.planning.making.fitting import fits
from loadaudit.records import Parameter


def converted(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values, those of the project's own converters as these write them. Never raises."""
    own = [one for one in parameters if one.pattern and one.name in values and not _is_written(one, values[one.name])]
    return {**values, **{one.name: _written(one, values[one.name]) for one in own}} if own else values


def written_by_its_converter(one: Parameter, value: object) -> str:
    """Return a value as the project's own converter of a parameter writes it, empty where it takes no such value."""
    converter = _own(one)
    try:
        text = converter.to_url(value) if converter is not None else ""
        # What it writes and does not read is of another kind.
        is_read = bool(text) and converter.to_python(text) is not None
    except Exception:  # converters are the project's own code
        return ""
    return text if is_read and isinstance(text, str) and fits(one.pattern, text) else ""


def _own(one: Parameter) -> Any:
    """Return the converter of a parameter where it is none of Django's, else None."""
    converter = converters.get_converters().get(one.converter)
    return None if type(converter).__module__ == converters.__name__ else converter


def _is_written(one: Parameter, value: Any) -> bool:
    """Whether a value is a text that its pattern and its converter take as it is."""
    if not fits(one.pattern, value):
        return False
    if (converter := _own(one)) is None:
        return True
    try:
        return isinstance(value, str) and converter.to_python(value) is not None
    except Exception:  # converters are the project's own code
        return False


def _written(one: Parameter, value: Any) -> Any:
    return next((text for each in _forms_of(one, value) if (text := written_by_its_converter(one, each))), value)


def _forms_of(one: Parameter, value: Any) -> Iterator[Any]:
    """Yield a value, and the row that has it: some converters read and write rows."""
    yield value
    if one.model and one.model_field and value is not None:
        try:
            row = apps.get_model(one.model)._base_manager.filter(**{one.model_field: value}).first()
        except Exception:  # fields may be the project's own, and the value of another kind
            return
        if row is not None:
            yield row
