"""Raw patterns as readable routes, the same at inventory time and for a request's ResolverMatch."""

import re
from collections.abc import Hashable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.urls import ResolverMatch
from django.urls.converters import get_converters
from django.utils import translation

from loadaudit.inventory.urlconf.finding import PatternFinder
from loadaudit.inventory.urlconf.regexes import ANYTHING, Group, ReadRegex, read_regex
from loadaudit.inventory.urlconf.shadows import Shadowed, ShadowFinder
from loadaudit.inventory.urlconf.walk import Endpoint, Part, PartKind, join_raw, walk
from loadaudit.records.making import quickly_made

_PATH_PARAMETER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>")
_FORMAT_SUFFIX = re.compile(
    r"(?:\\\.\(\?P<\w+>(?:\[a-z0-9\]\+|[^()\\]+|\([^()]*\))\)/\?\$|<drf_format_suffix\w*:\w+>)$"
)
_SUFFIX_MARKS = (r"\.(?P<", "<drf_format_suffix")
"""What every suffix has, and hardly another pattern; to look for a text costs a fraction of the expression."""
_SLASH_SAMPLES = ("aa/bb/cc/dd/", "aa/bb/cc/dd", "/aa/bb/cc/dd/", "/aa/bb/cc/dd")
_OPEN = ("", "^", "^/?")
"""Expressions of an endpoint that match any address: nothing says that it ends."""


class Slot(NamedTuple):
    """One variable of a route: a tuple, because it is part of the keys under which facts of a route are kept."""

    name: str
    converter: str
    """Name of the path converter, `regex` or `language`."""
    pattern: str
    """Regular expression that its values match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A part of a pattern that is no regular expression: Django fails every request that comes to it."""

    position: int
    error: str


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedEndpoint:
    """An endpoint with its readable route."""

    endpoint: Endpoint
    raw: str
    reading: str
    """The route as it reads: of two equal ones neither has a number yet, and no other URLconf is named."""
    route: str
    """The reading, with ` #2` for the second pattern that reads so and ` @module` for another URLconf."""
    slots: tuple[Slot, ...]
    catch_all: bool
    broken: Broken | None = None
    other_names: tuple[str, ...] = ()
    """URL names of later patterns of the same text, which lead to this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """All reachable endpoints with distinct routes, and what stands in nobody's way any more."""

    reachable: tuple[RoutedEndpoint, ...]
    variants: tuple[tuple[RoutedEndpoint, str], ...]
    """Format suffix variants, each with the route of the operation that it belongs to."""
    shadowed: tuple[Shadowed[RoutedEndpoint], ...]
    broken: tuple[RoutedEndpoint, ...] = ()
    """Those with a regular expression that is none."""


def read_endpoint(endpoint: Endpoint) -> RoutedEndpoint:
    """Return the endpoint with the route read from its parts; not yet numbered."""
    read = _read_parts(tuple((part.kind, part.text) for part in endpoint.parts))
    return RoutedEndpoint(
        endpoint=endpoint,
        raw=endpoint.raw,
        reading="/" + read.text,
        route="/" + read.text,
        slots=read.slots,
        catch_all=read.catch_all,
        broken=read.broken,
    )


class _Read(NamedTuple):
    """What the parts of a pattern say."""

    text: str
    slots: tuple[Slot, ...]
    catch_all: bool
    broken: Broken | None


@lru_cache(maxsize=1024)
def _read_parts(parts: tuple[tuple[PartKind, str], ...]) -> _Read:
    texts: list[str] = []
    varying = ""
    broken: Broken | None = None
    slots: list[Slot] = []
    group_count = 0
    for position, (kind, text) in enumerate(parts):
        if kind is PartKind.PATH:
            texts.append(text)
            slots.extend(_path_slots(text))
        elif kind is PartKind.REGEX:
            read = read_regex(text, group_count)
            group_count += read.count
            broken = broken or (Broken(position=position, error=read.error) if read.error else None)
            texts.append(read.text)
            varying = read.varying or varying
            slots.extend(Slot(name=one.name, converter="regex", pattern=one.pattern) for one in _handed(read))
        else:
            texts.append(text if kind is PartKind.LANGUAGE else f"[{text}]")
            slots.append(Slot(name="language", converter="language", pattern=_languages()))
    joined = "".join(texts)
    is_open = bool(parts) and parts[-1][0] is PartKind.REGEX and _has_no_end(parts[-1][1], slots)
    return _Read(joined, tuple(slots), is_open or _is_catch_all(joined, slots, varying), broken)


