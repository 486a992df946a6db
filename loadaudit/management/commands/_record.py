"""`loadaudit record`: learn bodies of requests from the project's own test suite."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management import ManagementUtility

from loadaudit.audit.recorded import gathering
from loadaudit.audit.workspace import workspace
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._project import checked_config
from loadaudit.management.commands._shared import Context


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command to listen to."""
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="Such as: -- test shop.tests")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Run a management command and store what its test clients sent; its own exit code is passed on."""
    arguments = [one for one in options["arguments"] if one != "--"]
    if not arguments:
        raise UsageError("There is no command to listen to.", hint="Write: manage.py loadaudit record -- test")
    config = checked_config(context)
    code: Any = 0
    with terminated_as_interrupted(), workspace() as folder, gathering(folder, config.runs_dir) as gathered:
        try:
            ManagementUtility([sys.argv[0], *arguments]).execute()
        except SystemExit as ended:
            code = ended.code
    context.command.stderr.write(gathered.in_words(), style_func=lambda text: text)
    if code:
        raise SystemExit(code)
    return ExitCode.PASSED


@contextlib.contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the block as Ctrl-C does, so that what was heard until then is stored.

    What the caller ignores, as `nohup` does, stays ignored.
    """
    numbers = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    previous = {
        number: signal.signal(number, signal.default_int_handler)
        for number in numbers
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
