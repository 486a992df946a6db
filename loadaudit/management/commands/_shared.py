"""What all subcommands share: consoles, output, and the options that say what is read and how it is printed."""

import argparse
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TextIO

from django.core.management.base import BaseCommand, OutputWrapper
from rich.console import Console

from loadaudit.management.commands import _streams
from loadaudit.records import parse_threshold

_REPORT_WIDTH = 100
_NAMED = 10


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


def first_of(names: Sequence[str]) -> str:
    """Return ten of the names at most, and whether there are more, in one line."""
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


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


def _threshold(text: str) -> str:
    try:
        return parse_threshold(text).text
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