def _has_no_end(text: str, slots: Sequence[Slot]) -> bool:
    """Whether the expression of an endpoint takes its address and whatever is below.

    One with parameters is left out: of a catch-all they hold a whole address, and here only a row's value.
    """
    return text in _OPEN or (text.endswith("/") and "$" not in text and r"\Z" not in text and not slots)


def _handed(read: ReadRegex) -> Iterable[Group]:
    """Yield the groups that a view gets or that stand in the route.

    Beside a group with a name Django hands over none without, and inside another group one is no part of the path.
    """
    has_names = any(one.named for one in read.groups)
    return (one for one in read.groups if one.named or not has_names or f"<{one.name}>" in read.text)


def _path_slots(text: str) -> Iterable[Slot]:
    if "<" not in text:
        return
    converters = get_converters()
    for found in _PATH_PARAMETER.finditer(text):
        converter = found["converter"] or "str"
        pattern = getattr(converters.get(converter), "regex", "[^/]+")
        yield Slot(name=found["name"], converter=converter, pattern=pattern)


def _languages() -> str:
    return "|".join(code for code, _ in settings.LANGUAGES)


def _is_catch_all(text: str, slots: Sequence[Slot], varying: str) -> bool:
    """Whether the last thing of a route that varies takes slashes; a slash may follow it."""
    text = text.rstrip("[]/")
    if text.endswith(ANYTHING):
        return _matches_slashes(varying)
    if not text.endswith(">"):
        return False
    before, _, name = text.rpartition("<")
    slot = next((one for one in slots if one.name == name[:-1].rpartition(":")[2]), None)
    if slot is None or not _matches_slashes(slot.pattern):
        return False
    # Behind a word, as of `report-<name>`, it takes the end of a name, if its value does not start with a slash.
    return before.rstrip("[]")[-1:] in ("", "/") or slot.pattern.removeprefix("(?:").startswith("/")


@lru_cache(maxsize=1024)
def _matches_slashes(pattern: str) -> bool:
    try:
        compiled = re.compile(pattern)
    except re.error:
        return False
    return any(compiled.fullmatch(sample) for sample in _SLASH_SAMPLES)


def mark_of(module: str) -> str:
    """Return what the routes of another URLconf than the main one end in."""
    return f" @{module}"


def read_routes(endpoints: Sequence[Endpoint], mark: str = "") -> RouteTable:
    """Group format suffixes, set aside what can never be reached, and number routes that read the same.

    Only a reachable pattern that reads the same and comes earlier changes a number: routes elsewhere never do.
    """
    routed = [read_endpoint(endpoint) for endpoint in endpoints]
    owners = {_owner_key(one, one.raw): one for one in reversed(routed)}
    finder: ShadowFinder[RoutedEndpoint] = ShadowFinder()
    reachable: list[RoutedEndpoint] = []
    variants: list[tuple[RoutedEndpoint, RoutedEndpoint]] = []
    shadowed: list[Shadowed[RoutedEndpoint]] = []
    broken = tuple(one for one in routed if one.broken is not None)
    lost: set[int] = set()
    first: dict[str, RoutedEndpoint] = {}
    with translation.override(settings.LANGUAGE_CODE):
        for one in routed:
            if one.broken is not None:
                continue
            owner = _suffix_owner(one, owners)
            if owner is not None and id(owner) not in lost:
                variants.append((one, owner))
                first.setdefault(_stem(one), one)
                continue
            # What nobody can reach without its suffix may be reached with it; routers write that as they like.
            same = first.get(_stem(one)) if owner is not None else None
            shadow = (
                Shadowed(pattern=one, by=same, same=one.raw == same.raw)
                if same is not None
                else finder.shadow_of(one, one.route, one.slots)
            )
            if shadow is not None:
                shadowed.append(shadow)
                lost.add(id(one))
                continue
            finder.add(one, one.route)
            reachable.append(one)
    numbered = _named(_number(reachable, mark), reachable, shadowed)
    final = {id(before): after.route for before, after in zip(reachable, numbered, strict=True)}
    return RouteTable(
        reachable=tuple(numbered),
        variants=tuple((one, final[id(owner)]) for one, owner in variants if id(owner) in final),
        shadowed=tuple(shadowed),
        broken=broken,
    )


def _owner_key(one: RoutedEndpoint, raw: str) -> tuple[int, str]:
    return id(one.endpoint.callback), raw.removeprefix("^").rstrip("$").rstrip("/")


def _stem(one: RoutedEndpoint) -> str:
    return _FORMAT_SUFFIX.sub("", one.raw).removeprefix("^")


