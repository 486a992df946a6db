"""Operations chosen by text patterns."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from loadaudit.records import Operation


def select(
    operations: Iterable[Operation], *, only: Sequence[str] = (), exclude: Sequence[str] = ()
) -> tuple[Operation, ...]:
    """Return the operations that match any pattern of `only` (or all without one) and none of `exclude`.

    A pattern is a case-insensitive part of the id, the name or the category; with `*` or `?` it is a
    glob that must match one of them as a whole.
    """
    return tuple(
        one
        for one in operations
        if (not only or any(matches(one, pattern) for pattern in only))
        and not any(matches(one, pattern) for pattern in exclude)
    )


def matches(operation: Operation, pattern: str) -> bool:
    """Whether the pattern finds the operation by id, name or category."""
    wanted = pattern.casefold()
    texts = [text.casefold() for text in (operation.id, operation.name, operation.category)]
    if "*" in wanted or "?" in wanted:
        # Routes hold <int:pk> and [brackets]: only * and ? are special in a pattern.
        glob = wanted.replace("[", "[[]")
        return any(fnmatchcase(text, glob) for text in texts)
    return any(wanted in text for text in texts)
