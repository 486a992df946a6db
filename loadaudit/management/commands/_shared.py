"""What the subcommands share: consoles, output, checks, options."""

import argparse
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from django.core import checks
from django.core.management.base import BaseCommand, OutputWrapper, SystemCheckError
from rich.console import Console

from loadaudit.audit.options import RunOptions, Selection
from loadaudit.conf import Config, read_config
from loadaudit.errors import UsageError
from loadaudit.inventory.filters import ACCESS_WORDS, Filters
from loadaudit.inventory.urlconf.opening import opened, walk_or_explain
from loadaudit.load.endpoints import endpoint_of
from loadaudit.management.commands import _streams
from loadaudit.management.commands._durations import positive
from loadaudit.management.commands._shape import (
    add_shape_arguments,
    at_most_s_of,
    shape_of,
    timeouts_of,
    users_of_shape,
)
from loadaudit.records import Risk, parse_threshold
from loadaudit.reporting.progress import LiveProgress, PlainProgress, Progress

_REPORT_WIDTH = 100

_FACT_OPTIONS = {
    "apps": ("--app", "APP", "Only operations of this app"),
    "categories": ("--category", "CATEGORY", "Only this category"),
    "methods": ("--method", "METHOD", "Only this HTTP method"),
    "risks": ("--risk", "RISK", f"Only this risk: {', '.join(Risk)}"),
    "access": ("--access", "ACCESS", f"Only this access: {', '.join(ACCESS_WORDS)}, or the name of a permission"),
}
"""Field of Filters → option, placeholder and help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The command's streams and common options."""

    command: BaseCommand
    verbosity: int
    no_color: bool
    force_color: bool
    skip_checks: bool

    @classmethod
    def of(cls, command: BaseCommand, options: Mapping[str, Any]) -> "Context":
        """Return the context of a call."""
        return cls(
            command=command,
            verbosity=options["verbosity"],
            no_color=options["no_color"] or bool(os.environ.get("NO_COLOR")),
            force_color=options["force_color"],
            skip_checks=options.get("skip_checks", False),
        )

    def config(self) -> Config:
        """Check the project as `manage.py check` does and return loadaudit's configuration.

        Raises UsageError with the cause when the URLconf cannot be imported or a check fails.
        """
        config = read_config()
        # Before the checks, which would let the exception of a broken URLconf through as a traceback.
        walk_or_explain(None)
        if not self.skip_checks:
            self._check()
        return config

    def config_around_holes(self) -> Config:
        """Return the configuration for a command that only reads: the project's own failing checks are only said.

        Includes that cannot be imported are left out of the checks.
        Raises UsageError when a check of loadaudit's own fails.
        """
        config = read_config()
        with opened(None):
            if not self.skip_checks:
                try:
                    self._check()
                except UsageError as error:
                    if "(loadaudit.E" in str(error):
                        raise
                    self.say(f"{error}\nThis command only reads the project and goes on.")
        return config

    def output(self, path: str, *, private: bool = False) -> AbstractContextManager[TextIO]:
        """Return standard output, or a file that appears only when it is complete, as a context.

        `private` makes it readable for its owner alone.
        """
        return _streams.output(self.command.stdout, path, private=private)

    def console(self, stream: TextIO | OutputWrapper) -> Console:
        """Return a rich console on a stream; coloured only on a terminal."""
        out = _streams.plain(stream) if isinstance(stream, OutputWrapper) else stream
        terminal = self.force_color or (not self.no_color and out.isatty())
        return Console(
            file=out,
            force_terminal=terminal,
            no_color=not terminal,
            width=None if out.isatty() or "COLUMNS" in os.environ else _REPORT_WIDTH,
            highlight=False,
            soft_wrap=False,
        )

    @property
    def on_terminal(self) -> bool:
        """Whether what the command prints is seen on a terminal, and not kept by a file or a pipe."""
        return self.command.stdout.isatty()

    @property
    def progress_on_terminal(self) -> bool:
        """Whether standard error is a terminal that may show a live line."""
        return self.verbosity > 0 and self.command.stderr.isatty()

    def live_console(self) -> Console:
        """Return a rich console that draws on standard error in place, in colours or without."""
        out = _streams.plain(self.command.stderr)
        return Console(file=out, force_terminal=True, no_color=self.no_color, highlight=False)

    def say(self, text: str) -> None:
        """Write one line of progress to standard error."""
        if self.verbosity > 0:
            self.command.stderr.write(text, style_func=lambda line: line)

    def _check(self) -> None:
        try:
            # Without databases: from Django 6 on checks of models connect, and what a connection does to the project's
            # own database (a journal mode, say) is the project's to decide.
            self.command.check(fail_level=checks.ERROR, databases=[])
        except SystemCheckError as error:
            raise UsageError(
                f"The project's system checks fail. {str(error).strip()}",
                hint="Correct them as they say (python manage.py check), or leave them out with --skip-checks.",
            ) from error
        except UsageError:
            raise
        except Exception as error:
            # A check is the project's own code: one may ask a database that was not migrated yet.
            raise UsageError(
                f"The project's system checks stop with {type(error).__name__}: {error}",
                hint="See python manage.py check for the place, or leave the checks out with --skip-checks.",
            ) from error


def progress(context: Context) -> Progress:
    """Return what shows the progress of a run: live on a terminal, else line by line."""
    if context.progress_on_terminal:
        return LiveProgress(context.live_console(), verbosity=context.verbosity)
    return PlainProgress(context.say, verbosity=context.verbosity)


def add_run_argument(parser: argparse.ArgumentParser) -> None:
    """Add the optional RUN."""
    parser.add_argument("run", nargs="?", default="", metavar="RUN", help="Label, id or file; default: the latest")