def _suffix_owner(one: RoutedEndpoint, owners: dict[tuple[int, str], RoutedEndpoint]) -> RoutedEndpoint | None:
    is_suffixed = any(mark in one.raw for mark in _SUFFIX_MARKS)
    suffix = _FORMAT_SUFFIX.search(one.raw) if is_suffixed else None
    if suffix is None:
        return None
    owner = owners.get(_owner_key(one, one.raw[: suffix.start()]))
    return None if owner is one else owner


def _number(reachable: Sequence[RoutedEndpoint], mark: str) -> list[RoutedEndpoint]:
    seen: dict[str, int] = {}
    numbered: list[RoutedEndpoint] = []
    for one in reachable:
        count = seen[one.reading] = seen.get(one.reading, 0) + 1
        number = f" #{count}" if count > 1 else ""
        numbered.append(replace(one, route=f"{one.reading}{number}{mark}") if number or mark else one)
    return numbered


def _named(
    numbered: Sequence[RoutedEndpoint],
    before: Sequence[RoutedEndpoint],
    shadowed: Iterable[Shadowed[RoutedEndpoint]],
) -> list[RoutedEndpoint]:
    """Return the endpoints with the names under which their patterns are listed again."""
    names: dict[int, dict[str, None]] = {}
    for one in shadowed:
        name = one.pattern.endpoint.name
        if one.same and name and name != one.by.endpoint.name:
            names.setdefault(id(one.by), {})[name] = None
    return [
        replace(one, other_names=tuple(names[id(own)])) if id(own) in names else one
        for one, own in zip(numbered, before, strict=True)
    ]


class RouteIndex:
    """Readable route of a ResolverMatch, by one or two dictionary look-ups."""

    def __init__(self, table: RouteTable) -> None:
        self._plain: dict[str, str] = {}
        self._finder = PatternFinder()
        self._answers: dict[Hashable, str | None] = {}
        self._prefixed: dict[str, str] = {}
        """Routes under i18n_patterns, without the language."""
        pairs = [(one, one.route) for one in table.reachable]
        for one, route in (*pairs, *table.variants):
            self._add(one.endpoint, route)
        self._languages = {code for code, _ in settings.LANGUAGES} | {settings.LANGUAGE_CODE}

    @classmethod
    def from_urlconf(cls, urlconf: str | None = None, *, is_main: bool = True) -> "RouteIndex":
        """Build the index of `urlconf` (default: ROOT_URLCONF); one beside the main URLconf marks its routes."""
        return cls(read_routes(walk(urlconf).endpoints, "" if is_main or urlconf is None else mark_of(urlconf)))

    def route_of(self, match: ResolverMatch) -> str:
        """Return the inventory's route for the match, or `/` + its raw pattern when it is not known."""
        return self._readable(match.route or "")

    def _readable(self, raw: str) -> str:
        known = self._plain.get(raw)
        if known is not None:
            return known
        language, slash, rest = raw.partition("/")
        if slash and language in self._languages:
            known = self._prefixed.get(rest)
        return known if known is not None else "/" + raw

    def route_at(self, path: str, alike: Hashable) -> str | None:
        """Return the route that answers a path, or None; of paths that are `alike` only the first is resolved."""
        if alike not in self._answers:
            self._answers[alike] = self.route_for(path)
        return self._answers[alike]

    def route_for(self, path: str) -> str | None:
        """Return the route that answers a path, or None."""
        language = path.lstrip("/").partition("/")[0]
        # A prefix is only matched while its language is spoken.
        spoken = translation.override(language) if language in self._languages else nullcontext()
        with spoken:
            raw = self._finder.route(path)
        return None if raw is None else self._readable(raw)

    def _add(self, endpoint: Endpoint, route: str) -> None:
        for parts in _translations(endpoint.parts):
            if parts and parts[0].is_language:
                # Django drops a leading ^ only behind text, and the language is text before it.
                below = join_raw(part.text for part in parts)
                self._prefixed.setdefault(below.split("/", 1)[1], route)
                if parts[0].kind is PartKind.OPTIONAL_LANGUAGE:
                    self._plain.setdefault(join_raw(part.text for part in parts[1:]), route)
            else:
                self._plain.setdefault(join_raw(part.text for part in parts), route)


def _translations(parts: tuple[Part, ...]) -> Iterable[tuple[Part, ...]]:
    yield parts
    if not any(part.translated for part in parts):
        return
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            yield tuple(replace(part, text=str(part.source)) if part.translated else part for part in parts)
