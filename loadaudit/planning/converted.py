"""Values as the project's own path converters write them: a key that an address shows as a hash or in another base."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls.converters import get_converters

from loadaudit.planning.making.fitting import fits
from loadaudit.records import Parameter


def converted(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values, those that no pattern takes as their converters write them. Never raises."""
    odd = [one for one in parameters if one.pattern and one.name in values and not fits(one.pattern, values[one.name])]
    return {**values, **{one.name: _written(one, values[one.name]) for one in odd}} if odd else values


def _written(one: Parameter, value: Any) -> Any:
    converter = get_converters().get(one.converter)
    try:
        text = converter.to_url(value) if converter is not None else None
    except Exception:  # converters are the project's own code
        return value
    return text if isinstance(text, str) and fits(one.pattern, text) else value
