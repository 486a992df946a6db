"""Concrete paths of a pattern: values of rows where a parameter selects one, else the shortest that it matches."""

import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import ResolverMatch, resolve
from django.urls.converters import get_converters

from loadaudit.inventory.urlconf.routes import RoutedEndpoint
from loadaudit.inventory.urlconf.walk import PartKind

_TOKEN = re.compile(r"<(?:([^>:]+):)?([^>]+)>")
_SAMPLES = {"int": ("1", "0"), "slug": ("a", "1"), "uuid": ("00000000-0000-0000-0000-000000000001",)}
_ALPHABETS = ("a1-_z9.", "1a0b", "zZ9_", "0123", "ABab")
_CLASSES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
}
_PRINTABLE = "".join(chr(one) for one in range(33, 127))


def path_to(one: RoutedEndpoint, values: Mapping[str, str]) -> str | None:
    """Return a path that Django resolves to this very pattern, with the `values` of rows where they fit."""
    for path in _candidates(one, values):
        found = resolved(path)
        if found is not None and found.func is one.endpoint.callback:
            return path
    return None


def resolved(path: str) -> ResolverMatch | None:
    """Return what Django finds for a path that is not quoted yet."""
    try:
        return resolve(path)
    except Exception:  # a converter is the project's own code and may raise anything
        return None


def quoted(path: str) -> str:
    """Return the path as it stands in a request."""
    return quote(path, safe="/:@,;=+$!*'()~&")


def _candidates(one: RoutedEndpoint, values: Mapping[str, str]) -> Iterator[str]:
    for given in (values, {}) if values else ({},):
        for alphabet in _ALPHABETS:
            for extra in (0, 1, 3):
                try:
                    yield "/" + "".join(_part(part, given, alphabet, extra) for part in one.endpoint.parts)
                except (re.error, LookupError, ValueError):
                    continue


def _part(part: Any, values: Mapping[str, str], alphabet: str, extra: int) -> str:
    if part.kind is PartKind.LANGUAGE:
        return f"{settings.LANGUAGE_CODE}/"
    if part.kind is PartKind.OPTIONAL_LANGUAGE:
        return ""
    if part.kind is PartKind.PATH:
        return _TOKEN.sub(lambda found: values.get(found[2]) or _sample(found[1] or "str", alphabet, extra), part.text)
    return _generated(parser.parse(part.text), values, alphabet, extra)


def _sample(converter: str, alphabet: str, extra: int) -> str:
    if converter in _SAMPLES:
        samples = _SAMPLES[converter]
        return samples[extra % len(samples)]
    return _generated(parser.parse(get_converters()[converter].regex), {}, alphabet, extra)


def _generated(tree: Any, values: Mapping[str, str], alphabet: str, extra: int) -> str:
    names = {number: name for name, number in tree.state.groupdict.items()}
    groups: dict[int, str] = {}

    def text(nodes: Any) -> str:
        return "".join(one(code, argument) for code, argument in nodes)

    def one(code: Any, argument: Any) -> str:
        if code is codes.LITERAL:
            return chr(argument)
        if code is codes.NOT_LITERAL:
            return next(char for char in alphabet if ord(char) != argument)
        if code is codes.ANY:
            return alphabet[0]
        if code is codes.IN:
            return _of_class(argument, alphabet)
        if code is codes.BRANCH:
            branches = argument[1]
            return text(branches[extra % len(branches)])
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, inner = argument
            return text(inner) * min(least + (extra if most > least else 0), most)
        if code is codes.SUBPATTERN:
            number, _, _, inner = argument
            groups[number] = values.get(names.get(number, "")) or text(inner)
            return groups[number]
        if code is codes.ATOMIC_GROUP:
            return text(argument)
        return groups.get(argument, "") if code is codes.GROUPREF else ""

    return text(tree)


def _of_class(members: Any, alphabet: str) -> str:
    written = "".join(_member(*member) for member in members)
    expression = re.compile(f"[{written}]")
    return next(char for char in alphabet + _PRINTABLE if expression.fullmatch(char))


def _member(code: Any, argument: Any) -> str:
    if code is codes.NEGATE:
        return "^"
    if code is codes.LITERAL:
        return re.escape(chr(argument))
    if code is codes.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    return _CLASSES[argument]
