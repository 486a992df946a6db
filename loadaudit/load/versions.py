"""Header lines that name the version of a row which the server has at this moment (RFC 9110, 13.1.1: If-Match)."""

from collections.abc import Sequence

CURRENT = "__loadaudit_version__"
"""Stands in a line for the ETag with which the same address answers a GET right before."""

OF_ANY = "*"
"""Where it has none: whatever version is there."""


def asks_for_version(lines: Sequence[str]) -> bool:
    """Whether a line has the mark."""
    return any(CURRENT in one for one in lines)


def with_version(lines: Sequence[str], version: str) -> tuple[str, ...]:
    """Return the lines with a version in the place of the mark."""
    return tuple(one.replace(CURRENT, version or OF_ANY) for one in lines)
