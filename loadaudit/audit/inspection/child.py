"""The process that inspects: the project with the toolbar in its settings.

Started as `python -m loadaudit.audit.inspection.child ASSIGNMENT DESCRIPTOR`: the file with its assignment, and the
descriptor of a pipe into which it writes what it is doing and in the end what it found. It sends nothing over the
network: requests go to the project within the process.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from loadaudit.audit.inspection.asked import Assignment
from loadaudit.audit.inspection.toolbar import add_toolbar
from loadaudit.errors import ExitCode, LoadauditError, named
from loadaudit.load.frames import write_frame
from loadaudit.load.guardian import end_with_guardian
from loadaudit.probes.server import set_up
from loadaudit.runfile.codec import from_plain, to_plain

PHASE, FOUND, ERROR = "phase", "found", "error"
"""Keys of the documents in the pipe."""


def main() -> None:
    """Inspect as the command line says; whatever goes wrong is told to the parent as well."""
    end_with_guardian(signal.SIGKILL)
    assignment = from_plain(Assignment, json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    with os.fdopen(int(sys.argv[2]), "wb") as pipe:
        try:
            found = _inspected(assignment, lambda text: write_frame(pipe, {PHASE: text}))
            # As JSON: some of the texts are of subclasses, which the pipe's own format refuses.
            write_frame(pipe, {FOUND: json.dumps([to_plain(one) for one in found])})
        except LoadauditError as error:
            _tell(pipe, error.message, error.hint, error.exit_code)
        except Exception as error:  # the project's own code may raise anything while it is set up
            traceback.print_exc()
            _tell(pipe, f"The inspection failed with {named(error)}", "", ExitCode.ABORTED)


def _inspected(assignment: Assignment, say: Callable[[str], object]) -> list[Any]:
    say("Starting the project with the debug toolbar")
    set_up(assignment.server, add_toolbar)
    # What reads models can only be imported now.
    from loadaudit.audit.inspection.inspecting import inspected

    return list(inspected(assignment, say))


def _tell(pipe: IO[bytes], message: str, hint: str, code: ExitCode) -> None:
    write_frame(pipe, {ERROR: [message, hint, int(code)]})


if __name__ == "__main__":
    main()
