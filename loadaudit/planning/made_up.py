"""Made-up values for parameters of which nothing is known, first those that the code of the view says how to write."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain
from typing import Any

from django.conf import settings

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.converted import written_by_its_converter
from loadaudit.planning.making.fitting import fits
from loadaudit.planning.making.translated import usual_language
from loadaudit.planning.preflight.validators import values_in_code
from loadaudit.planning.preflight.view_code import layers_of, view_at, words_of
from loadaudit.planning.values import Values, guessed_paths
from loadaudit.records import Identity, Operation, Parameter, PlannedPath
from loadaudit.runfile.redaction import is_secret_name

_MOST = 3
_READS_DATES = frozenset({"strptime", "fromisoformat", "parse_date", "parse_datetime", "isoparse"})
_READS_LANGUAGES = frozenset({"LANGUAGES", "get_language_info", "check_for_language"})
_LAYOUT = re.compile(r"^(?=.*%[YymdBbj])[^%]*(%[YymdBbjHMSIpaAUWT][^%]*)+$")
_OF_DATES = re.compile(
    r"date|day|when|since|until|moment|month|week|(^|_)(start|end|from|to|at|on)(_|$)", re.IGNORECASE
)
_OF_LANGUAGES = re.compile(r"lang|locale|code|culture", re.IGNORECASE)
_IS_A_DATE = ("%Y-%m-%d", "%Y%m%d", "%d-%m-%Y", "%Y-%m", "%Y/%m/%d", "%d.%m.%Y")
"""How an address writes a date in one piece."""
_ANY = "[^/]+"


def made_up_paths(
    operation: Operation, identity: Identity, index: RouteIndex, day: date, told: Values | None = None
) -> tuple[PlannedPath, ...]:
    """Return addresses with made-up values, as `guessed_paths` does; dates and languages go first where code reads any.

    A view that parses what it is given refuses everything else, so that no other value would show it.
    """
    plain = guessed_paths(operation, identity, index, day, told)
    told = told or {}
    free = [one for one in operation.parameters if not (one.model or one.choices or one.name in told)]
    view = view_at(plain[0].path) if plain and free else None
    found: dict[str, PlannedPath] = {}
    compared = _compared(operation, plain[0].path, free) if plain and free else {}
    for texts in chain(_values(view, free, day), [compared]):
        if len(found) == _MOST:
            break
        made = guessed_paths(operation, identity, index, day, {**told, **texts}) if texts else ()
        for one in made[:1]:
            found.setdefault(one.path, one)
    return tuple({**found, **{one.path: one for one in plain}}.values())


def _compared(operation: Operation, path: str, free: list[Parameter]) -> Values:
    """Return what the code compares a value with, or a text that its expression takes, but no secret.

    Under a name that tells nothing it would stand in the addresses of a plan.
    """
    names = [name for name in dir(settings) if name.isupper() and is_secret_name(name)]
    secrets = [value for name in names if isinstance(value := getattr(settings, name, None), str) and value]
    found = {one.name: values_in_code(operation, path, one.name) for one in free}
    fitting = {
        one.name: [
            text for each in found[one.name] if each not in secrets and fits(one.pattern or _ANY, text := str(each))
        ]
        for one in free
    }
    return {name: texts[0] for name, texts in fitting.items() if texts}


def _values(view: Any, free: list[Parameter], day: date) -> Iterator[Values]:
    yield {one.name: text for one in free if (text := _by_its_converter(one, day))}
    layers = layers_of(view) if view is not None else ()
    words = {word for layer in layers for word in words_of(layer.__code__)}
    layouts = [one for one in words if _LAYOUT.match(one)] if "strptime" in words else []
    if words & _READS_DATES:
        dated = _named(free, _OF_DATES)
        for layout in (*sorted(layouts), *_IS_A_DATE):
            yield _fitting(dated, _written(layout, day))
    if words & _READS_LANGUAGES:
        named = _named(free, _OF_LANGUAGES)
        for code in (usual_language(), *(code for code, _ in settings.LANGUAGES)):
            yield _fitting(named, code)
    # A pattern that takes nothing else tells it, whoever reads the value.
    texts = [_written(layout, day) for layout in _IS_A_DATE]
    by_pattern = {one.name: next((text for text in texts if _takes_dates_only(one, text)), "") for one in free}
    yield {name: text for name, text in by_pattern.items() if text}


def _by_its_converter(one: Parameter, day: date) -> str:
    """Return the day as the project's own converter writes it."""
    moment = datetime.combine(day, time(10))
    return written_by_its_converter(one, day) or written_by_its_converter(one, moment)


def _written(layout: str, day: date) -> str:
    return datetime.combine(day, time(10)).strftime(layout)


def _named(free: list[Parameter], pattern: re.Pattern[str]) -> list[Parameter]:
    """Return the parameters whose names say that they are meant, else all."""
    return [one for one in free if pattern.search(one.name)] or free


def _fitting(parameters: list[Parameter], text: str) -> Values:
    return {one.name: text for one in parameters if fits(one.pattern or _ANY, text)}


def _takes_dates_only(one: Parameter, text: str) -> bool:
    others = ("1", "loadaudit", "a-b-c")
    return bool(one.pattern) and fits(one.pattern, text) and not any(fits(one.pattern, other) for other in others)
