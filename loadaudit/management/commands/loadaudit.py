"""`manage.py loadaudit SUBCOMMAND`: which endpoints a load test really exercised, and how we know."""

import argparse
import os
import sys
from traceback import format_exc
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

from loadaudit.errors import ExitCode, LoadauditError
from loadaudit.management.commands import (
    _check,
    _compare,
    _diff,
    _import,
    _inventory,
    _plan,
    _probes,
    _record,
    _report,
    _run,
    _runs,
)
from loadaudit.management.commands._shared import Context

OF_RUN_FILES: tuple[ModuleType, ...] = (_diff, _check, _report, _compare, _runs, _import)
"""Subcommands that need nothing but run files, or, to import, a saved inventory."""
_SUBCOMMANDS = (_inventory, _plan, _run, *OF_RUN_FILES, _record, _probes)


class Command(BaseCommand):
    """Dispatches to the subcommands, one module each."""

    help = __doc__ or ""
    # Run by each subcommand, so that a failure has the exit code of bad configuration.
    requires_system_checks = ()
    requires_migrations_checks = False
    subcommands: tuple[ModuleType, ...] = _SUBCOMMANDS

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands; each takes Django's common options too."""
        subparsers = parser.add_subparsers(title="subcommands", dest="subcommand", metavar="SUBCOMMAND", required=True)
        for module in self.subcommands:
            subparser = subparsers.add_parser(
                module.NAME,
                help=module.HELP,
                description=module.HELP,
                formatter_class=DjangoHelpFormatter,
                called_from_command_line=getattr(self, "_called_from_command_line", False),
            )
            _add_common_arguments(subparser)
            module.add_arguments(subparser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand; an error becomes one message and the exit code of its kind."""
        module = next(one for one in self.subcommands if options["subcommand"] == one.NAME)
        try:
            code = module.handle(Context.of(self, options), options)
        except BrokenPipeError:
            # The reader, such as `head`, has seen enough. What Python flushes at its end must not fail once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        except LoadauditError as error:
            if options["traceback"] and not getattr(self, "_called_from_command_line", False):
                raise
            if options["traceback"]:
                self.stderr.write(format_exc(), style_func=lambda text: text)
                raise SystemExit(int(error.exit_code)) from error
            raise CommandError(str(error), returncode=int(error.exit_code)) from error
        if code is not ExitCode.PASSED:
            raise SystemExit(int(code))


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
