"""The process of its own, seen from the command: started behind a guardian, heard through a pipe, gone afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from loadaudit.audit.inspection.asked import Assignment
from loadaudit.audit.inspection.child import ERROR, FOUND, PHASE
from loadaudit.errors import AbortedError, ExitCode, LoadauditError, UnsafeError, UsageError
from loadaudit.load.frames import read_frames
from loadaudit.load.server import project_environment, write_private
from loadaudit.records import Inspection
from loadaudit.runfile.codec import from_plain, to_plain

STOP_TIMEOUT_S = 15.0
_LOG_LINES = 12
_ERRORS = {ExitCode.BAD_INPUT: UsageError, ExitCode.UNSAFE: UnsafeError, ExitCode.ABORTED: AbortedError}


def carried_out(assignment: Assignment, say: Callable[[str], object]) -> list[Inspection]:
    """Return what the process found, and tell what it is doing.

    However this one ends, the guardian ends the process and removes the folder of the assignment. Raises what the
    process raised, and AbortedError when it ended without a word.
    """
    folder = Path(assignment.folder)
    path = write_private(folder / "assignment.json", to_plain(assignment))
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe, (folder / "inspection.log").open("ab") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "loadaudit.load.guardian", str(folder), str(writing)),
                *(sys.executable, "-m", "loadaudit.audit.inspection.child", str(path), str(writing)),
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=[writing],
            # Ctrl-C is for the command alone, which ends the others in order.
            start_new_session=True,
            env=project_environment(),
        )
        os.close(writing)
        try:
            for document in read_frames(pipe):
                if PHASE in document:
                    say(document[PHASE])
                elif ERROR in document:
                    raise _error(*document[ERROR])
                else:
                    return [from_plain(Inspection, one) for one in json.loads(document[FOUND])]
        finally:
            _end(process)
    raise AbortedError(
        f"The process that inspects ended without a word. Its last lines:\n{_tail(folder / 'inspection.log')}",
        hint="Try the project alone: python manage.py check",
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let the guardian end the process, and wait for it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout=STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _error(message: str, hint: str, code: int) -> LoadauditError:
    return _ERRORS.get(ExitCode(code), AbortedError)(message, hint=hint)


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_LOG_LINES:])
