"""`pytest -p loadaudit.pytest_plugin`: learn bodies of requests from the project's own tests."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from loadaudit.audit.recorded import Gathered, gathering
from loadaudit.audit.workspace import workspace
from loadaudit.conf import read_config
from loadaudit.planning.recorded.hook import listening

_VARIABLE = "LOADAUDIT_RECORDING"
"""Names the folder to the processes of pytest-xdist; the one that made it merges what is there."""


class _Recording:
    def __init__(self) -> None:
        self._stack = ExitStack()
        self.gathered: Gathered | None = None

    def start(self) -> None:
        """Begin to listen."""
        folder = os.environ.get(_VARIABLE)
        if folder:
            self._stack.enter_context(listening(Path(folder)))
            return
        made = self._stack.enter_context(workspace())
        os.environ[_VARIABLE] = str(made)
        self._stack.callback(os.environ.pop, _VARIABLE)
        self.gathered = self._stack.enter_context(gathering(made, read_config().runs_dir))

    def end(self) -> None:
        """Store what was heard."""
        self._stack.close()


_recording = _Recording()


def pytest_sessionstart() -> None:
    """Listen from now on; pytest-django, or the project's conftest, has set Django up."""
    _recording.start()


def pytest_sessionfinish() -> None:
    """Store what was heard, also when tests failed."""
    _recording.end()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was recorded and where."""
    if _recording.gathered is not None:
        terminalreporter.write_line(_recording.gathered.in_words())
