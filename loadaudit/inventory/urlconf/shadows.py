"""Patterns that no request can reach, because an earlier one matches all that they match."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from django.urls.converters import DEFAULT_CONVERTERS
from django.urls.resolvers import LocalePrefixPattern, RoutePattern

from loadaudit.inventory.urlconf.walk import PartKind

if TYPE_CHECKING:
    from loadaudit.inventory.urlconf.routes import Slot
    from loadaudit.inventory.urlconf.walk import Endpoint

CANDIDATE_LIMIT = 64
"""Earlier patterns that one place of the tree is compared with, so that the cost grows linearly."""

_PLACEHOLDER = re.compile(r"<([^<>]+)>")
_VARYING = re.compile(r"[<\[(*]")
_UNDECIDED = re.compile(r"[\[\]()*]")
_BUILTIN_CONVERTERS = frozenset({"int", "str", "slug", "uuid", "path", "regex", "language"})
_ENDS = ("$", r"\Z", r"\z")
_FLAGS = re.compile(r"\(\?(?!P<)|\n")
_WITHOUT_SLASH = frozenset(
    {("regex", pattern) for pattern in ("[^/.]+", "[^/]+", r"\d+", "[0-9]+", r"\w+", r"[\w-]+", r"[-\w]+")}
    | {(name, converter.regex) for name, converter in DEFAULT_CONVERTERS.items() if name != "path"}
)
"""Converters and expressions of slots whose values hold no slash."""
_SAMPLES = (
    "7",
    "9" * 40,
    "a",
    "Z-9_",
    "z" * 300,
    "w.x",
    "\u00e9 ~',;@",
    "0a1b2c3d-0000-4000-8000-00000000000f",
    "ffffffff-eeee-1ddd-bccc-bbbbbbbbbbbb",
    "a/b c/\u00e9.x/",
)


class HasEndpoint(Protocol):
    """What the finder needs to know of a pattern."""

    @property
    def endpoint(self) -> "Endpoint": ...
    @property
    def raw(self) -> str: ...
    @property
    def reading(self) -> str: ...
    @property
    def slots(self) -> "Sequence[Slot]": ...


T = TypeVar("T", bound=HasEndpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed(Generic[T]):
    """A pattern that can never be reached, and the earlier one that takes its requests."""

    pattern: T
    by: T
    same: bool
    """Whether both are written the same, letter by letter."""


class ShadowFinder(Generic[T]):
    """Collects patterns in the order in which Django tries them."""

    def __init__(self) -> None:
        self._by_raw: dict[str, T] = {}
        self._by_place: dict[str, list[T]] = {}
        self._beyond: dict[str, list[T]] = {}
        """Those for which their place had no room, by their routes: what reads the same is tried nevertheless."""
        self._slashes: dict[str, int | None] = {}

    def add(self, pattern: T, route: str) -> None:
        """Let the reachable `pattern` shadow what comes after it."""
        self._by_raw.setdefault(pattern.raw, pattern)
        if not _takes_more_than_its_text(pattern, route):
            self._by_place.setdefault(route[1:], []).append(pattern)
            return
        place = _literal_start(route)
        bucket = self._by_place.setdefault(place, [])
        if not _has_known_converters(pattern.endpoint):
            return
        if len(bucket) < CANDIDATE_LIMIT:
            bucket.append(pattern)
        else:
            self._beyond.setdefault(route, []).append(pattern)

    def shadow_of(self, pattern: T, route: str, slots: "Sequence[Slot]") -> Shadowed[T] | None:
        """Return what shadows `pattern`, or None when it can be reached or nobody can tell."""
        same = self._by_raw.get(pattern.raw)
        if same is not None and _are_alike(_kinds(same), _kinds(pattern)):
            return Shadowed(pattern=pattern, by=same, same=True)
        candidates = [*self._candidates(route), *self._beyond.get(route, ())]
        if not candidates:
            return None
        paths = _example_paths(route[1:], slots)
        for earlier in candidates:
            slashes = self._slashes_in(earlier)
            if slashes is not None and any(path.count("/") != slashes for path in paths):
                # A comparison that compiles no expression decides most of them.
                continue
            decidable = paths and (len(paths) == 1 or not _looks_around(earlier.raw))
            if decidable and all(_matches(earlier.endpoint, path) for path in paths):
                return Shadowed(pattern=pattern, by=earlier, same=False)
        return None

    def _slashes_in(self, pattern: T) -> int | None:
        if pattern.raw not in self._slashes:
            self._slashes[pattern.raw] = _slash_count(pattern)
        return self._slashes[pattern.raw]

    def _candidates(self, route: str) -> list[T]:
        text = route[1:]
        start = _literal_start(route)
        found = list(self._by_place.get("", ()))
        position = start.find("/")
        while position >= 0:
            found += self._by_place.get(start[: position + 1], ())
            position = start.find("/", position + 1)
        if text != start and text == _literal(text):
            found += self._by_place.get(text, ())
        return found


def _kinds(pattern: HasEndpoint) -> list[PartKind]:
    return [part.kind for part in pattern.endpoint.parts]


def _are_alike(one: list[PartKind], other: list[PartKind]) -> bool:
    """Whether patterns of one text match the same, however many includes each is made of."""
    return one == other or {*one, *other} == {PartKind.PATH}


# What is added was asked for just before.
@lru_cache(maxsize=64)
def _literal(text: str) -> str:
    found = _VARYING.search(text)
    return text if found is None else text[: found.start()]


def _literal_start(route: str) -> str:
    literal = _literal(route[1:])
    return literal[: literal.rfind("/") + 1]


def _takes_more_than_its_text(pattern: HasEndpoint, route: str) -> bool:
    if _literal(route[1:]) != route[1:]:
        return True
    last = pattern.endpoint.parts[-1]
    return last.kind.value == "regex" and not last.text.endswith(_ENDS)


def _has_known_converters(endpoint: "Endpoint") -> bool:
    # A project's own converter may do anything in to_python, a database look-up included.
    for part in endpoint.parts:
        for converter in getattr(part.source, "converters", {}).values():
            if type(converter).__module__ != "django.urls.converters":
                return False
    return True


def _looks_around(raw: str) -> bool:
    return any(mark in raw for mark in ("(?!", "(?<!", "(?=", "(?<="))


def _example_paths(text: str, slots: "Sequence[Slot]") -> list[str]:
    """Return paths that the route matches, odd and long ones included; empty when that is not decidable."""
    by_name = {slot.name: slot for slot in slots}
    # Literal text and names in turn.
    pieces = _PLACEHOLDER.split(text)
    if _UNDECIDED.search("".join(pieces[::2])):
        return []
    names = [name.rpartition(":")[2] for name in pieces[1::2]]
    if not names:
        return [text]
    pools = []
    for name in names:
        slot = by_name.get(name)
        pool = _values(slot.converter, slot.pattern) if slot is not None else ()
        if len(pool) < 2:
            return []
        pools.append(pool)
    paths = []
    for turn in range(max(map(len, pools))):
        pieces[1::2] = [pool[turn % len(pool)] for pool in pools]
        paths.append("".join(pieces))
    return paths


@lru_cache(maxsize=1024)
def _values(converter: str, pattern: str) -> tuple[str, ...]:
    if converter == "language":
        return tuple(pattern.split("|"))[:1] * 2
    if converter not in _BUILTIN_CONVERTERS:
        return ()
    try:
        compiled = re.compile(pattern)
    except re.error:
        return ()
    return tuple(sample for sample in _SAMPLES if compiled.fullmatch(sample))


def _slash_count(pattern: HasEndpoint) -> int | None:
    """Return the number of slashes in every path that a pattern matches, or None when that is not so simple."""
    text = _PLACEHOLDER.sub("", pattern.reading)
    if _UNDECIDED.search(text) or _FLAGS.search(pattern.raw):
        return None
    if any((slot.converter, slot.pattern) not in _WITHOUT_SLASH for slot in pattern.slots):
        return None
    last = pattern.endpoint.parts[-1]
    ends = isinstance(last.source, RoutePattern) or last.text.endswith(_ENDS)
    return text.count("/") - 1 if ends and _has_known_converters(pattern.endpoint) else None


def _matches(endpoint: "Endpoint", path: str) -> bool:
    rest = path
    for part in endpoint.parts:
        if isinstance(part.source, LocalePrefixPattern):
            _, slash, rest = rest.partition("/")
            if not slash:
                return False
            continue
        try:
            found = part.source.match(rest)
        except Exception:
            return False
        if found is None:
            return False
        rest = found[0]
    return True
