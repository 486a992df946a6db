"""Attributes and settings that are replaced for a while, and put back exactly."""

from collections.abc import Callable
from functools import partial
from typing import Any

_MISSING = object()


class Patches:
    """What was replaced, newest last; true while there is anything."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        return bool(self._undo)

    def put(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute and remember what was there: the owner's own, not what it inherits."""
        self.later(partial(_restore_attribute, owner, name, vars(owner).get(name, _MISSING)))
        setattr(owner, name, value)

    def put_setting(self, settings: Any, name: str, value: Any) -> None:
        """Set a Django setting and remember it.

        Past the lazy object, which keeps a copy of each value and from Django 6.1 on warns of some names.
        """
        values = vars(getattr(settings, "_wrapped", settings))
        self.later(partial(_restore_setting, settings, values, name, values.get(name, _MISSING)))
        values[name] = value
        _forget_copy(settings, name)

    def later(self, undo: Callable[[], None]) -> None:
        """Call this when everything is put back."""
        self._undo.append(undo)

    def undo(self) -> None:
        """Put everything back, the last first; a second call does nothing."""
        while self._undo:
            self._undo.pop()()


def _restore_attribute(owner: Any, name: str, value: Any) -> None:
    if value is _MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, value)


def _restore_setting(settings: Any, values: dict[str, Any], name: str, value: Any) -> None:
    if value is _MISSING:
        values.pop(name, None)
    else:
        values[name] = value
    _forget_copy(settings, name)


def _forget_copy(settings: Any, name: str) -> None:
    if "_wrapped" in vars(settings):
        vars(settings).pop(name, None)
