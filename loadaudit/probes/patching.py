"""Replaces attributes of classes and puts them back exactly."""

from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Patches:
    """What one probe has replaced."""

    def __init__(self) -> None:
        self._replaced: list[tuple[type, str, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._replaced)

    def wrap(self, owner: type, name: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Replace a method by what `wrapper` makes of it; an inherited one is hidden for this class alone."""
        self.put(owner, name, wrapper(getattr(owner, name)))

    def put(self, owner: type, name: str, value: Any) -> None:
        """Set an attribute that the class has, inherits, or has not."""
        self._replaced.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)

    def restore(self) -> None:
        """Put everything back, the last first; a second call does nothing."""
        while self._replaced:
            owner, name, original = self._replaced.pop()
            if original is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
