"""Operations chosen by text patterns and by their facts."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from loadaudit.errors import UsageError
from loadaudit.records import Access, Operation, Risk

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
_MAX_NAMED = 12

ACCESS_WORDS: Mapping[str, Callable[[Access], bool]] = {
    "anyone": lambda access: access.is_open,
    "login": lambda access: access.login,
    "staff": lambda access: access.staff,
    "superuser": lambda access: access.superuser,
    "permission": lambda access: bool(access.permissions),
    "group": lambda access: bool(access.groups),
    "attribute": lambda access: bool(access.attributes),
    "api-key": lambda access: access.api_key,
    "csrf-exempt": lambda access: access.csrf_exempt,
}
"""What `--access` takes beside the names of permissions, groups and attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What an operator wants to see; an operation has to pass every part that is not empty."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    """Words of `ACCESS_WORDS` or names of permissions, groups or attributes."""
    ids: tuple[str, ...] = ()
    """Exactly these."""


def select(operations: Iterable[Operation], filters: Filters) -> tuple[Operation, ...]:
    """Return the operations that pass; the values must be those of `checked`."""
    return tuple(one for one in operations if _passes(one, filters))


def checked(filters: Filters, operations: Sequence[Operation]) -> Filters:
    """Return the filters with comma lists taken apart and written as the inventory writes them.

    Raises UsageError when a value is none that the inventory knows, or when the patterns alone find nothing:
    both are nearly always typing errors, and an empty list would look like a result.
    """
    named = {
        name for one in operations for name in (*one.access.permissions, *one.access.groups, *one.access.attributes)
    }
    known = replace(
        filters,
        apps=_known("--app", filters.apps, {one.app for one in operations}),
        categories=_known("--category", filters.categories, {one.category for one in operations}),
        methods=_known("--method", filters.methods, {*_METHODS, *(one.method for one in operations)}),
        risks=_known("--risk", filters.risks, [risk.value for risk in Risk]),
        access=_known("--access", filters.access, [*ACCESS_WORDS, *sorted(named)]),
    )
    patterns = Filters(only=filters.only, exclude=filters.exclude)
    if operations and not any(_passes(one, patterns) for one in operations):
        asked = [*(f"--only {one}" for one in filters.only), *(f"--exclude {one}" for one in filters.exclude)]
        raise UsageError(
            f"No operation is left by {' '.join(asked)}.",
            hint="A pattern is a part of the id, the URL name or the category; with * or ? it is all of one, or of the"
            " route. See: manage.py loadaudit inventory",
        )
    return known


def matches(operation: Operation, pattern: str) -> bool:
    """Whether the pattern finds the operation by id, one of its names, or category.

    A pattern is a case-insensitive part of one of them; with `*` or `?` it is a glob that must match one of
    them, or the route, as a whole.
    """
    wanted = pattern.casefold()
    texts = [text.casefold() for text in (operation.id, operation.name, *operation.other_names, operation.category)]
    if "*" in wanted or "?" in wanted:
        # Routes hold <int:pk> and [brackets]: only * and ? are special in a pattern.
        glob = wanted.replace("[", "[[]")
        return any(fnmatchcase(text, glob) for text in (*texts, operation.route.casefold()))
    return any(wanted in text for text in texts)


def _passes(one: Operation, filters: Filters) -> bool:
    return (
        (not filters.ids or one.id in filters.ids)
        and (not filters.only or any(matches(one, pattern) for pattern in filters.only))
        and not any(matches(one, pattern) for pattern in filters.exclude)
        and (not filters.apps or one.app in filters.apps)
        and (not filters.categories or one.category in filters.categories)
        and (not filters.methods or one.method in filters.methods)
        and (not filters.risks or one.risk.value in filters.risks)
        and (not filters.access or any(_has_access(one.access, word) for word in filters.access))
    )


def _has_access(access: Access, word: str) -> bool:
    holds = ACCESS_WORDS.get(word)
    return holds(access) if holds else word in (*access.permissions, *access.groups, *access.attributes)


def _known(option: str, asked: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    written = {one.casefold(): one for one in known}
    return tuple(dict.fromkeys(one for text in asked for one in _read(option, text, written)))


def _read(option: str, text: str, written: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of one option; a category of the settings may have a comma in its name."""
    whole = written.get(text.strip().casefold())
    parts = [text] if whole is not None else text.split(",")
    values = [part.strip() for part in parts if part.strip()]
    if not values:
        raise UsageError(f"{option}: there is no value.", hint=_hint("", written))
    for part in values:
        found = written.get(part.casefold())
        if found is None:
            raise UsageError(f"{option}: there is no {part!r} in this inventory.", hint=_hint(part, written))
        yield found


def _hint(part: str, written: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(part.casefold(), written, n=1, cutoff=0.6)
    names = sorted(written.values(), key=str.casefold)
    listed = ", ".join(names[:_MAX_NAMED]) + (", …" if len(names) > _MAX_NAMED else "")
    known = f"Known: {listed or 'none'}."
    return f"Did you mean {written[near[0]]!r}? {known}" if near else known
