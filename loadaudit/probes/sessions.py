"""Counts how often a request loads and saves its session, whichever store the project uses."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.base import SessionBase

from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import Recorder, current

_COUNTERS = {
    "load": "session_loads",
    "aload": "session_loads",
    "save": "session_saves",
    "asave": "session_saves",
}


class SessionProbe:
    """Wraps the store of sessions. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self) -> None:
        """Patch the class that SESSION_ENGINE names; a second call does nothing."""
        if self._patches:
            return
        store: type = import_module(settings.SESSION_ENGINE).SessionStore
        for name, counter in _COUNTERS.items():
            # What the base class does asynchronously it leaves to the synchronous method, which is counted already.
            if getattr(store, name, None) is not getattr(SessionBase, name, None):
                self._patches.wrap(store, name, _counted(counter))
        self._patches.wrap(SessionStorage, "_store", _noted)

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        self._patches.restore()


def _note_change(recorder: Recorder, session: Any, counter: str) -> None:
    """Note that a session is saved because something in it is another; SESSION_SAVE_EVERY_REQUEST saves it anyway."""
    if counter == "session_saves" and session.modified and not recorder.session_noted:
        recorder.session_changed = True


def _noted(original: Callable[..., Any]) -> Callable[..., Any]:
    def observed(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        session = self.request.session
        was_modified = session.modified
        try:
            return original(self, *args, **kwargs)
        finally:
            if recorder is not None and not was_modified:
                recorder.session_noted = True

    return observed


def _counted(counter: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def wrapper(original: Callable[..., Any]) -> Callable[..., Any]:
        # A session without a key is saved within its own saving, so that what is nested must not count again.
        def observed(self: Any, *args: Any, **kwargs: Any) -> Any:
            recorder = current()
            if recorder is None:
                return original(self, *args, **kwargs)
            before = getattr(recorder, counter)
            _note_change(recorder, self, counter)
            try:
                return original(self, *args, **kwargs)
            finally:
                setattr(recorder, counter, before + 1)

        async def observed_async(self: Any, *args: Any, **kwargs: Any) -> Any:
            recorder = current()
            if recorder is None:
                return await original(self, *args, **kwargs)
            before = getattr(recorder, counter)
            _note_change(recorder, self, counter)
            try:
                return await original(self, *args, **kwargs)
            finally:
                setattr(recorder, counter, before + 1)

        return observed_async if iscoroutinefunction(original) else observed

    return wrapper
