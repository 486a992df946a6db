"""`manage.py loadaudit SUBCOMMAND`: which endpoints a load test really exercised, and how we know."""

import argparse
import os
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from traceback import format_exc
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

from loadaudit.errors import ExitCode, LoadauditError
from loadaudit.management.commands._shared import Context

_HELP = {
    "inventory": "List every operation (HTTP method + route) of the project, with where each fact comes from.",
    "plan": "Show what a run would send, as whom and with which values, and what it leaves out and why.",
    "run": "Load the project and report which operations were really exercised, how we know, and what was slow or "
    "broken.",
    "inspect": "Send one request under the debug toolbar's panels and show where its time and its statements went.",
    "diff": "Hold the inventory against what a run exercised: per category and per operation, with the reason.",
    "check": "Hold a run against its success criteria, declared and default ones; exit code 1 when one is not kept.",
    "report": "Write the report of a run as HTML, Markdown, JSON or JUnit.",
    "compare": "Compare runs, the oldest first: what makes them comparable, and what got better or worse beyond noise.",
    "runs": "List the runs, show one, give it a label or a note, delete or prune.",
    "import": "Make a run of Locust's CSV files or HTML report, of access logs of nginx and gunicorn, or of the "
    "samples files of a locustfile with `import loadaudit.contrib.locust`.",
    "record": "Learn bodies of requests from the project's own tests: manage.py loadaudit record -- test",
    "probes": "List the probes: what each observes, what it needs, and whether it is active here.",
}
"""Every subcommand, each in the module `_NAME` beside this one."""
_ASKING = frozenset({"inventory", "plan", "run", "inspect"})
"""Subcommands that ask the project's code; tests that `record` listens to end as they want to."""
_PATIENCE_S = 5.0
"""How long threads of the project may take to end behind the command."""
OF_RUN_FILES = ("diff", "check", "report", "compare", "runs", "import")
"""Subcommands that need nothing but run files, or, to import, a saved inventory."""


class Command(BaseCommand):
    """Dispatches to the subcommands, one module each."""

    help = __doc__ or ""
    # Run by each subcommand, so that a failure has the exit code of bad configuration.
    requires_system_checks = ()
    requires_migrations_checks = False
    subcommands: Sequence[str] = tuple(_HELP)
    _typed: Sequence[str] = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Remember what was typed: only the subcommand in it is imported, which is most of the time it starts in."""
        self._typed = argv[2:]
        before = threading.enumerate()
        try:
            super().run_from_argv(argv)
        except SystemExit as end:
            self._leave_threads(before, end.code if isinstance(end.code, int) else int(end.code is not None))
            raise
        self._leave_threads(before, 0)

    def _leave_threads(self, before: Collection[threading.Thread], code: int) -> None:
        """End the process where threads that the project's code has begun would keep it from its end."""
        if _ASKING.isdisjoint(self._typed):
            return
        from loadaudit.planning.project.exits import threads_left

        if left := threads_left(before, _PATIENCE_S):
            names = ", ".join(one.name for one in left)
            self.stderr.write(f"Threads that the project's code has begun go on, and end with the command: {names}.")
            for stream in (sys.stdout, sys.stderr):
                # The reader may be gone, or never have been there.
                with suppress(OSError, ValueError, AttributeError):
                    stream.flush()
            os._exit(code)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands; each takes Django's common options too."""
        subparsers = parser.add_subparsers(title="subcommands", dest="subcommand", metavar="SUBCOMMAND", required=True)
        typed = [name for name in self.subcommands if name in self._typed]
        for name in self.subcommands:
            subparser = subparsers.add_parser(
                name,
                help=_HELP[name],
                description=_HELP[name],
                formatter_class=DjangoHelpFormatter,
                called_from_command_line=getattr(self, "_called_from_command_line", False),
            )
            _add_common_arguments(subparser)
            if name in typed or not self._typed:
                _module(name).add_arguments(subparser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand; an error becomes one message and the exit code of its kind."""
        try:
            with _containing() if options["subcommand"] in _ASKING else nullcontext():
                code = _module(options["subcommand"]).handle(Context.of(self, options), options)
        except BrokenPipeError:
            # The reader, such as `head`, has seen enough. What Python flushes at its end must not fail once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        except KeyboardInterrupt:
            if options["traceback"]:
                raise
            self.stderr.write("Interrupted.")
            raise SystemExit(int(ExitCode.ABORTED)) from None
        except LoadauditError as error:
            if options["traceback"] and not getattr(self, "_called_from_command_line", False):
                raise
            if options["traceback"]:
                self.stderr.write(format_exc(), style_func=lambda text: text)
                raise SystemExit(int(error.exit_code)) from error
            raise CommandError(str(error), returncode=int(error.exit_code)) from error
        except CommandError:
            raise
        except Exception as error:
            if options["traceback"] or not getattr(self, "_called_from_command_line", False):
                raise
            raise CommandError(_unforeseen(error), returncode=int(ExitCode.ABORTED)) from error
        if code is not ExitCode.PASSED:
            raise SystemExit(int(code))


@contextmanager
def _containing() -> Iterator[None]:
    """Let code of the project neither end the command nor keep it from its end."""
    from loadaudit.planning.project.exits import without_exit
    from loadaudit.planning.project.logs import without_broken_handlers
    from loadaudit.planning.project.watch import watched

    with without_exit(), without_broken_handlers(), watched():
        yield


def _unforeseen(error: Exception) -> str:
    # It imports what a command that goes well does not need.
    from loadaudit.planning.project.contained import blamed

    return f"The command cannot go on: {blamed(error)}.\nThe whole traceback is shown with --traceback."


def _module(subcommand: str) -> ModuleType:
    return import_module(f"loadaudit.management.commands._{subcommand}")


def _add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Accept Django's common options after the subcommand; those before it keep their values."""
    unset = argparse.SUPPRESS
    parser.add_argument("-v", "--verbosity", type=int, choices=[0, 1, 2, 3], default=unset, help="0 to 3")
    parser.add_argument("--settings", default=unset, help="Dotted name of the settings module")
    parser.add_argument("--pythonpath", default=unset, help="A folder to add to the Python path")
    parser.add_argument("--traceback", action="store_true", default=unset, help="Show the traceback of an error")
    parser.add_argument("--no-color", action="store_true", default=unset, help="No colours")
    parser.add_argument("--force-color", action="store_true", default=unset, help="Colours also into a pipe")
    parser.add_argument("--skip-checks", action="store_true", default=unset, help="Leave Django's system checks out")