def add_format_argument(parser: argparse.ArgumentParser, *formats: str) -> None:
    """Add --format with its choices, the first being the default, and --output."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"Default: {formats[0]}")
    add_output_argument(parser)


def add_output_argument(parser: argparse.ArgumentParser) -> None:
    """Add --output."""
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="Write to a file instead of standard output")


def add_threshold_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that declare limits."""
    parser.add_argument(
        "--threshold",
        action="append",
        default=[],
        type=_threshold,
        dest="thresholds",
        metavar="LIMIT",
        help="Such as 'p99 < 2s' or 'coverage[Write] > 80%%', beside LOADAUDIT['THRESHOLDS']; may be repeated",
    )
    parser.add_argument("--strict", action="store_true", help="Fail by a limit without enough data, too")


def add_selection_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose operations."""
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="Only operations whose id, name or category contains PATTERN (* and ? are wild); may be repeated",
    )
    parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="Not these; may be repeated")
    parser.add_argument("--include-admin", action="store_true", help="Include the admin and debugging tools")


def add_fact_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose operations by their facts, and the URLconfs to read."""
    for name, (option, metavar, explanation) in _FACT_OPTIONS.items():
        parser.add_argument(
            option, action="append", default=[], dest=name, metavar=metavar, help=f"{explanation}; a,b or repeated"
        )
    parser.add_argument(
        "--urlconf",
        action="append",
        default=[],
        dest="urlconfs",
        metavar="[HOST=]MODULE",
        help="Instead of ROOT_URLCONF; repeat it for URLconfs chosen by host, as in api.example.com=api.urls",
    )


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that shape the load; `plan` takes them too, so that it shows what `run` would do."""
    add_shape_arguments(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="The same seed gives the same plan")
    parser.add_argument(
        "--hot-rows",
        type=positive,
        metavar="N",
        help="Send each operation to N rows only, so that users meet at the same ones (default: up to 10 rows)",
    )
    parser.add_argument("--anonymous", action="store_true", help="Audit without logging in")
    parser.add_argument("--reads-only", action="store_true", help="Send nothing that writes")
    parser.add_argument(
        "--writes", action="store_true", help="Send what writes, also to a target or database that is no clone"
    )
    parser.add_argument(
        "--destructive", action="store_true", help="Send what deletes and resets as well, where there is no clone"
    )
    _add_target_arguments(parser)
    parser.add_argument("--no-isolate", action="store_true", help="Run against the database itself, not a clone")


def _add_target_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", default="", metavar="URL", help="A remote target instead of the embedded server")
    parser.add_argument("--ca-file", default="", metavar="FILE", help="Certificates that sign the target's")
    parser.add_argument("--cert", default="", metavar="FILE", help="Certificate to show to the target")
    parser.add_argument("--key", default="", metavar="FILE", help="Its key, when it is not in the same file")
    parser.add_argument(
        "--proxy",
        default="",
        metavar="URL",
        help="Proxy before the target (default: the environment's); none: go without",
    )


def add_outgoing_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that opens the fence."""
    parser.add_argument(
        "--allow-outgoing",
        action="append",
        default=[],
        type=_outgoing,
        metavar="HOST",
        help="Let what is isolated connect to HOST or HOST:PORT (* is wild); may be repeated",
    )


def _outgoing(text: str) -> str:
    try:
        endpoint_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def selection_of(options: Mapping[str, Any]) -> Selection:
    """Return the selection of the command line."""
    return Selection(
        filters=Filters(
            only=tuple(options["only"]),
            exclude=tuple(options["exclude"]),
            **{name: tuple(options.get(name, ())) for name in _FACT_OPTIONS},
        ),
        include_admin=options["include_admin"],
        urlconfs=tuple(options.get("urlconfs", ())),
    )


def run_options_of(options: Mapping[str, Any]) -> RunOptions:
    """Return the options that `run` and `plan` share.

    On a throw-away clone everything may be sent; elsewhere only reads, unless the operator says otherwise.
    """
    if options["reads_only"] and (options["writes"] or options["destructive"]):
        raise UsageError("--reads-only forbids what --writes and --destructive ask for.", hint="Leave one out.")
    _check_target_options(options)
    cloned = not (options["target"] or options["no_isolate"])
    shape = shape_of(options)
    return RunOptions(
        selection=selection_of(options),
        users=users_of_shape(options, shape),
        shape=shape,
        timeouts=timeouts_of(options),
        http2=options["http2"],
        duration_s=options["duration"],
        at_most_s=at_most_s_of(options),
        think_time_s=options["think_time"],
        seed=options["seed"],
        hot_rows=options["hot_rows"],
        anonymous=options["anonymous"],
        isolate=not options["no_isolate"],
        target=options["target"],
        ca_file=options["ca_file"],
        cert_file=options["cert"],
        key_file=options["key"],
        proxy=options["proxy"],
        writes=not options["reads_only"] and (cloned or options["writes"]),
        destructive=not options["reads_only"] and (cloned or options["destructive"]),
    )


def _check_target_options(options: Mapping[str, Any]) -> None:
    for name in ("ca_file", "cert", "key", "proxy"):
        option = f"--{name.replace('_', '-')}"
        if options[name] and name != "proxy" and not Path(options[name]).is_file():
            raise UsageError(f"{option} {options[name]}: there is no such file.", hint="Correct the path.")
        if options[name] and not options["target"]:
            raise UsageError(f"{option} is about a remote target.", hint="Add --target URL, or leave it out.")


def _threshold(text: str) -> str:
    try:
        return parse_threshold(text).text
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
